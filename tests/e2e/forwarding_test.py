"""Other people's software through the sidecar: a Python client and a Python server (grpcio) with a
service that has no package. What one sends is what the other gets."""

import json
import subprocess
import tempfile
import threading
import unittest
from concurrent import futures

import grpc

from harness import binaries
from harness.case import E2eTestCase
from harness.proto import compile_proto
from harness.waiting import BOUND

PROTO = """
syntax = "proto3";

service UserService {
  rpc GetUser(UserRequest) returns (User);
  rpc ListUsers(UserRequest) returns (stream User);
  rpc CreateUsers(stream User) returns (User);
  rpc SyncUsers(stream User) returns (stream User);
}

message UserRequest { string user_id = 1; }
message User { string user_id = 1; string name = 2; bytes photo = 3; }
"""

user_pb2, user_grpc = compile_proto("plain_user", PROTO)


class Service(user_grpc.UserServiceServicer):
    """Answers with what it saw: the request's metadata come back, in order, as `seen-…`."""

    def __init__(self):
        self.cancelled = threading.Event()
        self.started = threading.Event()

    def GetUser(self, request, context):
        if request.user_id == "missing":
            context.abort(grpc.StatusCode.NOT_FOUND, "no user “missing”: 100% sure")
        if request.user_id == "secret":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        seen = [(f"seen-{key}", value) for key, value in context.invocation_metadata()
                if key.startswith("x-")]
        context.send_initial_metadata(seen)
        context.set_trailing_metadata((("x-end", "1"), ("x-end", "2"), ("x-end-bin", b"\x00\xff")))
        return user_pb2.User(user_id=request.user_id, name="Zoë", photo=bytes(range(256)))

    def ListUsers(self, request, context):
        if request.user_id == "half":
            yield user_pb2.User(user_id="0")
            context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "half is enough")
        if request.user_id == "forever":
            context.add_callback(self.cancelled.set)
            self.started.set()
            yield user_pb2.User(user_id="0")
            self.cancelled.wait(BOUND)
            return
        for number in range(100):
            yield user_pb2.User(user_id=str(number), photo=b"p" * number * 100)

    def CreateUsers(self, request_iterator, context):
        ids = [user.user_id for user in request_iterator]
        return user_pb2.User(user_id=",".join(ids))

    def SyncUsers(self, request_iterator, context):
        yield from request_iterator


class ForwardingTest(E2eTestCase):
    def setUp(self):
        self.service = Service()
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
        user_grpc.add_UserServiceServicer_to_server(self.service, self.server)
        port = self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()
        self.addCleanup(lambda: self.server.stop(0).wait(BOUND))
        self.sidecar = self.start_sidecar(f"127.0.0.1:{port}")
        channel = grpc.insecure_channel(self.sidecar.address)
        self.addCleanup(channel.close)
        self.stub = user_grpc.UserServiceStub(channel)

    def get(self, user_id, **options):
        return self.stub.GetUser.with_call(
            user_pb2.UserRequest(user_id=user_id), timeout=BOUND, **options)

    def test_the_method_is_named_without_a_package(self):
        self.get("1")
        started = self.sidecar.metric(
            "evenkeel_server_call_started_total", grpc_method="UserService/GetUser")
        self.assertEqual(1, started)

    def test_a_message_arrives_as_sent(self):
        user, _ = self.get("7")
        self.assertEqual(("7", "Zoë", bytes(range(256))), (user.user_id, user.name, user.photo))

    def test_statuses_and_their_messages_arrive_as_sent(self):
        for user_id, code, details in (
            ("missing", grpc.StatusCode.NOT_FOUND, "no user “missing”: 100% sure"),
            ("secret", grpc.StatusCode.UNAUTHENTICATED, "who are you?"),
        ):
            with self.subTest(user_id=user_id), self.assertRaises(grpc.RpcError) as raised:
                self.get(user_id)
            self.assertEqual(code, raised.exception.code())
            self.assertEqual(details, raised.exception.details())

    def test_metadata_arrives_as_sent_in_both_directions(self):
        sent = (("x-one", "1"), ("x-two", "a"), ("x-one", "2"), ("x-raw-bin", b"\x00\x01\xfe"),
                ("x-raw-bin", b""), ("x-spaces", "a  b"))
        _, call = self.get("1", metadata=sent)
        seen = [(key[5:], value) for key, value in call.initial_metadata()
                if key.startswith("seen-")]
        self.assertEqual(sorted(sent), sorted(seen))  # grpcio itself sorts by key.
        self.assertEqual([value for key, value in sent if key == "x-one"],
                         [value for key, value in seen if key == "x-one"])
        trailing = [pair for pair in call.trailing_metadata() if pair[0].startswith("x-end")]
        self.assertEqual([("x-end", "1"), ("x-end", "2"), ("x-end-bin", b"\x00\xff")],
                         sorted(trailing))

    def test_compressed_messages_arrive(self):
        user, _ = self.get("1" * 5000, compression=grpc.Compression.Gzip)
        self.assertEqual("1" * 5000, user.user_id)

    def test_a_server_stream_arrives_whole_and_in_order(self):
        users = list(self.stub.ListUsers(user_pb2.UserRequest(), timeout=BOUND))
        self.assertEqual([str(number) for number in range(100)], [user.user_id for user in users])
        self.assertEqual(99 * 100, len(users[99].photo))

    def test_a_stream_that_fails_keeps_what_came_before(self):
        stream = self.stub.ListUsers(user_pb2.UserRequest(user_id="half"), timeout=BOUND)
        self.assertEqual("0", next(stream).user_id)
        with self.assertRaises(grpc.RpcError) as raised:
            next(stream)
        self.assertEqual(grpc.StatusCode.RESOURCE_EXHAUSTED, raised.exception.code())
        self.assertEqual("half is enough", raised.exception.details())

    def test_a_client_stream_arrives_whole_and_in_order(self):
        users = (user_pb2.User(user_id=str(number)) for number in range(100))
        answer = self.stub.CreateUsers(users, timeout=BOUND)
        self.assertEqual(",".join(map(str, range(100))), answer.user_id)

    def test_a_bidirectional_stream_is_a_conversation(self):
        said = []

        def talk():
            for number in range(20):
                said.append(number)
                yield user_pb2.User(user_id=str(number))
                answered.acquire(timeout=BOUND)

        answered = threading.Semaphore(0)
        for number, user in enumerate(self.stub.SyncUsers(talk(), timeout=BOUND)):
            self.assertEqual(str(number), user.user_id)
            self.assertEqual(number + 1, len(said), "the answer came before the next question")
            answered.release()
        self.assertEqual(20, len(said))

    def test_a_cancel_reaches_the_server(self):
        stream = self.stub.ListUsers(user_pb2.UserRequest(user_id="forever"))
        next(stream)
        stream.cancel()
        self.assertTrue(self.service.cancelled.wait(BOUND))

    def test_a_deadline_ends_the_call_on_both_sides(self):
        stream = self.stub.ListUsers(user_pb2.UserRequest(user_id="forever"), timeout=0.5)
        with self.assertRaises(grpc.RpcError) as raised:
            list(stream)
        self.assertEqual(grpc.StatusCode.DEADLINE_EXCEEDED, raised.exception.code())
        self.assertTrue(self.service.cancelled.wait(BOUND))

    def test_an_unknown_method_is_the_servers_to_refuse(self):
        channel = grpc.insecure_channel(self.sidecar.address)
        self.addCleanup(channel.close)
        with self.assertRaises(grpc.RpcError) as raised:
            channel.unary_unary("/UserService/Unheard")(b"", timeout=BOUND)
        self.assertEqual(grpc.StatusCode.UNIMPLEMENTED, raised.exception.code())


class AddressTest(E2eTestCase):
    """Listeners and endpoints on IPv6, host names and unix sockets alike."""

    def test_every_kind_of_endpoint_serves(self):
        path = self.socket_path("endpoint")
        for listen, endpoint in ((f"unix:{path}", f"unix:{path}"), ("[::1]:0", None),
                                 ("127.0.0.1:0", "localhost")):
            with self.subTest(listen=listen):
                server, port = self.serve(listen)
                address = {None: f"[::1]:{port}", "localhost": f"localhost:{port}"}.get(
                    endpoint, endpoint)
                sidecar = self.start_sidecar(address)
                self.assert_serves(sidecar.address)
                server.stop(0)

    def test_every_kind_of_listener_serves(self):
        _, port = self.serve("127.0.0.1:0")
        path = self.socket_path("listener")
        for listen in ("127.0.0.1:0", "[::1]:0", "localhost:0", f"unix:{path}"):
            with self.subTest(listen=listen):
                sidecar = self.start_sidecar(f"127.0.0.1:{port}", listener={"address": listen})
                self.assert_serves(sidecar.address)

    def socket_path(self, name):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="evenkeel-e2e-"))
        return f"{folder}/{name}.sock"

    def serve(self, listen):
        server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
        user_grpc.add_UserServiceServicer_to_server(Service(), server)
        port = server.add_insecure_port(listen)
        server.start()
        self.addCleanup(lambda: server.stop(0).wait(BOUND))
        return server, port

    def assert_serves(self, address):
        with grpc.insecure_channel(address) as channel:
            stub = user_grpc.UserServiceStub(channel)
            user = stub.GetUser(user_pb2.UserRequest(user_id="1"), timeout=BOUND)
        self.assertEqual("1", user.user_id)


class UnknownStatusTest(E2eTestCase):
    """A status that gRPC does not define goes on as it is; user-client counts it as UNKNOWN."""

    def test_the_load_generator_survives_it(self):
        endpoint = self.start_endpoint()
        endpoint.answer(lambda stream: stream.respond_trailers_only(99))
        sidecar = self.start_sidecar(endpoint)
        result = subprocess.run(
            [binaries.USER_CLIENT, "load", "--target", sidecar.address, "--rate", "50",
             "--duration", "200ms", "--allow-failures", "--json"],
            capture_output=True, text=True, timeout=BOUND, check=False)
        self.assertEqual(1, result.returncode, result.stderr)  # no call succeeded
        self.assertEqual({"UNKNOWN"}, set(json.loads(result.stdout)["statuses"]))


if __name__ == "__main__":
    unittest.main()
