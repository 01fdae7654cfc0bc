"""Cancellation and deadlines, on both sides of the sidecar."""

import contextlib
import time
import unittest

from harness import raw_connection
from harness.case import WireTestCase
from harness.raw_connection import timeout_seconds as seconds
from harness.waiting import let_time_pass

CANCELLED, DEADLINE_EXCEEDED, INTERNAL = 1, 4, 13


class CancelTest(WireTestCase):
    def test_a_clients_cancel_reaches_the_endpoint(self):
        for when in ("before the headers", "in mid-stream"):
            with self.subTest(when=when):
                call, arrived = self.open()
                if when == "in mid-stream":
                    arrived.respond_headers().send_message(b"begun")
                    call.wait_data(10)
                call.reset(raw_connection.CANCEL)
                self.assertEqual(raw_connection.CANCEL, arrived.wait_reset())
        self.exchange()

    def test_a_client_that_vanishes_cancels_all_its_calls(self):
        vanishing = self.connect(self.sidecar)
        arrived = []
        for _ in range(3):
            vanishing.open()
            arrived.append(self.endpoint.next_stream())
        vanishing.close()
        for stream in arrived:
            self.assertEqual(raw_connection.CANCEL, stream.wait_reset())
        self.exchange()

    def test_a_cancel_frees_the_endpoint_connection_not_closes_it(self):
        call, arrived = self.open()
        call.reset(raw_connection.CANCEL)
        arrived.wait_reset()
        self.exchange()
        self.assertEqual(1, len(self.endpoint.connections))

    def test_an_answer_that_crosses_a_cancel_is_dropped(self):
        call, arrived = self.open(end_stream=True)
        call.reset(raw_connection.CANCEL)
        arrived.respond(b"x" * 10_000)
        self.exchange()


class FloodTest(WireTestCase):
    def test_a_client_that_resets_without_end_is_ended_and_named(self):
        attacker = self.connect(self.sidecar)
        resets = 0
        with contextlib.suppress(OSError):  # the connection closes soon after the GOAWAY
            while resets < 1_100 and not attacker.goaways:
                attacker.open(end_stream=True).reset(raw_connection.CANCEL)
                resets += 1
        self.assertLess(resets, 1_100)
        self.assertEqual(raw_connection.ENHANCE_YOUR_CALM, attacker.wait_goaway()[1])
        self.endpoint.answer(lambda stream: stream.respond(b"pong"))  # a few resets may have arrived
        self.assertEqual(0, self.client.call(b"ping").wait_status())
        line = self.sidecar.wait_log("client connection ended")
        self.assertEqual(("127.0.0.1", "resets"), (line["client"], line["reason"]))
        ended = self.sidecar.metric("evenkeel_server_connections_ended_total", reason="resets")
        self.assertEqual(1, ended)

    def test_subscriptions_that_take_the_first_message_and_cancel_are_no_flood(self):
        for _ in range(600):
            call, arrived = self.open(end_stream=True)
            arrived.respond_headers().send_message(b"first")
            call.wait_data(10)
            call.reset(raw_connection.CANCEL)
        self.exchange()


class DeadlineTest(WireTestCase):
    def test_no_timeout_stays_no_timeout(self):
        _, arrived = self.open()
        self.assertEqual([], arrived.blocks[0].all("grpc-timeout"))

    def test_the_remaining_time_is_forwarded_in_every_unit(self):
        for timeout in ("1H", "99999999H", "90M", "100S", "100000m", "99999999u", "99999999n"):
            with self.subTest(timeout=timeout):
                call, arrived = self.open(timeout=timeout)
                forwarded = seconds(arrived.blocks[0].get("grpc-timeout"))
                self.assertLessEqual(forwarded, seconds(timeout))
                if seconds(timeout) > 10:
                    self.assertGreater(forwarded, 0.9 * seconds(timeout) - 5)
                self.assertGreater(forwarded, 0)
                call.reset()

    def test_a_tiny_timeout_is_never_forwarded_as_zero(self):
        for timeout in ["1m", "2m", "500u", "1u", "1n"] * 10:
            call = self.client.open(timeout=timeout, end_stream=True)
            self.assertEqual(DEADLINE_EXCEEDED, call.wait_status(), timeout)
        for arrived in self.endpoint.streams():
            forwarded = seconds(arrived.blocks[0].get("grpc-timeout"))
            self.assertGreater(forwarded, 0)
            self.assertLessEqual(forwarded, 0.002)

    def test_a_malformed_timeout_ends_the_call(self):
        for timeout in ("", "S", "1", "1x", "-1S", "+1S", "1 S", "1.5S", "123456789S"):
            with self.subTest(timeout=timeout):
                call = self.client.open(timeout=timeout, end_stream=True)
                self.assertEqual(INTERNAL, call.wait_status())
                self.assertIn("grpc-timeout", call.trailers.get("grpc-message"))

    def test_time_spent_waiting_for_a_stream_is_taken_off(self):
        endpoint = self.start_endpoint({raw_connection.MAX_CONCURRENT_STREAMS: 1})
        sidecar = self.start_sidecar(endpoint, cluster={"connection": {"max_connections": 1}})
        client = self.connect(sidecar)
        client.open(end_stream=True)
        first = endpoint.next_stream()
        client.open(timeout="60S", end_stream=True)
        client.ping()  # The sidecar has the second call by now, and it waits.
        waiting_since = time.monotonic()
        self.assertFalse(endpoint.has_stream())
        let_time_pass(0.3)
        waited = time.monotonic() - waiting_since
        first.respond()
        forwarded = seconds(endpoint.next_stream().blocks[0].get("grpc-timeout"))
        self.assertLessEqual(forwarded, 60 - waited)

    def test_expiry_before_the_headers(self):
        call, arrived = self.open(timeout="50m")
        self.assertEqual(DEADLINE_EXCEEDED, call.wait_status())
        self.assertEqual(1, len(call.blocks), "Trailers-Only")
        self.assertEqual(raw_connection.CANCEL, arrived.wait_reset())

    def test_expiry_in_mid_stream(self):
        call, arrived = self.open(timeout="500m")
        arrived.respond_headers().send_message(b"begun")
        self.assertEqual(DEADLINE_EXCEEDED, call.wait_status())
        self.assertEqual(2, len(call.blocks), "headers and trailers")
        self.assertEqual([b"begun"], call.messages())
        self.assertEqual(raw_connection.CANCEL, arrived.wait_reset())

    def test_expiry_while_no_connection_is_ready(self):
        mute = self.start_endpoint(silent=True)
        connection = {"connection": {"connect_timeout": "5m"}}
        client = self.connect(self.start_sidecar(mute, cluster=connection))
        call = client.open(timeout="100m", end_stream=True)
        self.assertEqual(DEADLINE_EXCEEDED, call.wait_status())

    def test_an_endpoint_that_cancels_first_is_passed_on_as_it_said(self):
        """A server's own timer may fire a little before ours; the client knows how to read it."""
        call, arrived = self.open(timeout="60S", end_stream=True)
        arrived.reset(raw_connection.CANCEL)
        self.assertEqual(CANCELLED, call.wait_status())

    def test_a_call_without_timeout_outlives_many_with_one(self):
        patient, arrived = self.open()
        for _ in range(20):
            call = self.client.open(timeout="5m", end_stream=True)
            self.assertEqual(DEADLINE_EXCEEDED, call.wait_status())
        arrived.respond()
        self.assertEqual(0, patient.wait_status())


if __name__ == "__main__":
    unittest.main()
