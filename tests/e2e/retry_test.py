"""Retries by gRPC's rules, with real clients and replicas: what callers see of failing replicas.

EVENKEEL_E2E_FULL=1 makes a million calls and a hundred thousand where a run makes a few.
"""

import os
import tempfile
import time
import unittest

import grpc

from harness.case import FULL, E2eTestCase
from harness.python_replica import IDENTITY, PythonReplica
from harness.raw_connection import CANCEL, REFUSED_STREAM, timeout_seconds

MIB = 2**20
EJECT_NOBODY = {"outlier_detection": "off"}
RETRIES = "evenkeel_client_call_retries_total"
STARTED = "evenkeel_client_attempt_started_total"


def fail_in_trailers(_, context):
    """Headers first, so that the status stands in real trailers."""
    context.send_initial_metadata((("x-early", "1"),))
    context.abort(grpc.StatusCode.UNAVAILABLE, "not today")


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class PolicyTestCase(E2eTestCase):
    def start_python_replica(self, answer, **options):
        replica = PythonReplica(answer, **options)
        self.addCleanup(replica.close)
        return replica

    def start_with(self, calls, endpoints, cluster=None, **options):
        """A sidecar whose only route has these keys."""
        return self.start_sidecar(
            *endpoints, listener={"routes": [{"cluster": "test", **calls}]},
            cluster={**EJECT_NOBODY, **(cluster or {})}, **options)

    def stub(self, sidecar):
        """A stock client without retries of its own."""
        channel = grpc.insecure_channel(sidecar.address, options=[("grpc.enable_retries", 0)])
        self.addCleanup(channel.close)
        return channel.unary_unary("/test.Echo/Say", IDENTITY, IDENTITY)

    def call_all(self, stub, count, width=16):
        """How many of `count` calls succeed, `width` at a time."""
        good = 0
        for _ in range(count // width):
            for call in [stub.future(b"hello", timeout=30) for _ in range(width)]:
                good += call.exception() is None
        return good


class FailingReplicasTest(PolicyTestCase):
    RETRY = {"retry": {"attempts": 2, "initial_backoff": "1ms", "max_backoff": "5ms"}}

    def test_a_replica_that_fails_in_trailers_costs_hardly_a_call(self):
        """One of five fails everything: 20 % of calls. Two attempts chosen blindly: 96 %."""
        replicas = [self.start_python_replica(fail_in_trailers)] + [
            self.start_python_replica(lambda payload, _: payload) for _ in range(4)]
        sidecar = self.start_with(self.RETRY, replicas)
        count = 20_000 if FULL else 1_600
        good = self.call_all(self.stub(sidecar), count)
        retries = sidecar.metric(RETRIES)
        print(f"\n{good} of {count} calls succeed, {retries:.0f} retries")
        self.assertGreaterEqual(good, 0.99 * count)
        self.assertGreater(retries, 0.1 * count)

    def test_a_storm_of_failures_stays_within_the_budget(self):
        replica = self.start_python_replica(fail_in_trailers)
        count = 1_600
        for throttling, allowed in (({"retry_throttling": "off"}, 0.2 * count + 100),
                                    ({}, 100)):
            sidecar = self.start_with(self.RETRY, [replica], cluster=throttling)
            self.assertEqual(0, self.call_all(self.stub(sidecar), count))
            extra = sidecar.metric(STARTED) - count
            print(f"\n{extra:.0f} attempts more than {count} calls, {throttling or 'defaults'}")
            self.assertLessEqual(extra, allowed)
            refused = sidecar.metric("evenkeel_client_call_retries_refused_total")
            self.assertGreater(refused, 0)
            calls = sidecar.clusters()["clusters"][0]["calls"]
            self.assertEqual(extra, calls["retries"]["UNAVAILABLE"])


class StormTest(PolicyTestCase):
    def test_no_call_fails_by_connections_that_age_or_streams_refused(self):
        replicas = self.start_replicas(3, "--max-connection-age", "1s")
        refusing = self.start_endpoint()
        refusing.answer(lambda stream: stream.reset(REFUSED_STREAM))
        sidecar = self.start_sidecar(*replicas, refusing, cluster=EJECT_NOBODY)
        count = 100_000 if FULL else 4_000
        report = self.start_load(sidecar, "--calls", count, "--duration", "1h",
                                 "--connections", 4, "--concurrency", 16).report(1800)
        print(f"\n{report['failed']} of {report['calls']} calls failed")
        self.assertEqual((count, 0), (report["calls"], report["failed"]), report["failures"])


class ManyCallsTest(PolicyTestCase):
    def test_every_byte_arrives_once_with_retries_and_hedging(self):
        """Replicas fail 2 % of calls; user-client checks each byte of what it sends and gets."""
        replicas = self.start_replicas(3, "--fail-rate", "0.02")
        brakes = {"retry_throttling": "off", "retry_budget": "off"}
        retry = {"attempts": 5, "initial_backoff": "1ms", "max_backoff": "5ms"}
        hedging = {"attempts": 5, "delay": "5ms"}
        each = 125_000 if FULL else 500
        for calls in ({"retry": retry}, {"hedging": hedging}):
            sidecar = self.start_with(calls, replicas, cluster=brakes, workers=2)
            self.load_all_kinds(sidecar, 500)
            before = sidecar.memory()
            self.load_all_kinds(sidecar, each)
            growth = sidecar.memory() - before
            print(f"\n{next(iter(calls))}: {4 * each} calls, memory grew by {growth // 1024} KiB")
            if FULL:  # A few calls say nothing of memory, and sanitizers keep what was freed.
                self.assertLessEqual(growth, 4 * MIB)
            self.assertEqual(0, sidecar.metric("evenkeel_client_attempt_in_flight"))

    def load_all_kinds(self, sidecar, count):
        for method in ("get", "list", "create", "sync"):
            report = self.start_load(
                sidecar, "--method", method, "--messages", 3, "--payload", 2000, "--calls", count,
                "--duration", "1h", "--connections", 4, "--concurrency", 16).report(3600)
            self.assertEqual((count, 0), (report["calls"], report["failed"]), report["failures"])


class DeadlineTest(PolicyTestCase):
    def test_a_deadline_ends_the_call_and_the_replica_hears_of_it(self):
        endpoint = self.start_endpoint()
        endpoint.answer(lambda stream: None)  # sleeps
        sidecar = self.start_sidecar(endpoint)
        client = self.connect(sidecar)
        took = []
        for _ in range(1000 if FULL else 50):
            start = time.monotonic()
            call = client.call(timeout="100m")
            self.assertEqual(4, call.wait_status())
            took.append(time.monotonic() - start)
            stream = endpoint.streams()[-1]
            self.assertEqual(CANCEL, stream.wait_reset())
            self.assertLess(timeout_seconds(stream.blocks[0].get("grpc-timeout")), 0.1)
        print(f"\na deadline of 100 ms ends the call after {percentile(took, 0.5) * 1e3:.1f} ms, "
              f"p99 {percentile(took, 0.99) * 1e3:.1f} ms")
        self.assertGreaterEqual(min(took), 0.099)
        self.assertLess(percentile(took, 0.99), 1)


class ServiceConfigTest(PolicyTestCase):
    def test_a_service_config_does_what_it_says(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "users.json")
        with open(path, "w", encoding="utf-8") as file:
            file.write("""{"methodConfig": [{"name": [{"service": "test.Echo"}], "retryPolicy": {
                "maxAttempts": 2, "initialBackoff": "0.001s", "maxBackoff": "0.01s",
                "backoffMultiplier": 2, "retryableStatusCodes": ["ABORTED"]}}]}""")
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, cluster={**EJECT_NOBODY, "service_config": path})
        call = self.connect(sidecar).call(b"whole")
        first = endpoint.next_stream()
        first.respond_headers()
        first.respond_trailers(10)
        second = endpoint.next_stream()
        second.wait_end()
        self.assertEqual("1", second.blocks[0].get("grpc-previous-rpc-attempts"))
        self.assertEqual([b"whole"], second.messages())
        second.respond(b"done")
        self.assertEqual(0, call.wait_status())
        self.assertEqual([b"done"], call.messages())


if __name__ == "__main__":
    unittest.main()
