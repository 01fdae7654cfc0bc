"""A real grpcio server inside the test, whose every call is answered by a function of the test."""

import concurrent.futures

import grpc

IDENTITY = (lambda request: request)


class PythonReplica:
    """Listening once constructed. `answer(payload, context)` returns the answer's bytes, for any
    unary method. `credentials`: grpc.ServerCredentials; none: plain text."""

    def __init__(self, answer, threads=16, credentials=None):
        self.calls = 0
        self._answer = answer
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(threads))
        self._server.add_generic_rpc_handlers((self,))
        port = (self._server.add_secure_port("127.0.0.1:0", credentials) if credentials
                else self._server.add_insecure_port("127.0.0.1:0"))
        self.address = f"127.0.0.1:{port}"
        self._server.start()

    def service(self, details):
        """grpc.GenericRpcHandler."""
        if details.method.startswith("/grpc.health"):
            return None
        return grpc.unary_unary_rpc_method_handler(
            self._handle, request_deserializer=IDENTITY, response_serializer=IDENTITY)

    def _handle(self, payload, context):
        self.calls += 1  # Approximate under threads; tests that need it exact have one thread.
        return self._answer(payload, context)

    def close(self):
        self._server.stop(None).wait()
