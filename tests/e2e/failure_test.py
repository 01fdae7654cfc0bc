"""Endpoints that refuse, leave, die and come back: what the client sees of it, and what not."""

import signal
import socket
import unittest

from harness import raw_connection
from harness.case import FULL, E2eTestCase
from harness.raw_connection import MAX_STREAM_ID, REFUSED_STREAM, timeout_seconds
from harness.waiting import let_time_pass, wait_until

UNIMPLEMENTED, UNAVAILABLE = 12, 14
QUICK_RECONNECT = {"connection": {"initial_backoff": "50ms", "max_backoff": "200ms"}}


def free_address():
    """An address on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return "127.0.0.1:%d" % probe.getsockname()[1]


class FailureTestCase(E2eTestCase):
    def start(self, count, **options):
        """`count` raw endpoints behind a sidecar with one client; each is connected."""
        self.endpoints = [self.start_endpoint() for _ in range(count)]
        self.sidecar = self.start_sidecar(*self.endpoints, **options)
        self.client = self.connect(self.sidecar)
        for endpoint in self.endpoints:
            endpoint.next_connection()  # Opened at start, no call needed.

    def next_stream(self, other_than=()):
        """(endpoint, stream) of the next call to arrive at any endpoint but these."""

        def find():
            for endpoint in self.endpoints:
                if endpoint not in other_than and endpoint.has_stream():
                    return endpoint, endpoint.next_stream()
            return None

        return wait_until(find, "a call at one of the endpoints")

    def arrivals(self):
        return sum(len(endpoint.streams()) for endpoint in self.endpoints)


class GoawayTest(FailureTestCase):
    def test_an_unprocessed_call_goes_elsewhere_unnoticed(self):
        self.start(2)
        call = self.client.call(b"whole request", "/test.Echo/Say", ("x-a", "1"), timeout="60S")
        leaving, stream = self.next_stream()
        stream.wait_end()
        stream.connection.send_goaway(0)
        _, again = self.next_stream(other_than=[leaving])
        again.wait_end()
        self.assertEqual([b"whole request"], again.messages())
        self.assertEqual([("x-a", "1")], again.blocks[0].metadata())
        self.assertEqual([], again.blocks[0].all("grpc-previous-rpc-attempts"))
        first, second = (timeout_seconds(each.blocks[0].get("grpc-timeout"))
                         for each in (stream, again))
        self.assertLess(second, first, "the remaining time, not the original one")
        again.respond(b"done")
        self.assertEqual(0, call.wait_status())
        self.assertEqual([b"done"], call.messages())

    def test_an_unfinished_request_goes_on_elsewhere(self):
        self.start(2)
        call = self.client.open()
        call.send_message(b"first")
        leaving, stream = self.next_stream()
        stream.wait_data(10)
        stream.connection.send_goaway(0)
        _, again = self.next_stream(other_than=[leaving])
        call.send_message(b"second", end_stream=True)
        again.wait_end()
        self.assertEqual([b"first", b"second"], again.messages())
        again.respond()
        self.assertEqual(0, call.wait_status())

    def test_that_happens_once(self):
        self.start(3)
        call = self.client.call()
        for _ in range(2):
            _, stream = self.next_stream()
            stream.connection.send_goaway(0)
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertEqual(2, self.arrivals())

    def test_calls_at_or_below_the_last_id_finish(self):
        self.start(1)
        call = self.client.open()
        _, stream = self.next_stream()
        stream.connection.send_goaway(stream.id)
        call.send_message(b"still heard", end_stream=True)
        stream.wait_end()
        self.assertEqual([b"still heard"], stream.messages())
        stream.respond()
        self.assertEqual(0, call.wait_status())

    def test_a_replacement_is_connected_at_once_and_takes_the_new_calls(self):
        self.start(1)
        endpoint = self.endpoints[0]
        old_call = self.client.open()
        _, old = self.next_stream()
        old.connection.send_goaway(MAX_STREAM_ID)
        replacement = endpoint.next_connection()  # Though no call has asked for it.
        new_call = self.client.call()
        _, new = self.next_stream()
        self.assertIs(replacement, new.connection)
        new.respond()
        self.assertEqual(0, new_call.wait_status())
        old.connection.send_goaway(old.id)
        old.respond()
        self.assertEqual(0, old_call.wait_status())

    def test_a_connection_that_dies_after_goaway_ends_its_calls_unavailable(self):
        self.start(1)
        call = self.client.call()
        _, stream = self.next_stream()
        stream.connection.send_goaway(stream.id)
        self.endpoints[0].next_connection()
        stream.connection.close()
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertEqual([], call.resets)

    def test_calls_that_cross_the_goodbyes_of_all_endpoints_go_to_the_next_connections(self):
        """What the sidecar reads in one turn: calls, and then that no connection takes them."""
        self.start(2)
        for endpoint in self.endpoints:
            endpoint.answer(lambda stream: stream.respond())
        for _ in range(5):
            self.sidecar.signal(signal.SIGSTOP)
            calls = [self.client.call() for _ in range(4)]
            for endpoint in self.endpoints:
                endpoint.connections[-1].send_goaway(MAX_STREAM_ID)
            self.sidecar.signal(signal.SIGCONT)
            self.assertEqual([0] * 4, [call.wait_status() for call in calls])
            for endpoint in self.endpoints:
                endpoint.next_connection()
            wait_until(lambda: self.connections_now() == 2, "the next connections to be ready")

    def connections_now(self):
        return sum(endpoint["connections"] for cluster in self.sidecar.clusters()["clusters"]
                   for endpoint in cluster["endpoints"])

    def test_rotation_under_load_loses_no_call(self):
        """Every connection says goodbye after 20 calls, as servers with a max age do."""
        self.start(2)
        for endpoint in self.endpoints:
            endpoint.answer(goodbye_after(20))
        for _ in range(20):
            calls = [self.client.call() for _ in range(25)]
            self.assertEqual([0] * 25, [call.wait_status() for call in calls])
        self.assertGreater(len(self.endpoints[0].connections), 5)


def goodbye_after(count):
    """Answers each call; at a connection's `count`-th it asks for no more, without yet saying which
    will be the last: the first phase of a graceful end. Those that cross it are answered too."""

    def answer(stream):
        stream.respond()
        if (stream.id + 1) // 2 == count:
            stream.connection.send_goaway(MAX_STREAM_ID)

    return answer


class RefusedStreamTest(FailureTestCase):
    def test_a_refused_call_goes_elsewhere_unnoticed(self):
        self.start(2)
        call = self.client.call(b"hello")
        refusing, stream = self.next_stream()
        stream.reset(REFUSED_STREAM)
        _, again = self.next_stream(other_than=[refusing])
        again.wait_end()
        self.assertEqual([b"hello"], again.messages())
        again.respond()
        self.assertEqual(0, call.wait_status())

    def test_that_happens_once(self):
        self.start(3)
        call = self.client.call()
        for _ in range(2):
            self.next_stream()[1].reset(REFUSED_STREAM)
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertEqual(2, self.arrivals())

    def test_after_the_headers_there_is_no_second_attempt(self):
        self.start(2)
        call = self.client.call()
        _, stream = self.next_stream()
        stream.respond_headers()
        call.wait_headers()
        stream.reset(REFUSED_STREAM)
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertEqual(1, self.arrivals())


class NoSecondAttemptTest(FailureTestCase):
    """A call that may have started is not sent again: nobody suppresses duplicates."""

    def test_after_a_lost_connection(self):
        self.start(2)
        call = self.client.call()
        _, stream = self.next_stream()
        stream.wait_end()
        stream.connection.close()
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertEqual(1, self.arrivals())
        self.assertEqual([], call.resets, "trailers, never a raw REFUSED_STREAM")

    def test_after_an_error_of_the_endpoint(self):
        self.start(2)
        for end in (lambda s: s.reset(raw_connection.INTERNAL_ERROR),
                    lambda s: s.reset(raw_connection.CANCEL),
                    lambda s: s.respond_trailers_only(UNAVAILABLE)):
            before = self.arrivals()
            call = self.client.call()
            end(self.next_stream()[1])
            self.assertNotEqual(0, call.wait_status())
            self.assertEqual(before + 1, self.arrivals())


class KilledReplicaTest(E2eTestCase):
    """`kill -9` of one of three replicas under load."""

    RATE = 2000 if FULL else 300  # calls a second

    def attempts(self, sidecar, replica, what="started", **labels):
        return sidecar.metric(
            f"evenkeel_client_attempt_{what}_total", endpoint=replica.address, **labels)

    def test_only_the_calls_in_it_fail_and_its_share_moves_and_comes_back(self):
        replicas = self.start_replicas(3, "--latency", "5ms")
        sidecar = self.start_sidecar(*replicas, workers=2, cluster=QUICK_RECONNECT)
        load = self.start_load(
            sidecar, "--rate", self.RATE, "--connections", 8, "--duration", "10s")
        victim, *others = replicas
        wait_until(lambda: self.attempts(sidecar, victim) > self.RATE / 3, "a second of load")

        victim.kill()
        let_time_pass(1)
        before = [self.attempts(sidecar, each) for each in replicas]
        let_time_pass(1)
        after = [self.attempts(sidecar, each) for each in replicas]
        self.assertEqual(before[0], after[0], "a second later nothing is sent there any more")
        self.assertGreater(sum(after) - sum(before), self.RATE / 2, "the others took over")

        self.start_replica("--latency", "5ms", listen=victim.address, name="back")
        sent = self.attempts(sidecar, victim)
        wait_until(lambda: self.attempts(sidecar, victim) > sent + self.RATE / 3,
                   "its share to come back")

        report = load.report()
        self.assertLessEqual(set(report["statuses"]), {"OK", "UNAVAILABLE"}, report)
        self.assertGreater(report["replicas"].get("back", 0), self.RATE / 4)
        lost = self.attempts(sidecar, victim, "finished", grpc_status="UNAVAILABLE")
        # Attempts of which not a byte had been written yet went elsewhere.
        retried = sidecar.metric("evenkeel_client_call_transparent_retries_total")
        self.assertEqual(lost - retried, report["failed"], report["failures"])
        self.assertLess(report["failed"], self.RATE / 2, "only what was in flight")
        for failure in report["failures"]:
            self.assertIn(victim.address, failure["message"])
        for other in others:
            self.assertEqual(
                self.attempts(sidecar, other, "finished"),
                self.attempts(sidecar, other, "finished", grpc_status="OK"))


class NoEndpointTest(FailureTestCase):
    def test_nobody_listening_gives_unavailable_and_says_who(self):
        address = free_address()
        sidecar = self.start_sidecar(address, cluster=QUICK_RECONNECT)
        call = self.connect(sidecar).call()
        self.assertEqual(UNAVAILABLE, call.wait_status())
        message = call.trailers.get("grpc-message")
        self.assertIn("test", message, "the cluster's name")
        self.assertIn(address, message)
        self.assertEqual(1, len(call.blocks), "Trailers-Only")

    def test_a_dead_endpoint_is_left_out_and_comes_back(self):
        self.start(2, cluster=QUICK_RECONNECT)
        dead, alive = self.endpoints
        dead.close()
        for _ in range(6):
            call = self.client.call()
            alive.next_stream().respond()
            self.assertEqual(0, call.wait_status())
        self.endpoints[0] = self.start_endpoint(port=dead.port)
        self.endpoints[0].next_connection()
        for endpoint in self.endpoints:
            endpoint.answer(lambda stream: stream.respond())

        def both_serve():
            self.client.call().wait_status()
            return self.endpoints[0].streams()

        wait_until(both_serve, "a call at the endpoint that came back")

    def test_an_endpoint_that_accepts_but_never_speaks_is_given_up(self):
        mute = self.start_endpoint(silent=True)
        sidecar = self.start_sidecar(mute, cluster={"connection": {"connect_timeout": "100ms"}})
        call = self.connect(sidecar).call()
        self.assertEqual(UNAVAILABLE, call.wait_status())

    def test_calls_that_come_while_connecting_wait_for_it(self):
        hesitant = self.start_endpoint(silent=True)
        sidecar = self.start_sidecar(hesitant, cluster={"connection": {"connect_timeout": "5m"}})
        client = self.connect(sidecar)
        call = client.call()
        connection = hesitant.next_connection()
        client.ping()
        self.assertFalse(hesitant.has_stream())
        connection.greet()
        hesitant.next_stream().respond()
        self.assertEqual(0, call.wait_status())

    def test_a_call_that_no_route_takes_ends_unimplemented(self):
        endpoint = self.start_endpoint()
        config = {
            "listeners": [{
                "address": "127.0.0.1:0",
                "routes": [{"match": {"service": "a.Known"}, "cluster": "known"}],
            }],
            "clusters": {"known": {"endpoints": [endpoint.address]}},
            "admin": {"address": "127.0.0.1:0"},
        }
        client = self.connect(self.start_sidecar(config=config))
        call = client.call(b"", "/an.Unknown/Method")
        self.assertEqual(UNIMPLEMENTED, call.wait_status())
        self.assertIn("an.Unknown", call.trailers.get("grpc-message"))
        known = client.call(b"", "/a.Known/Method")
        endpoint.next_stream().respond()
        self.assertEqual(0, known.wait_status())


if __name__ == "__main__":
    unittest.main()
