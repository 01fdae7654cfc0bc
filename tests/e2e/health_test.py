"""Who may take calls: what endpoints say of themselves, and what becomes of their calls.

EVENKEEL_E2E_FULL=1 runs the loads of issue "Health": 2,000 calls/s, deadlines of 200 ms.
"""

import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from harness import binaries
from harness.case import FULL, E2eTestCase
from harness.process import Process
from harness.waiting import let_time_pass, wait_until

RATE = 2000 if FULL else 300  # calls a second, over three replicas
DEADLINE = 0.2 if FULL else 1.0  # seconds
ENHANCE_YOUR_CALM = 0xB
QUICK_RECONNECT = {"connection": {"initial_backoff": "50ms", "max_backoff": "200ms"}}
STARTED = "evenkeel_client_attempt_started_total"
FINISHED = "evenkeel_client_attempt_finished_total"
CALL_FINISHED = "evenkeel_server_call_finished_total"
EJECTED = "evenkeel_lb_outlier_detection_ejections_enforced_total"
UNAVAILABLE, INTERNAL, NOT_FOUND, UNIMPLEMENTED = 14, 13, 5, 12


class HealthTestCase(E2eTestCase):
    def facts(self, sidecar, endpoint):
        """What /clusters says of an endpoint."""
        for each in sidecar.clusters()["clusters"][0]["endpoints"]:
            if each["address"] == endpoint.address:
                return each
        raise AssertionError(f"{endpoint.address} is not in /clusters")

    def state(self, sidecar, endpoint):
        return self.facts(sidecar, endpoint)["state"]

    def wait_state(self, sidecar, endpoint, state, bound=30):
        """Waits for the state and returns how many seconds that took."""
        start = time.monotonic()
        wait_until(lambda: self.state(sidecar, endpoint) == state,
                   f"{endpoint.address} to be {state}", bound, interval=0.002)
        return time.monotonic() - start

    def wait_all_ready(self, sidecar, endpoints):
        for each in endpoints:
            self.wait_state(sidecar, each, "ready")

    def picked(self, sidecar, endpoint):
        return self.facts(sidecar, endpoint)["picked"]

    def assert_only_ok(self, report):
        self.assertEqual(0, report["failed"], report["failures"])
        self.assertEqual({"OK"}, set(report["statuses"]), report)


class WatchTest(HealthTestCase):
    def test_a_replica_that_stops_serving_gets_no_new_call_and_none_fails(self):
        replicas = self.start_replicas(3, "--latency", "5ms")
        sidecar = self.start_sidecar(
            *replicas, workers=2, cluster={"slow_start": {"window": "2s"}})
        self.wait_all_ready(sidecar, replicas)
        load = self.start_load(sidecar, "--rate", RATE, "--connections", 8, "--duration", "9s")
        victim = replicas[0]
        wait_until(lambda: self.picked(sidecar, victim) > RATE / 3, "a second of load")

        flipped = time.monotonic()
        victim.signal(signal.SIGUSR1)
        last_change, picked = flipped, self.picked(sidecar, victim)
        while time.monotonic() - flipped < 1:
            now_picked = self.picked(sidecar, victim)
            if now_picked != picked:
                last_change, picked = time.monotonic(), now_picked
        print(f"last pick at most {1000 * (last_change - flipped):.1f} ms after SIGUSR1")
        self.assertLess(last_change - flipped, 0.5)  # 50 ms on a machine of its own
        self.assertEqual("not_serving", self.state(sidecar, victim))
        self.assertIn("NOT_SERVING", self.facts(sidecar, victim)["why"])
        let_time_pass(1)  # Those before it drain out of the window of measurement.

        victim.signal(signal.SIGUSR1)
        self.wait_state(sidecar, victim, "ready")
        first = self.share_of(sidecar, victim, replicas, 0.4)
        let_time_pass(2)
        later = self.share_of(sidecar, victim, replicas, 0.4)
        print(f"share in the first 0.4 s of slow start {first:.2f}, after it {later:.2f}")
        self.assertLess(first, later)
        self.assertGreater(later, 0.2)
        self.assert_only_ok(load.report())

    def share_of(self, sidecar, victim, replicas, seconds):
        before = [self.picked(sidecar, each) for each in replicas]
        let_time_pass(seconds)
        after = [self.picked(sidecar, each) for each in replicas]
        return (after[0] - before[0]) / max(sum(after) - sum(before), 1)

    def test_nobody_is_picked_before_its_first_good_answer(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, cluster={"health_check": {"timeout": "1m"}})
        client = self.connect(sidecar)
        watch = endpoint.next_stream()
        self.assertEqual("/grpc.health.v1.Health/Watch", watch.blocks[0].get(":path"))
        call = client.call(b"hello")
        client.ping()
        self.assertFalse(endpoint.has_stream())
        self.assertEqual("not_serving", self.state(sidecar, endpoint))
        self.assertEqual(503, sidecar.get("/ready")[0])
        watch.respond_headers()
        watch.send_message(b"\x08\x01")
        endpoint.next_stream().respond(b"hi")
        self.assertEqual(0, call.wait_status())
        self.assertEqual(200, sidecar.get("/ready")[0])

    def test_without_watch_it_is_check_and_without_both_the_connection(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, cluster={"health_check": {}})
        for method in ("Watch", "Check"):
            probe = endpoint.next_stream()
            self.assertEqual(f"/grpc.health.v1.Health/{method}", probe.blocks[0].get(":path"))
            probe.respond_trailers_only(UNIMPLEMENTED)
        self.wait_state(sidecar, endpoint, "ready")
        call = self.connect(sidecar).call(b"hello")
        endpoint.next_stream().respond(b"hi")
        self.assertEqual(0, call.wait_status())
        missing = [e for e in sidecar.log() if e.get("msg") == "health service missing"]
        self.assertEqual(1, len(missing))

    def test_an_endpoint_that_nobody_reaches_does_not_hold_up_readiness_for_ever(self):
        endpoint = self.start_endpoint(silent=True)
        sidecar = self.start_sidecar(endpoint, cluster={"health_check": {"startup_grace": "1s"}})
        self.assertEqual(503, sidecar.get("/ready")[0])
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the end of the grace")


class OtherChecksTest(HealthTestCase):
    def start(self, **health_check):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(
            endpoint, cluster={"health_check": {"interval": "100ms", "edge_interval": "100ms",
                                                **health_check}})
        return sidecar, endpoint

    def test_http_goes_by_the_status_of_a_get(self):
        answers = StatusServer(503)
        self.addCleanup(answers.close)
        sidecar, endpoint = self.start(type="http", port=answers.port, path="/healthz",
                                       metadata={"x-health-token": "abc"})
        wait_until(lambda: "503" in self.facts(sidecar, endpoint)["why"], "the answer 503")
        self.assertEqual("not_serving", self.state(sidecar, endpoint))
        answers.status = 200
        self.wait_state(sidecar, endpoint, "ready")
        self.assertEqual(("/healthz", "abc"), answers.asked)
        answers.status = 500
        self.wait_state(sidecar, endpoint, "not_serving")
        answers.close()
        wait_until(lambda: "failed" in self.facts(sidecar, endpoint)["last_probe"], "no answer")

    def test_tcp_is_content_with_a_connection(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            sidecar, endpoint = self.start(type="tcp", port=server.getsockname()[1])
            self.wait_state(sidecar, endpoint, "ready")
        self.wait_state(sidecar, endpoint, "not_serving")

    def test_grpc_at_another_port_has_a_connection_of_its_own(self):
        other = self.start_endpoint()
        sidecar, endpoint = self.start(port=other.port)
        watch = other.next_stream()
        self.assertEqual("not_serving", self.state(sidecar, endpoint))
        watch.respond_headers()
        watch.send_message(b"\x08\x01")
        self.wait_state(sidecar, endpoint, "ready")
        watch.send_message(b"\x08\x02")
        self.wait_state(sidecar, endpoint, "not_serving")
        self.assertFalse(endpoint.has_stream())


class StatusServer:
    """An HTTP/1 server on a free port that answers each GET with `status`."""

    def __init__(self, status):
        self.status, self.asked = status, None
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked = (self.path, self.headers["x-health-token"])
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class KeepaliveTest(HealthTestCase):
    def test_too_many_pings_is_remembered_for_the_endpoint(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, cluster={
            "keepalive": {"time": "10s", "timeout": "2s", "without_calls": True}})
        connection = endpoint.next_connection()
        self.wait_state(sidecar, endpoint, "ready")
        connection.send_goaway(0, code=ENHANCE_YOUR_CALM, debug=b"too_many_pings")
        replacement = endpoint.next_connection()
        start = time.monotonic()
        replacement.wait(lambda: replacement.pings > 0, "a PING", bound=40)
        self.assertGreater(time.monotonic() - start, 18)


class CrashTest(HealthTestCase):
    def test_after_kill_9_only_the_calls_in_it_fail(self):
        replicas = self.start_replicas(3, "--latency", "5ms")
        sidecar = self.start_sidecar(*replicas, workers=2, cluster=QUICK_RECONNECT)
        self.wait_all_ready(sidecar, replicas)
        load = self.start_load(sidecar, "--rate", RATE, "--connections", 8, "--duration", "5s")
        victim = replicas[0]
        wait_until(lambda: self.picked(sidecar, victim) > RATE / 3, "a second of load")
        victim.kill()
        self.wait_state(sidecar, victim, "not_connected")
        picked = self.picked(sidecar, victim)
        let_time_pass(1)
        self.assertEqual(picked, self.picked(sidecar, victim))
        report = load.report()
        lost = sidecar.metric(FINISHED, endpoint=victim.address, grpc_status="UNAVAILABLE")
        # Those that had not left us yet were tried elsewhere, unseen by their callers.
        lost -= sidecar.metric("evenkeel_client_call_transparent_retries_total",
                               endpoint=victim.address)
        print(f"{report['failed']} of {report['calls']} calls failed, {lost:g} were in the replica")
        self.assertEqual(lost, report["failed"], report["failures"])
        self.assertLess(report["failed"], 100)


class StoppedTest(HealthTestCase):
    def test_a_replica_that_never_answers_is_ejected_and_comes_back(self):
        replicas = self.start_replicas(3, "--latency", "5ms")
        sidecar = self.start_sidecar(*replicas, workers=2)
        self.wait_all_ready(sidecar, replicas)
        load = self.start_load(sidecar, "--rate", RATE, "--connections", 8,
                               "--deadline", f"{DEADLINE}s", "--duration", "60s")
        victim = replicas[0]
        self.addCleanup(victim.signal, signal.SIGCONT)
        wait_until(lambda: self.picked(sidecar, victim) > RATE / 3, "a second of load")
        victim.signal(signal.SIGSTOP)
        took = self.wait_state(sidecar, victim, "ejected")
        print(f"ejected {took:.2f} s after SIGSTOP: {self.facts(sidecar, victim)['why']}")
        self.assertLess(took, 10 * DEADLINE)
        let_time_pass(2 * DEADLINE)  # Those that were in it come to their deadlines.
        lost_at = self.lost(sidecar, victim)
        started_at = sidecar.metric(STARTED)
        let_time_pass(12)
        victim.signal(signal.SIGCONT)
        back = self.wait_state(sidecar, victim, "ready", bound=60)
        print(f"back {back:.1f} s after SIGCONT")
        picked = self.picked(sidecar, victim)
        wait_until(lambda: self.picked(sidecar, victim) > picked + 100, "calls to come back")
        lost = self.lost(sidecar, victim) - lost_at
        calls = sidecar.metric(STARTED) - started_at
        print(f"lost to it once it was ejected: {lost:g} of {calls:g}")
        self.assertLess(lost, calls / 1000)
        load.close()

    def lost(self, sidecar, victim):
        good = sidecar.metric(FINISHED, endpoint=victim.address, grpc_status="OK")
        return sidecar.metric(FINISHED, endpoint=victim.address) - good


def run(*command):
    """(whether it worked, what it said)"""
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stderr.strip()


class HalfOpenTest(HealthTestCase):
    """A replica in a network namespace of its own, whose packets then vanish without a word."""

    KEEPALIVE = {"time": "10s", "timeout": "2s"}

    def setUp(self):
        number = self.free_network()
        self.namespace, self.link = f"evenkeel-{os.getpid()}", f"ek{os.getpid()}"
        self.ours, theirs = f"10.213.{number}.1", f"10.213.{number}.2"
        self.addCleanup(run, "ip", "netns", "del", self.namespace)
        self.addCleanup(run, "ip", "link", "del", self.link)
        inside = ("ip", "-n", self.namespace)
        for command in (
                ("ip", "netns", "add", self.namespace),
                ("ip", "link", "add", self.link, "type", "veth", "peer", "name", "ek0", "netns",
                 self.namespace),
                ("ip", "address", "add", f"{self.ours}/24", "dev", self.link),
                ("ip", "link", "set", self.link, "up"),
                (*inside, "address", "add", f"{theirs}/24", "dev", "ek0"),
                (*inside, "link", "set", "ek0", "up")):
            worked, error = run(*command)
            if not worked:
                reason = f"no network namespaces here: {' '.join(command)}: {error}"
                print("SKIPPED:", reason, file=sys.stderr)
                self.skipTest(reason)
        self.address = f"{theirs}:50051"
        replica = Process(["ip", "netns", "exec", self.namespace, binaries.USER_SERVICE,
                           "--listen", self.address, "--latency", "5ms"])
        self.addCleanup(replica.close)
        replica.wait_line(lambda line: self.address in line, "the replica to listen")
        self.replica = replica

    @staticmethod
    def free_network():
        """A number N for which nobody has 10.213.N.0/24: a run that was killed leaves its own."""
        taken = subprocess.run(["ip", "-o", "address"], capture_output=True, text=True).stdout
        first = os.getpid() % 250
        return next(number for number in (*range(first, 250), *range(first))
                    if f" 10.213.{number}." not in taken)

    def start(self):
        self.other = self.start_replica("--latency", "5ms")
        sidecar = self.start_sidecar(self.address, self.other, workers=2, cluster={
            "keepalive": self.KEEPALIVE, "outlier_detection": "off"})
        self.wait_all_ready(sidecar, [self, self.other])
        return sidecar

    def vanish(self):
        worked, error = run("ip", "-n", self.namespace, "route", "add", "blackhole",
                            f"{self.ours}/32")
        self.assertTrue(worked, error)

    def wait_out(self, sidecar):
        """The seconds until the endpoint is out. The state is not always "not_connected": a worker's
        connection that carries nothing is not pinged and may stand for longer."""
        start = time.monotonic()
        wait_until(lambda: self.state(sidecar, self) != "ready", "it to be out")
        return time.monotonic() - start

    def test_is_found_by_a_ping_when_nothing_else_goes_on(self):
        sidecar = self.start()
        self.vanish()
        took = self.wait_out(sidecar)
        print(f"half-open connection found after {took:.1f} s: {self.facts(sidecar, self)['why']}")
        self.assertLess(took, 10 + 2 + 3)

    def test_calls_go_elsewhere(self):
        sidecar = self.start()
        load = self.start_load(sidecar, "--rate", RATE, "--connections", 4,
                               "--deadline", f"{DEADLINE}s", "--duration", "25s")
        wait_until(lambda: self.picked(sidecar, self) > 100, "calls")
        self.vanish()
        took = self.wait_out(sidecar)
        print(f"half-open under load found after {took:.1f} s: {self.facts(sidecar, self)['why']}")
        self.assertLess(took, 10 + 2 + 3)
        let_time_pass(2 * DEADLINE)
        picked, failed = self.picked(sidecar, self), self.failed(sidecar)
        let_time_pass(2)
        self.assertEqual((picked, failed), (self.picked(sidecar, self), self.failed(sidecar)))
        load.close()

    def failed(self, sidecar):
        return sum(sidecar.metric(CALL_FINISHED, grpc_status=status)
                   for status in ("DEADLINE_EXCEEDED", "UNAVAILABLE", "CANCELLED"))


class EjectionTest(HealthTestCase):
    """Raw endpoints, which answer as the test says; the good ones answer OK."""

    def start(self, *answers, **cluster):
        self.endpoints = []
        for answer in answers:
            endpoint = self.start_endpoint()
            endpoint.answer(answer)
            self.endpoints.append(endpoint)
        # These tests' client sends PINGs as it likes.
        self.sidecar = self.start_sidecar(
            *self.endpoints, cluster=cluster,
            listener={"keepalive": {"permit_time": "0s", "permit_without_calls": True}})
        self.wait_all_ready(self.sidecar, self.endpoints)
        self.client = self.connect(self.sidecar)

    def call_many(self, count=60):
        return [self.client.call().wait_status() for _ in range(count)]

    def test_internal_in_the_trailers_after_a_message_ejects(self):
        def late_failure(stream):
            stream.respond_headers()
            stream.send_message(b"looks fine")
            stream.respond_trailers(INTERNAL)

        self.start(late_failure, ok, ok)
        statuses = self.call_many()
        bad = self.endpoints[0]
        # The fifth decides; a call or two may be picked before the news has reached every thread.
        self.assertIn(statuses.count(INTERNAL), range(5, 15))
        self.wait_state(self.sidecar, bad, "ejected")
        why = self.facts(self.sidecar, bad)["why"]
        self.assertRegex(why, r"^ejected for \d+ s more: \d+ failures in a row; .*\d+ INTERNAL")
        self.assertEqual(1, self.sidecar.metric(EJECTED, detection_method="consecutive_failures"))
        print(why)

    def test_trailers_only_and_resets_eject_too(self):
        self.start(lambda s: s.respond_trailers_only(UNAVAILABLE), lambda s: s.reset(2), ok, ok,
                   outlier_detection={"max_ejection_percent": 60})
        self.call_many(100)
        for bad in self.endpoints[:2]:
            self.wait_state(self.sidecar, bad, "ejected")

    def test_the_applications_own_statuses_never_eject(self):
        self.start(lambda s: s.respond_trailers_only(NOT_FOUND), ok, ok)
        statuses = self.call_many(150)
        self.assertEqual(50, statuses.count(NOT_FOUND))
        self.assertEqual("ready", self.state(self.sidecar, self.endpoints[0]))
        self.assertEqual(0, self.sidecar.metric(EJECTED))

    def test_what_a_client_cancels_is_held_against_nobody(self):
        self.start(lambda s: None, ok)
        for _ in range(30):
            call = self.client.call()
            self.client.ping()
            call.reset()
        self.client.ping()
        self.assertEqual("ready", self.state(self.sidecar, self.endpoints[0]))

    def test_observe_only_counts(self):
        self.start(lambda s: s.respond_trailers_only(INTERNAL), ok, ok,
                   outlier_detection={"mode": "observe"})
        self.assertGreater(self.call_many().count(INTERNAL), 15)
        self.sidecar.wait_metric(
            "evenkeel_lb_outlier_detection_ejections_unenforced_total", lambda n: n >= 1,
            unenforced_reason="observe", detection_method="consecutive_failures")
        self.assertEqual("ready", self.state(self.sidecar, self.endpoints[0]))

    def test_all_bad_with_panic_goes_everywhere(self):
        self.start(bad, bad, bad, outlier_detection={"max_ejection_percent": 100,
                                                     "eject_last": True})
        self.assertEqual({INTERNAL}, set(self.call_many(100)))
        self.assertRegex(self.sidecar.wait_log("panic")["endpoints"], "[23] ejected")

    def test_all_bad_without_panic_says_how_things_stand(self):
        self.start(bad, bad, bad, panic_threshold=0,
                   outlier_detection={"max_ejection_percent": 100, "eject_last": True})
        wait_until(lambda: UNAVAILABLE in self.call_many(1), "all three to be ejected")
        call = self.client.call()
        self.assertEqual(UNAVAILABLE, call.wait_status())
        message = call.trailers.get("grpc-message")
        print(message)
        self.assertIn("3 endpoints: 3 ejected", message)

    def test_the_last_eligible_endpoint_stays(self):
        self.start(bad, bad, bad, panic_threshold=0,
                   outlier_detection={"max_ejection_percent": 100})
        self.assertEqual({INTERNAL}, set(self.call_many(60)))
        states = [self.state(self.sidecar, each) for each in self.endpoints]
        self.assertEqual(["ejected", "ejected", "ready"], sorted(states))


def ok(stream):
    stream.respond()


def bad(stream):
    stream.respond_trailers_only(INTERNAL)


class RollingRestartTest(HealthTestCase):
    def test_ten_graceful_restarts_under_load_cost_no_call_and_no_probe(self):
        replicas = self.start_replicas(10, "--latency", "5ms")
        sidecar = self.start_sidecar(*replicas, workers=2, cluster=QUICK_RECONNECT)
        self.wait_all_ready(sidecar, replicas)
        load = self.start_load(
            sidecar, "--rate", RATE / 2, "--connections", 8, "--duration", "25s")
        for i, replica in enumerate(list(replicas)):
            replica.terminate()
            self.assertEqual(0, replica.wait_exit())
            replicas[i] = self.start_replica("--latency", "5ms", listen=replica.address)
            self.wait_state(sidecar, replicas[i], "ready")
        report = load.report()
        self.assert_only_ok(report)
        for result in ("failed", "timeout", "unimplemented", "service unknown"):
            self.assertEqual(0, sidecar.metric("evenkeel_client_health_probes_total",
                                               result=result), result)
        self.assertEqual(0, sidecar.metric(EJECTED))
        print(f"{report['calls']} calls, {report['failed']} failed")


if __name__ == "__main__":
    unittest.main()
