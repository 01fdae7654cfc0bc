"""Hedging after the measured 95th percentile: what it does to the callers' tail, and its price."""

import random
import threading
import time
import unittest

import grpc

from harness.case import FULL, E2eTestCase
from harness.python_replica import IDENTITY, PythonReplica

USUAL, SLOW = 0.02, 1.0  # seconds: 50 times as long
SLOW_SHARE = 0.05


def replica_answer(slow_share):
    chance = random.Random(1)
    lock = threading.Lock()

    def answer(payload, _):
        with lock:
            slow = chance.random() < slow_share
        time.sleep(SLOW if slow else USUAL)
        return payload

    return answer


class TailTest(E2eTestCase):
    RATE = 100

    def start_replica_with(self, slow_share):
        replica = PythonReplica(replica_answer(slow_share), threads=64)
        self.addCleanup(replica.close)
        return replica

    def p99(self, address, count):
        """Of calls that start on schedule, however slow the answers are."""
        channel = grpc.insecure_channel(address, options=[("grpc.enable_retries", 0)])
        self.addCleanup(channel.close)
        stub = channel.unary_unary("/test.Echo/Say", IDENTITY, IDENTITY)
        took, calls = [], []
        begin = time.monotonic()
        for i in range(count):
            due = begin + i / self.RATE
            time.sleep(max(0, due - time.monotonic()))
            call = stub.future(b"hello", timeout=30)
            call.add_done_callback(lambda _, due=due: took.append(time.monotonic() - due))
            calls.append(call)
        for call in calls:
            self.assertEqual(b"hello", call.result())
        return sorted(took)[int(0.99 * len(took))]

    def test_hedging_at_p95_cuts_the_tail_for_few_more_calls(self):
        replicas = [self.start_replica_with(share) for share in (SLOW_SHARE, 0, 0)]
        count = 6_000 if FULL else 1_000
        measured = {}
        for name, route in (("plain", {}), ("hedged", {"hedging": {"delay": "p95"}})):
            sidecar = self.start_sidecar(
                *replicas, cluster={"outlier_detection": "off"},
                listener={"routes": [{"cluster": "test", **route}]})
            self.p99(sidecar.address, 200)  # what it measures, it measures first
            measured[name] = self.p99(sidecar.address, count)
        hedges = sidecar.metric("evenkeel_client_call_hedges_total")
        won = sidecar.metric("evenkeel_client_call_hedges_won_total")
        wasted = sidecar.metric("evenkeel_client_call_hedges_wasted_total")
        print(f"\np99 {measured['plain'] * 1e3:.0f} ms, with hedging {measured['hedged'] * 1e3:.0f}"
              f" ms; {hedges:.0f} hedges for {count + 200} calls, {won:.0f} won")
        if FULL:  # elsewhere the machine itself may be what is slow
            self.assertLess(measured["hedged"] * 5, measured["plain"])
        self.assertGreater(won, 0)
        self.assertLess(hedges, 0.1 * (count + 200))
        self.assertEqual(hedges, won + wasted)


if __name__ == "__main__":
    unittest.main()
