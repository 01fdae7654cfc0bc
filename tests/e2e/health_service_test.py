"""The sidecar's own health service, as real gRPC clients see it."""

import json
import pathlib
import shutil
import tempfile
import threading
import unittest

import grpc

from harness.case import E2eTestCase, configuration
from harness.proto import compile_proto
from harness.waiting import BOUND, wait_until

HEALTH = """
syntax = "proto3";
package grpc.health.v1;
message HealthCheckRequest { string service = 1; }
message HealthCheckResponse {
  enum ServingStatus { UNKNOWN = 0; SERVING = 1; NOT_SERVING = 2; SERVICE_UNKNOWN = 3; }
  ServingStatus status = 1;
}
service Health {
  rpc Check(HealthCheckRequest) returns (HealthCheckResponse);
  rpc Watch(HealthCheckRequest) returns (stream HealthCheckResponse);
}
"""
health, health_grpc = compile_proto("health", HEALTH)
SERVING, NOT_SERVING, UNKNOWN = 1, 2, 3
USERS = "user.v1.UserService"
GET_USER = "/user.v1.UserService/GetUser"
GET_USER_1 = b"\x0a\x06user-1"
LISTENER = {"health_service": True}


class Watch:
    """A Watch, read in the background: `statuses` so far, `end` once it is over."""

    def __init__(self, stub, service):
        self.statuses, self.end = [], None
        self._call = stub.Watch(health.HealthCheckRequest(service=service))
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for each in self._call:
                self.statuses.append(each.status)
        except grpc.RpcError as error:
            self.end = error.code()

    def cancel(self):
        self._call.cancel()
        self._thread.join(BOUND)


class HealthServiceTestCase(E2eTestCase):
    def channel(self, address, service_config=None):
        options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        if service_config:
            options.append(("grpc.service_config", json.dumps(service_config)))
        channel = grpc.insecure_channel(address, options)
        self.addCleanup(channel.close)
        return channel

    def stub(self, sidecar, *serving):
        """A stub whose worker has heard that the services `serving` do."""
        stub = health_grpc.HealthStub(self.channel(sidecar.address))
        for each in serving:
            wait_until(lambda name=each: self.check(stub, name) == SERVING, f"{each} to serve")
        return stub

    def check(self, stub, service=""):
        request = health.HealthCheckRequest(service=service)
        return stub.Check(request, timeout=BOUND, wait_for_ready=True).status

    def watch(self, stub, service=""):
        watch = Watch(stub, service)
        self.addCleanup(watch.cancel)
        return watch

    def wait_statuses(self, watch, *statuses):
        wait_until(lambda: len(watch.statuses) >= len(statuses) or watch.end, f"{statuses}")
        self.assertEqual(list(statuses), watch.statuses, watch.end)

    def write(self, sidecar, config):
        pathlib.Path(sidecar.config_path).write_text(json.dumps(config), encoding="utf-8")


class HealthServiceTest(HealthServiceTestCase):
    def test_a_drain_tells_watchers_and_is_not_held_up_by_them(self):
        sidecar = self.start_sidecar(self.start_replica(), workers=2, listener=LISTENER,
                                     arguments=("--drain-timeout", "1h"))
        names = ("", "test", USERS)
        stub = self.stub(sidecar, *names)
        watches = [self.watch(stub, name) for name in names]
        for each in watches:
            self.wait_statuses(each, SERVING)
        sidecar.terminate()
        for each in watches:
            wait_until(lambda watch=each: watch.end, "the watch's end")
            self.assertEqual([SERVING, NOT_SERVING], each.statuses)
            self.assertEqual(grpc.StatusCode.UNAVAILABLE, each.end)
        self.assertEqual(0, sidecar.wait_exit())

    def test_until_it_is_ready_it_does_not_serve(self):
        replica = self.start_replica()
        sidecar = self.start_sidecar(replica, listener=LISTENER)
        replica.kill()
        stub = self.stub(sidecar)
        watch = self.watch(stub)
        wait_until(lambda: self.check(stub) == NOT_SERVING, "NOT_SERVING")
        self.assertEqual(503, sidecar.get("/ready")[0])
        self.start_replica(listen=replica.address)
        wait_until(lambda: self.check(stub) == SERVING, "SERVING")
        self.assertEqual(200, sidecar.get("/ready")[0])
        wait_until(lambda: watch.statuses[-1:] == [SERVING], "the watch to hear of it")
        self.assertIn(watch.statuses, ([SERVING, NOT_SERVING, SERVING], [NOT_SERVING, SERVING]))

    def test_what_is_unknown_is_not_found_until_a_reload_brings_it(self):
        replica = self.start_replica()
        route = {"match": {"service": USERS}, "cluster": "test"}
        config = configuration([replica.address], listener={**LISTENER, "routes": [route]})
        del config["listeners"][0]["cluster"]
        sidecar = self.start_sidecar(config=config)
        stub = self.stub(sidecar, USERS)
        with self.assertRaises(grpc.RpcError) as failed:
            self.check(stub, "orders.v1.Orders")
        self.assertEqual(grpc.StatusCode.NOT_FOUND, failed.exception.code())
        watch = self.watch(stub, "orders.v1.Orders")
        self.wait_statuses(watch, UNKNOWN)
        config["listeners"][0]["routes"].append(
            {"match": {"service": "orders.v1.Orders"}, "cluster": "test"})
        self.write(sidecar, config)
        self.wait_statuses(watch, UNKNOWN, SERVING)

    def test_a_client_that_heeds_health_calls_through_it(self):
        """gRPC's own client-side health checking (gRFC A17) gives calls to servers that serve."""
        replica = self.start_replica()
        sidecar = self.start_sidecar(replica, listener=LISTENER)
        channel = self.channel(sidecar.address, {
            "loadBalancingConfig": [{"round_robin": {}}],
            "healthCheckConfig": {"serviceName": USERS}})
        call = channel.unary_unary(GET_USER)
        self.assertTrue(call(GET_USER_1, timeout=BOUND, wait_for_ready=True))
        watched = {"grpc_method": "grpc.health.v1.Health/Watch"}
        self.assertEqual(1, sidecar.metric("evenkeel_server_call_started_total", **watched))
        replica.kill()
        wait_until(lambda: self.fails_at_once(call), "the client to hear that nobody serves")

    def fails_at_once(self, call):
        try:
            call(GET_USER_1, timeout=BOUND)
            return False
        except grpc.RpcError as error:
            return "health" in error.details() or "not serving" in error.details().lower()

    def test_without_it_such_calls_go_to_the_cluster(self):
        replica = self.start_replica()
        sidecar = self.start_sidecar(replica)
        stub = self.stub(sidecar)
        with self.assertRaises(grpc.RpcError) as failed:
            self.check(stub, "test")  # a cluster, of which the replica knows nothing
        self.assertEqual(grpc.StatusCode.NOT_FOUND, failed.exception.code())
        self.assertEqual(SERVING, self.check(stub, USERS))
        self.assertEqual(2, sum(each["picked"] for cluster in sidecar.clusters()["clusters"]
                                for each in cluster["endpoints"]))

    def test_a_thousand_watches_hear_of_a_change(self):
        replica = self.start_replica()
        listener = {**LISTENER, "http2": {"max_concurrent_streams": 1000}}
        sidecar = self.start_sidecar(replica, listener=listener)
        self.stub(sidecar, "test")
        client = self.connect(sidecar)
        watches = [client.call(b"\x0a\x04test", "/grpc.health.v1.Health/Watch")
                   for _ in range(1000)]
        for each in watches:
            each.wait(lambda watch: watch.messages(), "the first status")
        replica.kill()
        for each in watches:
            each.wait(lambda watch: len(watch.messages()) == 2, "the second status")
            self.assertEqual([b"\x08\x01", b"\x08\x02"], each.messages())


class TakeoverTest(HealthServiceTestCase):
    def test_who_watches_the_old_process_finds_the_new_one(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        config = configuration([self.start_replica().address], listener=LISTENER)
        arguments = ("--takeover", "--takeover-socket", str(folder / "takeover.sock"))
        old = self.start_sidecar(config=config, arguments=arguments)
        watch = self.watch(self.stub(old, ""))
        self.wait_statuses(watch, SERVING)
        new = self.start_sidecar(config=config, arguments=arguments)
        wait_until(lambda: watch.end, "the watch's end")
        self.assertEqual([SERVING, NOT_SERVING], watch.statuses)
        self.stub(new, "")
        self.assertEqual(0, old.wait_exit())


if __name__ == "__main__":
    unittest.main()
