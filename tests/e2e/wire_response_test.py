"""What a response must look like at the client: in the form that it came, and always with a status.

Sources of the tables: grpc/grpc doc/http-grpc-status-mapping.md and doc/PROTOCOL-HTTP2.md.
"""

import re
import unittest

from harness import raw_connection
from harness.case import WireTestCase

OK, CANCELLED, UNKNOWN, NOT_FOUND = 0, 1, 2, 5
PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNIMPLEMENTED, INTERNAL = 7, 8, 12, 13
UNAVAILABLE, UNAUTHENTICATED = 14, 16

MAX_HEADER_LIST_SIZE = 6

STATUS_OF_HTTP = {
    "200": UNKNOWN, "204": UNKNOWN, "302": UNKNOWN, "400": INTERNAL, "401": UNAUTHENTICATED,
    "403": PERMISSION_DENIED, "404": UNIMPLEMENTED, "405": UNKNOWN, "429": UNAVAILABLE,
    "431": INTERNAL, "500": UNKNOWN, "502": UNAVAILABLE, "503": UNAVAILABLE, "504": UNAVAILABLE,
}

STATUS_OF_RESET = {
    raw_connection.NO_ERROR: INTERNAL,
    raw_connection.PROTOCOL_ERROR: INTERNAL,
    raw_connection.INTERNAL_ERROR: INTERNAL,
    raw_connection.FLOW_CONTROL_ERROR: INTERNAL,
    raw_connection.SETTINGS_TIMEOUT: INTERNAL,
    raw_connection.FRAME_SIZE_ERROR: INTERNAL,
    raw_connection.REFUSED_STREAM: UNAVAILABLE,
    raw_connection.CANCEL: CANCELLED,
    raw_connection.COMPRESSION_ERROR: INTERNAL,
    raw_connection.CONNECT_ERROR: INTERNAL,
    raw_connection.ENHANCE_YOUR_CALM: RESOURCE_EXHAUSTED,
    raw_connection.INADEQUATE_SECURITY: PERMISSION_DENIED,
}


class FormTest(WireTestCase):
    def test_headers_data_and_trailers_stay_apart_and_come_at_once(self):
        call, arrived = self.open()
        arrived.respond_headers(("x-served-by", "raw"))
        self.assertEqual("raw", call.wait_headers().get("x-served-by"))
        arrived.send_message(b"one")
        call.wait_data(8)
        self.assertEqual(0, call.end_streams)
        arrived.respond_trailers(0, ("x-last", "1"))
        self.assertEqual([("grpc-status", "0"), ("x-last", "1")], call.wait_end())
        self.assertEqual(2, len(call.blocks))
        self.assertEqual([b"one"], call.messages())

    def test_trailers_only_stays_trailers_only(self):
        for status in (OK, NOT_FOUND):
            with self.subTest(status=status):
                call, arrived = self.open(end_stream=True)
                arrived.respond_trailers_only(status, ("grpc-message", "gone"), ("x-a", "1"))
                call.wait_end()
                self.assertEqual(1, len(call.blocks))
                self.assertEqual(
                    [(":status", "200"), ("content-type", "application/grpc"),
                     ("grpc-status", str(status)), ("grpc-message", "gone"), ("x-a", "1")],
                    call.blocks[0])
                self.assertTrue(call.blocks[0].end_stream)
                self.assertEqual([], call.data_frames)

    def test_headers_and_trailers_without_data_stay_two_blocks(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers()
        call.wait_headers()
        arrived.respond_trailers(NOT_FOUND)
        self.assertEqual(NOT_FOUND, call.wait_status())
        self.assertEqual(2, len(call.blocks))
        self.assertEqual([], call.data_frames)

    def test_headers_and_trailers_in_one_packet_stay_two_blocks(self):
        """The form in which many servers send errors must not depend on timing."""
        call, arrived = self.open(end_stream=True)
        arrived.respond()
        call.wait_end()
        self.assertEqual(2, len(call.blocks))
        self.assertFalse(call.blocks[0].end_stream)

    def test_no_content_length_is_invented(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond()
        call.wait_end()
        for block in call.blocks + arrived.blocks:
            self.assertEqual([], block.all("content-length"))

    def test_metadata_of_headers_and_trailers_keeps_order_and_duplicates(self):
        first = [("x-b", "1"), ("x-a", "2"), ("x-b", "3"), ("k-bin", "AQ"), ("k-bin", "AQ==")]
        last = [("z", "1"), ("y-bin", "/w"), ("z", "0"), ("y-bin", "/w==")]
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers(*first).respond_trailers(0, *last)
        call.wait_end()
        self.assertEqual(first, call.blocks[0].metadata())
        self.assertEqual(last, call.trailers.metadata())

    def test_informational_headers_are_skipped(self):
        call, arrived = self.open(end_stream=True)
        for status in ("100", "103"):
            arrived.send_headers([(":status", status), ("link", "</style>")])
        arrived.respond()
        self.assertEqual(OK, call.wait_status())
        self.assertEqual("200", call.blocks[0].get(":status"))
        self.assertEqual(2, len(call.blocks))

    def test_an_encoded_message_passes_even_when_it_is_badly_encoded(self):
        for message in ("caf%C3%A9 100%25", "bad %C3 and %ZZ and 100%", ""):
            with self.subTest(message=message):
                call, arrived = self.open(end_stream=True)
                arrived.respond_trailers_only(NOT_FOUND, ("grpc-message", message))
                self.assertEqual(message, call.wait_end().get("grpc-message"))

    def test_large_trailers_pass(self):
        for size in (13_000, 60_000):
            with self.subTest(size=size):
                call, arrived = self.open(end_stream=True)
                details = ("grpc-status-details-bin", "A" * size)
                arrived.respond_headers().respond_trailers(INTERNAL, details)
                self.assertEqual("A" * size, call.wait_end().get("grpc-status-details-bin"))
                self.assertEqual(str(INTERNAL), call.trailers.get("grpc-status"))

    def test_too_large_trailers_end_that_call_alone_and_with_a_status(self):
        neighbour, neighbour_arrived = self.open()
        call, arrived = self.open(end_stream=True)
        details = [(f"x-{i}-bin", "A" * 10_000) for i in range(9)]
        arrived.respond_headers().respond_trailers(INTERNAL, *details)
        self.assertNotEqual(OK, call.wait_status())
        neighbour_arrived.respond()
        self.assertEqual(OK, neighbour.wait_status())
        self.exchange()


class DoubtfulAnswerTest(WireTestCase):
    """What a client might end its connection over does not go on to it."""

    def test_binary_metadata_that_is_not_base64_ends_that_call_alone(self):
        neighbour, neighbour_arrived = self.open()
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().respond_trailers(OK, ("x-bin", "%%%"))
        self.assertEqual(INTERNAL, call.wait_status())
        self.assertIn("x-bin that is not base64", call.trailers.get("grpc-message"))
        self.assertEqual([], call.trailers.all("x-bin"))
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers(("x-bin", "A"))
        self.assertEqual(INTERNAL, call.wait_status())
        neighbour_arrived.respond()
        self.assertEqual(OK, neighbour.wait_status())

    def test_two_statuses_are_none(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().respond_trailers(OK, ("grpc-status", "5"))
        self.assertEqual(INTERNAL, call.wait_status())
        self.assertEqual(["13"], call.trailers.all("grpc-status"))

    def test_joined_binary_metadata_gets_a_field_each(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().respond_trailers(OK, ("x-bin", "AQ,AgM="))
        self.assertEqual(OK, call.wait_status())
        self.assertEqual(["AQ", "AgM="], call.trailers.all("x-bin"))


class ClientLimitTest(WireTestCase):
    """A client's MAX_HEADER_LIST_SIZE: gRPC's Java client ends its connection over larger lists."""

    def setUp(self):
        super().setUp()
        self.client = self.connect(self.sidecar, {MAX_HEADER_LIST_SIZE: 8192})
        self.client.ping()

    def test_trailers_lose_their_metadata_and_keep_the_failure(self):
        call, arrived = self.open(end_stream=True)
        details = ("grpc-status-details-bin", "A" * 12_000)
        arrived.respond_headers().respond_trailers(INTERNAL, ("grpc-message", "why"), details)
        self.assertEqual(INTERNAL, call.wait_status())
        self.assertEqual("why", call.trailers.get("grpc-message"))
        self.assertEqual([], call.trailers.all("grpc-status-details-bin"))
        self.exchange()

    def test_an_ok_without_its_metadata_is_none(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().send_message(b"body")
        arrived.respond_trailers(OK, ("x-bin", "A" * 12_000))
        self.assertEqual(RESOURCE_EXHAUSTED, call.wait_status())
        self.assertIn("MAX_HEADER_LIST_SIZE", call.trailers.get("grpc-message"))
        self.exchange()


class StatusTest(WireTestCase):
    def test_http_status_gives_the_grpc_status_when_there_is_none(self):
        for http_status, expected in STATUS_OF_HTTP.items():
            with self.subTest(http_status=http_status, form="headers only"):
                call, arrived = self.open(end_stream=True)
                arrived.send_headers([(":status", http_status)], end_stream=True)
                self.assertEqual(expected, call.wait_status())
            if http_status == "204":
                continue  # Has no body.
            with self.subTest(http_status=http_status, form="a page"):
                call, arrived = self.open(end_stream=True)
                arrived.send_headers([(":status", http_status), ("content-type", "text/html")])
                arrived.send_data(b"<h1>sorry</h1>", end_stream=True)
                self.assertEqual(expected, call.wait_status())
                self.assertEqual(1, call.end_streams)

    def test_a_present_grpc_status_always_wins(self):
        for http_status in STATUS_OF_HTTP:
            with self.subTest(http_status=http_status):
                call, arrived = self.open(end_stream=True)
                fields = [(":status", http_status), ("content-type", "application/grpc"),
                          ("grpc-status", str(NOT_FOUND))]
                arrived.send_headers(fields, end_stream=True)
                self.assertEqual(NOT_FOUND, call.wait_status())

    def test_a_response_that_ends_on_data_gets_a_status(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().send_message(b"half an answer", end_stream=True)
        self.assertEqual(UNKNOWN, call.wait_status())
        self.assertEqual([b"half an answer"], call.messages())

    def test_trailers_without_a_status_get_one(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers().send_headers([("x-last", "1")], end_stream=True)
        self.assertEqual(UNKNOWN, call.wait_status())

    def test_a_reset_before_the_headers_becomes_trailers_only(self):
        for code, expected in STATUS_OF_RESET.items():
            with self.subTest(code=code):
                call, arrived = self.open(end_stream=True)
                arrived.reset(code)
                if code == raw_connection.REFUSED_STREAM:
                    self._refuse_the_second_attempt_too()
                self.assertEqual(expected, call.wait_status())
                self.assertEqual(1, len(call.blocks))
                self.assertTrue(call.blocks[0].end_stream)
                self.assertEqual("200", call.blocks[0].get(":status"))
                self.assertEqual("application/grpc", call.blocks[0].get("content-type"))

    def _refuse_the_second_attempt_too(self):
        """Refused streams are tried once more (see failure_test.py), here if anywhere."""
        try:
            self.endpoint.next_stream(bound=1).reset(raw_connection.REFUSED_STREAM)
        except AssertionError:
            pass  # With one endpoint there may be nowhere else to go.

    def test_a_reset_after_the_headers_becomes_trailers(self):
        for code, expected in STATUS_OF_RESET.items():
            with self.subTest(code=code):
                call, arrived = self.open(end_stream=True)
                arrived.respond_headers().send_message(b"begun")
                call.wait_data(10)
                arrived.reset(code)
                self.assertEqual(expected, call.wait_status())
                self.assertEqual(2, len(call.blocks))
                self.assertEqual([b"begun"], call.messages())

    def test_a_reset_with_stream_closed_gets_some_error_status(self):
        """STREAM_CLOSED has no mapping: gRPC leaves it to the implementation."""
        call, arrived = self.open(end_stream=True)
        arrived.reset(raw_connection.STREAM_CLOSED)
        self.assertIn(call.wait_status(), (UNKNOWN, INTERNAL))

    def test_a_lost_connection_ends_all_its_calls_unavailable(self):
        before, _ = self.open(end_stream=True)
        after, arrived = self.open(end_stream=True)
        arrived.respond_headers()
        after.wait_headers()
        arrived.connection.close()
        for call in (before, after):
            self.assertEqual(UNAVAILABLE, call.wait_status())
            self.assertEqual([], call.resets)
        self.exchange_once_reconnected()

    def test_our_own_messages_are_percent_encoded_and_name_the_endpoint(self):
        call, arrived = self.open(end_stream=True)
        arrived.connection.close()
        message = call.wait_end().get("grpc-message")
        self.assertIn(self.endpoint.address, message)
        self.assertRegex(message, re.compile(r"^([ -$&-~]|%[0-9A-Fa-f]{2})+$"))

    def test_an_endpoint_that_does_not_speak_http2_gives_unavailable(self):
        call, arrived = self.open(end_stream=True)
        arrived.connection.send_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 3)
        self.assertIn(call.wait_status(), (UNAVAILABLE, INTERNAL))
        self.exchange_once_reconnected()


class EarlyEndTest(WireTestCase):
    """The endpoint answers before the client has half-closed."""

    def test_the_client_gets_the_trailers_and_then_no_error(self):
        for form in ("trailers", "trailers-only"):
            with self.subTest(form=form):
                call, arrived = self.open()
                call.send_message(b"first of many")
                arrived.wait_data(10)
                if form == "trailers":
                    arrived.respond(b"enough", NOT_FOUND)
                else:
                    arrived.respond_trailers_only(NOT_FOUND)
                self.assertEqual(NOT_FOUND, call.wait_status())
                self.assertEqual(raw_connection.NO_ERROR, call.wait_reset())

    def test_the_endpoint_is_told_that_nothing_more_comes(self):
        _, arrived = self.open()
        arrived.respond()
        self.assertIn(arrived.wait_reset(), (raw_connection.NO_ERROR, raw_connection.CANCEL))

    def test_no_error_after_complete_trailers_is_no_failure(self):
        call, arrived = self.open()
        arrived.respond().reset(raw_connection.NO_ERROR)
        self.assertEqual(OK, call.wait_status())
        self.exchange()

    def test_no_error_after_a_whole_exchange_is_no_failure(self):
        call, arrived = self.open(end_stream=True)
        arrived.respond().reset(raw_connection.NO_ERROR)
        self.assertEqual(OK, call.wait_status())
        self.exchange()


class BrokenEndpointTest(WireTestCase):
    def test_push_is_switched_off(self):
        connection = self.endpoint.next_connection()
        connection.wait(lambda: connection.settings_count, "the sidecar's SETTINGS")
        self.assertEqual(0, connection.settings.get(raw_connection.ENABLE_PUSH))

    def test_a_forbidden_response_header_ends_that_call_only(self):
        neighbour, neighbour_arrived = self.open()
        call, arrived = self.open(end_stream=True)
        arrived.respond_headers(("connection", "close"))
        self.assertEqual(INTERNAL, call.wait_status())
        neighbour_arrived.respond()
        self.assertEqual(OK, neighbour.wait_status())

    def test_data_before_headers_gives_a_status(self):
        call, arrived = self.open(end_stream=True)
        arrived.send_message(b"too early")
        self.assertIn(call.wait_status(), (INTERNAL, UNAVAILABLE))
        self.exchange_once_reconnected()

    def test_broken_header_compression_costs_that_connection_only(self):
        call, arrived = self.open(end_stream=True)
        frame = raw_connection.frames.HeadersFrame(
            arrived.id, data=b"\xff\xff\xff\xff\x0f", flags=["END_HEADERS"])
        arrived.connection.send(frame)
        self.assertIn(call.wait_status(), (INTERNAL, UNAVAILABLE))
        self.exchange_once_reconnected()


if __name__ == "__main__":
    unittest.main()
