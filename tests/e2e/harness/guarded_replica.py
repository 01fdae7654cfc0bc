"""A Python gRPC server as the first tutorial on authentication makes it: an interceptor refuses every
method, the health service's too, without a token.

As a program it prints its address and serves until it is ended.
"""

import concurrent.futures
import pathlib
import signal
import sys

import grpc

from . import binaries
from .process import Process

TOKEN = ("authorization", "Bearer swordfish")
GET_USER = "/UserService/GetUser"  # a .proto without a package


class GuardedReplica(Process):
    """Listening once constructed."""

    def __init__(self):
        super().__init__(["/usr/bin/python3", "-m", f"harness.{pathlib.Path(__file__).stem}"],
                         {"PYTHONPATH": str(binaries.ROOT / "tests/e2e")})
        self.address = self.wait_line(str.strip, "the address it listens on")


class _Guard(grpc.ServerInterceptor):
    def intercept_service(self, continuation, details):
        if TOKEN in details.invocation_metadata:
            return continuation(details)

        def refuse(_, context):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
        return grpc.unary_unary_rpc_method_handler(refuse)


class _UserService(grpc.GenericRpcHandler):
    def __init__(self, name):
        self._name = name

    def service(self, details):
        if details.method != GET_USER:
            return None
        return grpc.unary_unary_rpc_method_handler(lambda *_: self._name)


def main():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), interceptors=[_Guard()])
    port = server.add_insecure_port("127.0.0.1:0")
    address = f"127.0.0.1:{port}"
    server.add_generic_rpc_handlers((_UserService(address.encode()),))
    server.start()
    print(address, flush=True)
    signal.sigwait([signal.SIGTERM])
    server.stop(None).wait()
    sys.exit()


if __name__ == "__main__":
    main()
