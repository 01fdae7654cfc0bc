"""What a request must look like at the endpoint: as the client sent it, all of it, at once."""

import unittest

from harness import raw_connection
from harness.case import WireTestCase
from harness.raw_client import connect_socket
from harness.raw_connection import grpc_message


class RequestTest(WireTestCase):
    def test_the_path_keeps_its_case_and_te_trailers_survives(self):
        _, arrived = self.open("/my.Package.Service/getSomething")
        headers = arrived.blocks[0]
        self.assertEqual("/my.Package.Service/getSomething", headers.get(":path"))
        self.assertEqual("POST", headers.get(":method"))
        self.assertEqual("trailers", headers.get("te"))
        self.assertEqual("application/grpc", headers.get("content-type"))

    def test_content_type_suffixes_pass_as_they_are(self):
        for content_type in ("application/grpc+proto", "application/grpc+json",
                             "application/grpc;charset=utf-8"):
            with self.subTest(content_type=content_type):
                _, arrived = self.open(content_type=content_type)
                self.assertEqual(content_type, arrived.blocks[0].get("content-type"))

    def test_metadata_keeps_order_and_duplicates(self):
        metadata = [("x-b", "1"), ("x-a", "2"), ("x-b", "3"), ("x-empty", ""), ("x-b", "1, 4")]
        _, arrived = self.open("/test.Echo/Say", *metadata)
        self.assertEqual(metadata, arrived.blocks[0].metadata())

    def test_binary_metadata_is_not_re_encoded(self):
        """Padded and unpadded base64 arrive byte for byte; what was joined by commas in a field
        each, for gRPC C++ before 1.53 ends its connection over a comma."""
        metadata = [("a-bin", "AAEC"), ("b-bin", "AQ=="), ("b-bin", "AQ")]
        _, arrived = self.open("/test.Echo/Say", *metadata, ("c-bin", "AQ,AgM=, BA"))
        joined = [("c-bin", "AQ"), ("c-bin", "AgM="), ("c-bin", "BA")]
        self.assertEqual([*metadata, *joined], arrived.blocks[0].metadata())

    def test_grpc_headers_of_the_client_survive(self):
        grpc_headers = [("grpc-encoding", "gzip"), ("grpc-accept-encoding", "gzip,identity"),
                        ("grpc-previous-rpc-attempts", "2"), ("grpc-trace-bin", "AAA")]
        _, arrived = self.open("/test.Echo/Say", *grpc_headers)
        for name, value in grpc_headers:
            self.assertEqual(value, arrived.blocks[0].get(name), name)

    def test_the_authority_is_the_clients(self):
        _, arrived = self.open(authority="users.example:8443")
        self.assertEqual("users.example:8443", arrived.blocks[0].get(":authority"))

    def test_sixty_kilobytes_of_metadata_pass(self):
        value = "v" * 60_000
        _, arrived = self.open("/test.Echo/Say", ("x-big", value))
        self.assertEqual(value, arrived.blocks[0].get("x-big"))

    def test_too_large_headers_end_that_call_alone(self):
        neighbour, arrived = self.open()
        too_big = self.client.open("/test.Echo/Say", *[(f"x-{i}", "v" * 10_000) for i in range(9)])
        too_big.wait_over()
        arrived.respond()
        self.assertEqual(0, neighbour.wait_status())
        self.exchange()
        self.assertEqual(2, len(self.endpoint.streams()), "the large one must not arrive")


class DoubtfulRequestTest(WireTestCase):
    """What two readers could read in two ways: that call alone is refused, in words."""

    def assert_refused(self, words, *metadata, **options):
        call = self.client.open("/test.Echo/Say", *metadata, **options)
        self.assertEqual(13, call.wait_status())
        self.assertIn(words, call.trailers.get("grpc-message"))

    def test_it_reaches_no_endpoint_and_harms_no_neighbour(self):
        neighbour, arrived = self.open()
        for value in ("%%%not-base64%%%", "A", "AAA==", "AQ,%"):
            self.assert_refused("x-bin that is not base64", ("x-bin", value))
        self.assert_refused("more than one grpc-timeout", ("grpc-timeout", "9H"), timeout="1S")
        self.assert_refused("more than one content-type", ("content-type", "application/grpc"))
        arrived.respond()
        self.assertEqual(0, neighbour.wait_status())
        self.exchange()
        self.assertEqual(2, len(self.endpoint.streams()))

    def test_malformed_pseudo_fields_are_reset(self):
        for options in ({"path": "/test.Echo/Say#fragment"}, {"path": "/test.Echo/S\u00e4y"},
                        {"authority": "user:secret@echo.test"}):
            with self.subTest(**options):
                call = self.client.open(**options)
                self.assertEqual(raw_connection.PROTOCOL_ERROR, call.wait_reset())
        call = self.client.open("/test.Echo/Say", ("http2-settings", "AAMAAABk"))
        self.assertEqual(raw_connection.PROTOCOL_ERROR, call.wait_reset())
        self.exchange()

    def test_a_host_goes_on_as_the_authority(self):
        fields = [(":method", "POST"), (":scheme", "http"), (":path", "/test.Echo/Say"),
                  ("host", "echo.test"), ("te", "trailers"), ("content-type", "application/grpc")]
        self.client.new_stream().send_headers(fields, True)
        block = self.endpoint.next_stream().blocks[0]
        self.assertEqual("echo.test", block.get(":authority"))
        self.assertEqual([], block.all("host"))
        doubtful = self.client.new_stream()
        doubtful.send_headers([*fields, ("x-bin", "%")], True)
        self.assertEqual(13, doubtful.wait_status())


class HalfCloseTest(WireTestCase):
    def test_an_empty_data_frame_is_forwarded_as_one_half_close(self):
        call, arrived = self.open()
        self.assertEqual(0, arrived.end_streams)
        call.end()
        arrived.wait_end()
        self.exchange()  # Whatever else might follow has followed by now.
        self.assertEqual((1, b""), (arrived.end_streams, bytes(arrived.data)))

    def test_a_half_close_on_the_headers_is_forwarded_once(self):
        _, arrived = self.open(end_stream=True)
        arrived.wait_end()
        self.exchange()
        self.assertEqual((1, b""), (arrived.end_streams, bytes(arrived.data)))

    def test_a_request_without_a_message_ends_by_an_empty_data_frame(self):
        """gRPC's wire text demands it, and grpc-go's servers before 1.84 hang on the other form."""
        _, arrived = self.open(end_stream=True)
        arrived.wait_end()
        self.assertFalse(arrived.blocks[0].end_stream)
        call = self.client.open()
        call.end()
        arrived = self.endpoint.next_stream()
        arrived.wait_end()
        self.assertFalse(arrived.blocks[0].end_stream)

    def test_so_does_one_that_waited_for_room_and_each_repetition(self):
        endpoint = self.start_endpoint({raw_connection.MAX_CONCURRENT_STREAMS: 1})
        sidecar = self.start_sidecar(endpoint, cluster={"connection": {"max_connections": 1}})
        client = self.connect(sidecar)
        client.open(end_stream=True)
        first = endpoint.next_stream()
        late = client.open(end_stream=True)
        client.ping()
        first.reset(raw_connection.REFUSED_STREAM)
        for _ in range(2):  # the first one's repetition, and the one that waited
            arrived = endpoint.next_stream()
            arrived.wait_end()
            self.assertFalse(arrived.blocks[0].end_stream)
            arrived.respond()
        self.assertEqual(0, late.wait_status())

    def test_a_half_close_on_the_last_data_frame_is_forwarded_once(self):
        call, arrived = self.open()
        call.send_message(b"last words", end_stream=True)
        arrived.wait_end()
        self.exchange()
        self.assertEqual((1, [b"last words"]), (arrived.end_streams, arrived.messages()))

    def test_a_half_close_passes_while_the_response_runs(self):
        call, arrived = self.open()
        arrived.respond_headers().send_message(b"first")
        call.wait_data(10)
        call.end()
        arrived.wait_end()
        arrived.send_message(b"second").respond_trailers()
        self.assertEqual(0, call.wait_status())
        self.assertEqual([b"first", b"second"], call.messages())


class FramingTest(WireTestCase):
    def test_bytes_pass_as_they_come_without_waiting_for_a_message(self):
        call, arrived = self.open()
        message = grpc_message(b"abcdef")
        for count in range(1, len(message) + 1):
            call.send_data(message[count - 1:count])
            self.assertEqual(message[:count], arrived.wait_data(count))
        call.end()
        arrived.wait_end()

    def test_a_message_over_many_frames_and_many_messages_in_one(self):
        call, arrived = self.open()
        data = grpc_message(b"x" * 50_000) + b"".join(grpc_message(bytes([i])) for i in range(100))
        call.send_data(data, end_stream=True)
        arrived.wait_end()
        self.assertEqual(data, bytes(arrived.data))

    def test_a_compressed_message_is_not_touched(self):
        call, arrived = self.open("/test.Echo/Say", ("grpc-encoding", "gzip"))
        call.send_data(grpc_message(b"\x1f\x8b not really gzip", compressed=1), end_stream=True)
        arrived.wait_end()
        self.assertEqual(grpc_message(b"\x1f\x8b not really gzip", compressed=1), arrived.data)
        arrived.respond_headers(("grpc-encoding", "gzip"))
        arrived.send_data(grpc_message(b"neither", compressed=1)).respond_trailers()
        self.assertEqual(0, arrived.wait_end() and call.wait_status())
        self.assertEqual("gzip", call.blocks[0].get("grpc-encoding"))
        self.assertEqual(grpc_message(b"neither", compressed=1), call.data)

    def test_padded_frames_lose_only_their_padding(self):
        call, arrived = self.open()
        frame = raw_connection.frames.DataFrame(call.id, data=grpc_message(b"padded"),
                                                pad_length=99, flags=["PADDED", "END_STREAM"])
        self.client.send(frame)
        arrived.wait_end()
        self.assertEqual([b"padded"], arrived.messages())


class NotGrpcTest(WireTestCase):
    """A request that is no gRPC call gets a proper HTTP answer and harms nobody."""

    def tearDown(self):
        self.exchange()
        self.assertEqual(1, len(self.endpoint.streams()), "only the proof of life may arrive")

    def test_another_content_type_is_answered_415(self):
        for content_type in ("text/plain", "application/json", "application/grp", None):
            with self.subTest(content_type=content_type):
                call = self.client.open(content_type=content_type)
                self.assertEqual("415", call.wait_headers().get(":status"))
                call.wait_end()

    def test_a_415_does_not_wait_for_the_body(self):
        call = self.client.open(content_type="text/plain")
        self.assertEqual("415", call.wait_end().get(":status"))

    def test_an_http2_get_is_answered(self):
        for extra in ([], [("content-type", "application/grpc")]):
            fields = [(":method", "GET"), (":scheme", "http"), (":path", "/"),
                      (":authority", "browser.test"), *extra]
            stream = self.client.new_stream().send_headers(fields, end_stream=True)
            self.assertIn(stream.wait_headers().get(":status"), ("405", "415"))
            stream.wait_end()

    def test_an_http1_request_is_answered_in_http1(self):
        for request in (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                        b"POST /a.B/C HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"):
            with self.subTest(request=request):
                answer = self.speak(request)
                self.assertRegex(answer, rb"^HTTP/1\.[01] [45]\d\d [^\r\n]+\r\n")
                self.assertIn(b"\r\n\r\n", answer)

    def test_garbage_closes_its_connection_only(self):
        for garbage in (b"\x00" * 100, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"z" * 200,
                        b"hello?\r\n\r\n" * 10, raw_connection.PREFACE + b"\xff" * 64):
            with self.subTest(garbage=garbage[:12]):
                self.speak(garbage)

    def test_a_connection_that_says_nothing_harms_nobody(self):
        for bytes_sent in (b"", raw_connection.PREFACE[:10]):
            sock = connect_socket(self.sidecar.address)
            self.addCleanup(sock.close)
            sock.sendall(bytes_sent)

    def speak(self, data):
        """Sends bytes on a fresh connection and returns the answer; the sidecar must close it."""
        with connect_socket(self.sidecar.address) as sock:
            sock.settimeout(raw_connection.BOUND)
            answer = b""
            try:
                sock.sendall(data)
                while part := sock.recv(65536):
                    answer += part
            except ConnectionError:
                pass  # Reset counts as closed.
            return answer


class BrokenClientTest(WireTestCase):
    """RFC 9113's errors: of a stream, that call ends; of the connection, GOAWAY and close."""

    def test_data_on_stream_zero_closes_the_connection(self):
        other = self.connect(self.sidecar)
        self.client.send_bytes(b"\x00\x00\x01\x00\x00\x00\x00\x00\x00!")
        self.assertEqual(raw_connection.PROTOCOL_ERROR, self.client.wait_goaway()[1])
        self.client.wait_closed()
        self.exchange(other)

    def test_broken_header_compression_closes_the_connection(self):
        other = self.connect(self.sidecar)
        bad_index = b"\xff\xff\xff\xff\x0f"
        frame = raw_connection.frames.HeadersFrame(1, data=bad_index, flags=["END_HEADERS"])
        self.client.send(frame)
        self.assertEqual(raw_connection.COMPRESSION_ERROR, self.client.wait_goaway()[1])
        self.exchange(other)

    def test_forbidden_header_fields_end_that_stream_only(self):
        for field in (("Upper-Case", "x"), ("connection", "close"), ("te", "gzip"),
                      ("bad name", "x")):
            with self.subTest(field=field):
                call = self.client.open("/test.Echo/Say", field)
                call.wait_over()
                self.exchange()

    def test_a_peer_that_overruns_its_window_loses_that_call(self):
        call, arrived = self.open()
        arrived.gives_credit = False
        window = call.send_window
        for _ in range(2 + 2 * window // 16384):
            frame = raw_connection.frames.DataFrame(call.id, data=b"x" * 16384)
            try:
                self.client.send(frame)
            except OSError:
                break
        self.client.wait(lambda: call.resets or self.client.goaways, "an answer to the overrun")
        self.exchange(self.connect(self.sidecar))


if __name__ == "__main__":
    unittest.main()
