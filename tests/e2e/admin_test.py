"""What an operator sees: pages, metrics, log."""

import json
import shutil
import socket
import subprocess
import sys
import threading
import unittest

from harness import raw_connection
from harness.case import E2eTestCase, WireTestCase
from harness.raw_client import connect_socket
from harness.waiting import BOUND, let_time_pass, wait_until

METHOD = {"grpc_method": "test.Echo/Say"}
CALL_STARTED = "evenkeel_server_call_started_total"
CALL_FINISHED = "evenkeel_server_call_finished_total"
CALL_IN_FLIGHT = "evenkeel_server_call_in_flight"
ATTEMPT_STARTED = "evenkeel_client_attempt_started_total"
EVENTS = "evenkeel_events_total"
UNAVAILABLE = 14
ATTEMPT_FINISHED = "evenkeel_client_attempt_finished_total"

# gRFC A66, in seconds.
LATENCY_BUCKETS = [
    0, 1e-05, 5e-05, 0.0001, 0.0003, 0.0006, 0.0008, 0.001, 0.002, 0.003, 0.004, 0.005, 0.006,
    0.008, 0.01, 0.013, 0.016, 0.02, 0.025, 0.03, 0.04, 0.05, 0.065, 0.08, 0.1, 0.13, 0.16, 0.2,
    0.25, 0.3, 0.4, 0.5, 0.65, 0.8, 1, 2, 5, 10, 20, 50, 100,
]


class PagesTest(WireTestCase):
    def test_ready_and_live_say_so(self):
        self.assertEqual(200, self.sidecar.get("/live")[0])
        # It listens before it has connected.
        wait_until(lambda: self.sidecar.get("/ready")[0] == 200, "the sidecar to be ready")

    def test_a_page_links_the_others(self):
        status, page = self.sidecar.get("/pages")
        self.assertEqual(200, status)
        for path in ("/metrics", "/ready", "/live", "/clusters", "/config"):
            self.assertIn(f'href="{path}"', page)

    def test_clusters_are_json_and_name_each_endpoint(self):
        self.exchange()
        text = json.dumps(self.sidecar.clusters())
        self.assertIn('"test"', text)
        self.assertIn(self.endpoint.address, text)

    def test_config_is_json_with_the_defaults_filled_in(self):
        config = json.loads(self.sidecar.get("/config")[1])
        text = json.dumps(config)
        self.assertIn(self.endpoint.address, text)
        self.assertIn("max_pending_calls", text)

    def test_an_unknown_page_is_404_and_a_post_405(self):
        self.assertEqual(404, self.sidecar.get("/nowhere")[0])
        with connect_socket(self.sidecar.admin) as sock:
            sock.settimeout(BOUND)
            sock.sendall(b"POST /ready HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            self.assertRegex(sock.recv(100), rb"^HTTP/1.1 405 ")

    def test_admin_can_be_switched_off(self):
        sidecar = self.start_sidecar(self.endpoint, admin="off")
        self.assertEqual("off", sidecar.admin)


class LeavingEndpointTest(WireTestCase):
    def test_an_endpoint_that_was_removed_is_draining_until_its_last_call_has_ended(self):
        call, arrived = self.open()
        other = self.start_endpoint()
        with open(self.sidecar.config_path, encoding="utf-8") as file:
            text = file.read()
        with open(self.sidecar.config_path, "w", encoding="utf-8") as file:
            file.write(text.replace(self.endpoint.address, other.address))
        wait_until(lambda: self.states().get(other.address) == "ready", "the other endpoint")
        self.assertEqual("draining", self.states()[self.endpoint.address])
        self.assertIn("draining", self.sidecar.get("/clusters?format=text")[1])
        arrived.respond_trailers_only(0)
        call.wait_status()
        wait_until(lambda: self.endpoint.address not in self.states(), "the endpoint to go")

    def states(self):
        return {each["address"]: each["state"]
                for each in self.sidecar.clusters()["clusters"][0]["endpoints"]}


class MetricsTest(WireTestCase):
    def check_syntax(self):
        if shutil.which("promtool") is None:
            print("SKIPPED: no promtool (Debian package prometheus)", file=sys.stderr)
            self.skipTest("promtool is not installed")
        text = self.sidecar.get("/metrics")[1]
        result = subprocess.run(["promtool", "check", "metrics"], input=text, text=True,
                                capture_output=True, timeout=BOUND, check=False)
        self.assertEqual((0, "", ""), (result.returncode, result.stdout, result.stderr), text)

    def test_promtool_accepts_them_before_and_after_calls(self):
        self.check_syntax()
        self.exchange()
        call, arrived = self.open('/odd.Name"{}/Get\\it')
        arrived.connection.close()
        call.wait_status()
        self.check_syntax()

    def test_calls_are_counted_by_status_and_by_who_decided(self):
        self.exchange()
        refused, arrived = self.open(end_stream=True)
        arrived.respond_trailers_only(5)
        refused.wait_status()
        cancelled, arrived = self.open()
        cancelled.reset()
        arrived.wait_reset()
        late, _ = self.open(timeout="20m")
        late.wait_status()
        lost, arrived = self.open()
        arrived.connection.close()
        lost.wait_status()
        for status, origin in (("OK", "endpoint"), ("NOT_FOUND", "endpoint"),
                               ("CANCELLED", "client"), ("DEADLINE_EXCEEDED", "proxy"),
                               ("UNAVAILABLE", "proxy")):
            with self.subTest(status=status):
                self.sidecar.wait_metric(CALL_FINISHED, lambda count: count == 1,
                                         grpc_status=status, origin=origin, **METHOD)
        self.assertEqual(5, self.sidecar.metric(CALL_STARTED, **METHOD))
        self.assertEqual(5, self.sidecar.metric(CALL_FINISHED, **METHOD))
        self.assertEqual(0, self.sidecar.metric(CALL_IN_FLIGHT, **METHOD))

    def test_an_endpoints_cancel_at_the_deadline_is_counted_once(self):
        self.exchange()  # before a method is answered, its calls are "other"
        call, arrived = self.open(timeout="60S", end_stream=True)
        arrived.reset(raw_connection.CANCEL)
        call.wait_status()
        self.sidecar.wait_metric(CALL_FINISHED, lambda count: count == 2, **METHOD)
        self.sidecar.wait_metric(ATTEMPT_FINISHED, lambda count: count == 2,
                                 endpoint=self.endpoint.address)

    def test_a_transparent_retry_is_two_attempts_of_one_call(self):
        endpoints = [self.start_endpoint(), self.start_endpoint()]
        sidecar = self.start_sidecar(*endpoints)
        client = self.connect(sidecar)
        call = client.call()
        for end in (lambda s: s.reset(raw_connection.REFUSED_STREAM), lambda s: s.respond()):
            ready = wait_until(lambda: [e for e in endpoints if e.has_stream()], "an attempt")
            end(ready[0].next_stream())
        self.assertEqual(0, call.wait_status())
        self.assertEqual(1, sidecar.metric(CALL_STARTED))
        self.assertEqual(2, sidecar.metric(ATTEMPT_STARTED))
        self.assertEqual(1, sidecar.metric("evenkeel_client_call_transparent_retries_total"))

    def test_what_is_in_flight_is_shown(self):
        call, arrived = self.open()
        self.sidecar.wait_metric(CALL_IN_FLIGHT, lambda count: count == 1, grpc_method="other")
        arrived.respond()
        call.wait_status()
        call, arrived = self.open()
        self.sidecar.wait_metric(CALL_IN_FLIGHT, lambda count: count == 1, **METHOD)
        self.sidecar.wait_metric("evenkeel_client_attempt_in_flight", lambda count: count == 1,
                                 endpoint=self.endpoint.address)
        arrived.respond()
        call.wait_status()
        self.sidecar.wait_metric(CALL_IN_FLIGHT, lambda count: count == 0, **METHOD)

    def test_latency_has_the_buckets_of_a66(self):
        self.exchange()
        name = "evenkeel_server_call_duration_seconds"
        bounds = []
        for line in self.sidecar.get("/metrics")[1].splitlines():
            if line.startswith(name + "_bucket") and 'le="+Inf"' not in line:
                bounds.append(float(line.split('le="')[1].split('"')[0]))
        self.assertEqual(LATENCY_BUCKETS, bounds)
        self.assertEqual(1, self.sidecar.metric(name + "_count", **METHOD))

    def test_connections_and_bytes_are_counted_on_both_sides(self):
        self.exchange()
        metric = self.sidecar.metric
        self.assertEqual(1, metric("evenkeel_server_open_connections"))
        self.assertEqual(1, metric("evenkeel_client_open_connections",
                                   endpoint=self.endpoint.address))
        for side in ("server", "client"):
            self.assertGreater(metric(f"evenkeel_{side}_received_bytes_total"), 10)
            self.assertGreater(metric(f"evenkeel_{side}_sent_bytes_total"), 10)
        self.client.close()
        self.sidecar.wait_metric("evenkeel_server_open_connections", lambda count: count == 0)

    def test_a_flood_of_invented_methods_ends_in_other_and_hides_no_method(self):
        self.endpoint.answer(lambda stream: stream.respond_trailers_only(12))
        count = 3000
        for start in range(0, count, 50):
            calls = [self.client.open(f"/attack.Service/Method{number}", end_stream=True)
                     for number in range(start, start + 50)]
            for call in calls:
                call.wait_status()
        self.assertEqual(count, self.sidecar.metric(CALL_STARTED, grpc_method="other"))
        self.endpoint.answer(lambda stream: stream.respond_trailers_only(0))
        self.client.open("/real.Service/Get", end_stream=True).wait_status()
        self.assertEqual(1, self.sidecar.metric(CALL_STARTED, grpc_method="real.Service/Get"))


class IdleTest(E2eTestCase):
    def test_a_sidecar_without_calls_uses_next_to_no_cpu(self):
        sidecar = self.start_sidecar(self.start_endpoint())
        let_time_pass(0.5)  # connections and first answers
        before = sidecar.metric("process_cpu_seconds_total")
        let_time_pass(2)
        used = sidecar.metric("process_cpu_seconds_total") - before
        self.assertLess(used, 1, "some timer fires without end")


class LogTest(E2eTestCase):
    def test_endpoints_going_and_coming_are_told_with_the_reason(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(
            endpoint, cluster={"connection": {"initial_backoff": "50ms", "max_backoff": "200ms"}})
        up = sidecar.wait_log("endpoint up")
        self.assertEqual(endpoint.address, up["endpoint"])
        endpoint.close()
        down = sidecar.wait_log("endpoint down")
        self.assertEqual(endpoint.address, down["endpoint"])
        self.assertTrue([key for key in ("reason", "why", "error") if down.get(key)], down)
        self.start_endpoint(port=endpoint.port)
        wait_until(lambda: sum(e.get("msg") == "endpoint up" for e in sidecar.log()) == 2,
                   "a second endpoint up")

    def test_it_says_on_what_it_listens_and_over_what_it_balances(self):
        sidecar = self.start_sidecar(self.start_endpoint())
        for line in (sidecar.wait_log("listening"), sidecar.wait_log("ready")):
            self.assertRegex(line["listeners"][0], r"^127\.0\.0\.1:[1-9]\d*$")
            self.assertRegex(line["admin"], r"^127\.0\.0\.1:[1-9]\d*$")
            self.assertEqual(["test (1 endpoints)"], line["clusters"])

    def test_ready_is_told_when_it_begins_and_when_it_ends(self):
        endpoint = self.start_endpoint()
        port = endpoint.port
        endpoint.close()
        sidecar = self.start_sidecar(
            f"127.0.0.1:{port}", cluster={"health_check": {"type": "tcp", "startup_grace": "1h"}, "connection": {
                "initial_backoff": "50ms", "max_backoff": "200ms"}})
        self.assertIn("cluster test", sidecar.wait_log("waiting to be ready")["reasons"][0])
        sidecar.wait_log("endpoint has not come up")
        self.assertEqual(503, sidecar.get("/ready")[0])
        self.assertFalse([e for e in sidecar.log() if e.get("msg") == "ready"])
        endpoint = self.start_endpoint(port=port)
        sidecar.wait_log("ready")
        self.assertEqual(200, sidecar.get("/ready")[0])
        endpoint.close()
        self.assertIn("not connected", sidecar.wait_log("not ready")["reasons"][0])
        self.assertEqual(503, sidecar.get("/ready")[0])

    def test_the_level_changes_at_run_time_and_what_happens_is_kept_all_the_same(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint)
        sidecar.wait_log("endpoint up")
        self.assertEqual("info", json.loads(sidecar.get("/log")[1])["levels"]["health"])
        self.assertEqual(400, sidecar.post("/log?level=loud")[0])
        status, body = sidecar.post("/log?level=warn&folder=health")
        levels = json.loads(body)["levels"]
        self.assertEqual((200, "warning", "info"),
                         (status, levels["health"], levels["proxy/server"]))
        self.assertEqual(200, sidecar.post("/log?level=error")[0])
        endpoint.close()
        sidecar.wait_metric(EVENTS, lambda n: n == 1, event="endpoint_down")
        self.assertEqual(0, sidecar.metric(EVENTS, event="panic"))
        events = json.loads(sidecar.get("/events")[1])["events"]
        self.assertEqual(list(range(1, len(events) + 1)), [each["id"] for each in events])
        down = next(each for each in events if each["event"] == "endpoint_down")
        self.assertEqual(endpoint.address, down["endpoint"])
        newer = json.loads(sidecar.get(f"/events?after={down['id'] - 1}")[1])["events"]
        self.assertEqual(down, newer[0])
        self.assertNotIn("endpoint down", sidecar.output())

    def test_a_limit_that_is_reached_is_told_once(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, cluster={"limits": {"max_calls": 1}})
        client = self.connect(sidecar)
        client.open()
        endpoint.next_stream()
        for _ in range(5):
            self.assertEqual(UNAVAILABLE, client.open(end_stream=True).wait_status())
        line = sidecar.wait_log("limit reached: refusing calls")
        self.assertEqual(("test", "max_calls", "limit_reached"),
                         (line["cluster"], line["limit"], line["event"]))
        self.assertEqual(1, sidecar.metric(EVENTS, event="limit_reached"))

    def test_clients_that_speak_something_else_are_named_once_a_minute(self):
        sidecar = self.start_sidecar(self.start_endpoint())
        for _ in range(3):
            with connect_socket(sidecar.address) as client:
                client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                self.assertIn(b"This port speaks gRPC", client.makefile("rb").read())
        sidecar.wait_metric("evenkeel_server_connections_ended_total", lambda n: n == 3,
                            reason="not_http2")
        line = sidecar.wait_log("client connection ended")
        self.assertEqual(("127.0.0.1", "the peer speaks HTTP/1, not HTTP/2 in plain text"),
                         (line["client"], line["detail"]))
        self.assertEqual(
            1, sum(e.get("msg") == "client connection ended" for e in sidecar.log()))

    def test_an_endpoint_that_speaks_something_else_is_named(self):
        for words, protocol in ((b"HTTP/1.1 400 Bad Request\r\n\r\n", "HTTP/1"),
                                (b"\x15\x03\x03\x00\x02\x02\x46", "TLS")):
            with self.subTest(protocol), socket.create_server(("127.0.0.1", 0)) as server:
                threading.Thread(target=_say_and_go, args=(server, words), daemon=True).start()
                sidecar = self.start_sidecar("127.0.0.1:%d" % server.getsockname()[1])
                line = sidecar.wait_log("endpoint has not come up")
                self.assertIn(f"the peer speaks {protocol}, not HTTP/2", line["reason"])
                sidecar.terminate()
                sidecar.wait_exit()

    def test_drain_is_told(self):
        sidecar = self.start_sidecar(self.start_endpoint())
        sidecar.terminate()
        sidecar.wait_exit()
        self.assertTrue([e for e in sidecar.log() if "drain" in e.get("msg", "")])


def _say_and_go(server, words):
    """Whoever connects hears this and no more."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return  # the test is over
        with connection:
            connection.recv(1000)
            connection.sendall(words)


if __name__ == "__main__":
    unittest.main()
