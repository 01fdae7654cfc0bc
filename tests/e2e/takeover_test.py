"""A new process takes over from the running one, and no client is refused and no call fails.

EVENKEEL_E2E_FULL=1 does it ten times in a row under the load of issue "Live": 2,000 calls/s, 100
open streams, 50 clients that reconnect all the time.
"""

import pathlib
import shutil
import socket
import tempfile
import unittest

from harness.case import FULL, E2eTestCase, configuration
from harness.reconnecting import Reconnecting
from harness.waiting import let_time_pass, wait_until

TIMES, RATE, STREAMS, CLIENTS = (10, 2000, 100, 50) if FULL else (3, 300, 10, 10)


class TakeoverTestCase(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.socket = self.folder / "takeover.sock"

    def start(self, config, workers=2):
        return self.start_sidecar(config=config, workers=workers, arguments=(
            "--takeover", "--takeover-socket", str(self.socket), "--drain-timeout", "60s"))


class TakeoverTest(TakeoverTestCase):
    def test_no_connection_is_refused_and_no_call_fails(self):
        replicas = self.start_replicas(3)
        config = configuration([each.address for each in replicas])
        first = sidecar = self.start(config)
        seconds = 3 + 1.5 * TIMES
        calls = self.start_load(first, "--rate", RATE, "--duration", f"{seconds * 1000:.0f}ms",
                                "--connections", 4)
        # Each process has some when it is replaced.
        streams = [self.start_streams(first, STREAMS, seconds)]
        reconnecting = Reconnecting(first.address, CLIENTS)
        self.addCleanup(reconnecting.stop)
        let_time_pass(1)
        for _ in range(TIMES):
            previous, sidecar = sidecar, self.start(config)
            self.assertEqual(first.addresses, sidecar.addresses)
            previous.wait_log("a successor has taken over, draining")
            seconds -= 1.5
            streams.append(self.start_streams(sidecar, STREAMS // 10, max(seconds, 1)))
            let_time_pass(0.5)
        unary, open_streams = calls.report(), [each.report() for each in streams]
        reconnecting.stop()
        print(f"{TIMES} take-overs: calls {unary['calls']}, {unary['start_rate']:.0f}/s, failed "
              f"{unary['failed']}; streams {sum(each['calls'] for each in open_streams)}, failed "
              f"{sum(each['failed'] for each in open_streams)}; connections of {CLIENTS} clients "
              f"{reconnecting.calls}, failed {len(reconnecting.failures)}")
        self.assertEqual([], reconnecting.failures[:5])
        self.assertGreater(reconnecting.calls, 10 * CLIENTS)
        self.assert_all_calls_well(unary, rate=RATE if FULL else RATE / 2)
        for each, count in zip(open_streams, [STREAMS] + TIMES * [STREAMS // 10]):
            self.assert_all_calls_well(each, streams=count)
        wait_until(lambda: not previous.is_running(), "the predecessor's end")

    def start_streams(self, sidecar, count, seconds):
        return self.start_load(sidecar, "--method", "watch", "--concurrency", count,
                               "--deadline", "0", "--duration", f"{seconds * 1000:.0f}ms")

    def test_a_call_that_runs_ends_on_the_old_process(self):
        endpoint = self.start_endpoint()
        config = configuration([endpoint.address])
        old = self.start(config)
        client = self.connect(old)
        call = client.open()
        arrived = endpoint.next_stream()
        new = self.start(config)
        client.wait_goaway(2)
        self.assertEqual(200, new.get("/ready")[0], "the admin port is the successor's")
        arrived.respond()
        self.assertEqual(0, call.wait_status())
        self.assertEqual(0, old.wait_exit())

    def test_workers_may_be_more_or_fewer(self):
        replica = self.start_replica()
        config = configuration([replica.address])
        for workers in (2, 4, 1):
            sidecar = self.start(config, workers=workers)
            report = self.start_load(sidecar, "--calls", 50, "--connections", 20,
                                     "--concurrency", 20).report()
            self.assertEqual(0, report["failed"], report)

    def test_a_successor_that_does_not_get_ready_leaves_the_old_one_in_charge(self):
        replica = self.start_replica()
        old = self.start(configuration([replica.address]))
        config = configuration([{"address": "127.0.0.1:1"}], cluster={
            "health_check": {"startup_grace": "1m"}})
        config["listeners"][0]["address"] = "127.0.0.1:0"
        with self.assertRaises(AssertionError) as failed:
            self.start(config)
        self.assertIn("take-over given up, the running process goes on", str(failed.exception))
        self.assertEqual(0, self.start_load(old, "--calls", 20).report()["failed"])
        old.wait_log("take-over failed, going on")

    def test_a_successor_that_cannot_reach_what_the_old_one_serves_gives_up(self):
        """Though startup_grace lets it be ready without."""
        replica = self.start_replica()
        old = self.start(configuration([replica.address]))
        old.wait_log("ready")
        config = configuration(["127.0.0.1:1"], cluster={"health_check": {"startup_grace": "0s"}})
        with self.assertRaises(AssertionError) as failed:
            self.start(config)
        self.assertIn("take-over given up, the running process goes on", str(failed.exception))
        self.assertIn("cluster test has no endpoint", str(failed.exception))
        self.assertEqual(0, self.start_load(old, "--calls", 20).report()["failed"])

    def test_a_successor_whose_admin_port_is_taken_leaves_the_old_one_in_charge(self):
        replica = self.start_replica()
        config = configuration([replica.address])
        old = self.start(config)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            config["admin"]["address"] = "127.0.0.1:%d" % taken.getsockname()[1]
            with self.assertRaises(AssertionError) as failed:
                self.start(config)
        self.assertIn("admin: cannot listen on", str(failed.exception))
        old.wait_log("take-over failed, going on")
        self.assertEqual(0, self.start_load(old, "--calls", 20).report()["failed"])

    def test_what_nobody_serves_holds_up_no_successor(self):
        config = configuration(["127.0.0.1:1"], cluster={"health_check": {"startup_grace": "0s"}})
        old = self.start(config)
        self.start(config)
        old.wait_log("a successor has taken over, draining")

    def test_the_socket_is_private_and_goes_with_the_process(self):
        replica = self.start_replica()
        sidecar = self.start(configuration([replica.address]))
        self.assertEqual(0o600, self.socket.stat().st_mode & 0o777)
        sidecar.terminate()
        self.assertEqual(0, sidecar.wait_exit())
        self.assertFalse(self.socket.exists())


if __name__ == "__main__":
    unittest.main()
