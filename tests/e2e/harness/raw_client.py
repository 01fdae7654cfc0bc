"""A raw HTTP/2 client: opens streams that look like gRPC calls, or deliberately do not."""

import socket

from . import raw_connection, tls
from .raw_connection import RawConnection
from .tls_socket import TlsSocket
from .waiting import BOUND


def connect_socket(address):
    """A TCP or unix socket connected to "host:port", "[ipv6]:port" or "unix:path"."""
    if address.startswith("unix:"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(address[len("unix:"):])
        return sock
    host, port = address.rsplit(":", 1)
    sock = socket.create_connection((host.strip("[]"), int(port)), timeout=BOUND)
    sock.settimeout(None)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


class RawClient(RawConnection):
    """Connected, SETTINGS sent. With a large connection window, so that only streams block.

    `context`: of TLS; by default the harness's, if it speaks that."""

    def __init__(self, address, settings=None, context=None, **options):
        sock = connect_socket(address)
        context = context or tls.client_context()
        if context:
            sock = TlsSocket(sock, context)
        super().__init__(sock, True, settings or {}, **options)
        grow = raw_connection.LARGE_WINDOW - raw_connection.DEFAULT_WINDOW
        self.send(raw_connection.frames.WindowUpdateFrame(0, window_increment=grow))
        self.start()

    def open(self, path="/test.Echo/Say", *metadata, timeout=None, end_stream=False,
             content_type="application/grpc", authority="echo.test"):
        """Sends a call's headers and returns its stream. `timeout` is grpc-timeout's text."""
        fields = [(":method", "POST"), (":scheme", "http"), (":path", path),
                  (":authority", authority)]
        if timeout is not None:
            fields.append(("grpc-timeout", timeout))
        fields.append(("te", "trailers"))
        if content_type is not None:
            fields.append(("content-type", content_type))
        return self.new_stream().send_headers([*fields, *metadata], end_stream)

    def call(self, payload=b"hello", path="/test.Echo/Say", *metadata, timeout=None):
        """Sends a whole unary request and returns its stream."""
        stream = self.open(path, *metadata, timeout=timeout)
        return stream.send_message(payload, end_stream=True)
