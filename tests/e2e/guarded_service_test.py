"""A service that refuses every call without a token, health checks too, behind a sidecar of which
only the listener and the endpoints are configured."""

import collections
import unittest

import grpc

from harness.case import E2eTestCase
from harness.guarded_replica import GET_USER, TOKEN, GuardedReplica
from harness.waiting import wait_until


class GuardedServiceTest(E2eTestCase):
    def setUp(self):
        self.replicas = [GuardedReplica() for _ in range(3)]
        for each in self.replicas:
            self.addCleanup(each.close)
        self.addresses = [each.address for each in self.replicas]
        self.sidecar = self.start_sidecar(config={
            "listeners": [{"address": "127.0.0.1:0", "cluster": "user-service"}],
            "clusters": {"user-service": {"endpoints": self.addresses}},
            "admin": {"address": "127.0.0.1:0"}})
        self.sidecar.wait_endpoints(self.addresses)
        channel = self.enterContext(grpc.insecure_channel(self.sidecar.address))
        self.get_user = channel.unary_unary(GET_USER)

    def endpoints(self):
        return {each["address"]: each for each in self.sidecar.clusters()["clusters"][0]["endpoints"]}

    def test_calls_flow_and_each_page_says_what_is_known(self):
        served = collections.Counter(
            self.get_user(b"", metadata=(TOKEN,), timeout=10).decode() for _ in range(300))
        self.assertEqual(set(self.addresses), set(served))
        self.assertGreater(min(served.values()), 50, served)
        with self.assertRaises(grpc.RpcError) as refused:
            self.get_user(b"", timeout=10)
        self.assertEqual((grpc.StatusCode.UNAUTHENTICATED, "who are you?"),
                         (refused.exception.code(), refused.exception.details()))
        self.assertEqual(200, self.sidecar.get("/ready")[0])
        for each in self.endpoints().values():
            self.assertEqual("ready", each["state"])
            self.assertIn("UNAUTHENTICATED", each["why"])
        self.assertEqual(["health check denied"],
                         [each["msg"] for each in self.sidecar.log() if each["level"] != "info"])

    def test_a_killed_replica_is_logged_and_gets_no_more_calls(self):
        victim = self.replicas[0]
        victim.kill()
        wait_until(lambda: self.endpoints()[victim.address]["state"] != "ready",
                   "the end of the replica to be noticed")
        down = self.sidecar.wait_log("endpoint down")
        self.assertEqual((victim.address, "warning"), (down["endpoint"], down["level"]))
        served = collections.Counter(
            self.get_user(b"", metadata=(TOKEN,), timeout=10).decode() for _ in range(100))
        self.assertEqual(set(self.addresses[1:]), set(served))


if __name__ == "__main__":
    unittest.main()
