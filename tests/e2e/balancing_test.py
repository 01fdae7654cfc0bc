"""The main job: every call goes to the replica whose turn it is, whatever connection it came on."""

import unittest

from harness.case import E2eTestCase


class RoundRobinTest(E2eTestCase):
    """N calls over K replicas differ by at most one, for the process as a whole."""

    CALLS = 30_000

    def assert_even(self, workers, connections, concurrency, replicas=3):
        started = self.start_replicas(replicas)
        sidecar = self.start_sidecar(*started, workers=workers)
        sidecar.wait_endpoints([each.address for each in started], workers)
        report = self.start_load(
            sidecar, "--calls", self.CALLS, "--duration", "10m", "--connections", connections,
            "--concurrency", concurrency).report()
        self.assertEqual((self.CALLS, 0), (report["calls"], report["failed"]), report)
        shares = [report["replicas"].get(each.name, 0) for each in started]
        self.assertEqual(self.CALLS, sum(shares))
        self.assertLessEqual(max(shares) - min(shares), 1, shares)
        self.assertLessEqual(abs(shares[0] - self.CALLS / replicas), 1, shares)

    def test_one_connection_and_one_worker(self):
        self.assert_even(workers=1, connections=1, concurrency=20)

    def test_fifty_connections_and_one_worker(self):
        self.assert_even(workers=1, connections=50, concurrency=100)

    def test_fifty_connections_and_two_workers(self):
        self.assert_even(workers=2, connections=50, concurrency=100)

    def test_fifty_connections_and_four_workers(self):
        self.assert_even(workers=4, connections=50, concurrency=100)


class LeastRequestTest(E2eTestCase):
    def test_a_slow_replica_gets_fewer_calls(self):
        quick = self.start_replicas(2, "--latency", "2ms")
        slow = self.start_replica("--latency", "100ms")
        sidecar = self.start_sidecar(*quick, slow, policy="least_request", workers=2)
        report = self.start_load(
            sidecar, "--calls", 3000, "--duration", "10m", "--connections", 4,
            "--concurrency", 30).report()
        self.assertEqual(0, report["failed"], report)
        shares = report["replicas"]
        self.assertLess(shares.get(slow.name, 0), min(shares[each.name] for each in quick) / 2)

    def test_idle_replicas_all_get_some(self):
        replicas = self.start_replicas(3)
        sidecar = self.start_sidecar(*replicas, policy="least_request")
        report = self.start_load(
            sidecar, "--calls", 3000, "--duration", "10m", "--concurrency", 1).report()
        self.assertEqual(0, report["failed"], report)
        for each in replicas:
            self.assertGreater(report["replicas"].get(each.name, 0), 300)


class PinnedStreamsTest(E2eTestCase):
    def test_long_streams_of_one_connection_are_spread_too(self):
        replicas = self.start_replicas(3)
        sidecar = self.start_sidecar(*replicas)
        sidecar.wait_endpoints([each.address for each in replicas])
        client = self.connect(sidecar)
        streams = [client.open("/user.v1.UserService/WatchUsers").send_message(b"", end_stream=True)
                   for _ in range(30)]
        served_by = [stream.wait_headers().get("x-served-by") for stream in streams]
        for each in replicas:
            self.assertEqual(10, served_by.count(each.name))


if __name__ == "__main__":
    unittest.main()
