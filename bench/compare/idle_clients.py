"""Clients that hold connections and calls open and say nothing more: what waiting costs a proxy."""

import socket
import struct

import backend

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_SETTINGS, _HEADERS, _ACK, _END_HEADERS = 4, 1, 1, 4


def _frame(kind, flags, stream, payload=b""):
    size = struct.pack(">I", len(payload))[1:]
    return size + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def _literal(name, value):
    """A field without indexing and Huffman code (RFC 7541, section 6.2.2)."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


def _request(size):
    path = backend.method(size).encode()
    fields = [(b":method", b"POST"), (b":scheme", b"http"), (b":path", path)]
    fields += [(b":authority", b"bench"), (b"te", b"trailers")]
    fields += [(b"content-type", b"application/grpc")]
    return b"".join(_literal(*field) for field in fields)


class IdleClients:
    """`count` connections with `streams` open calls each; closed when the `with` block is left."""

    def __init__(self, port, count, streams=0, size=16):
        self._sockets = []
        block = _request(size)
        try:
            for _ in range(count):
                each = socket.create_connection(("127.0.0.1", port), timeout=10)
                self._sockets.append(each)
                each.sendall(_PREFACE + _frame(_SETTINGS, 0, 0) + _frame(_SETTINGS, _ACK, 0))
                for i in range(streams):
                    each.sendall(_frame(_HEADERS, _END_HEADERS, 2 * i + 1, block))
            self._await_answers()
        except BaseException:
            self.__exit__()
            raise

    def _await_answers(self):
        """Every connection has been accepted and has answered with its SETTINGS."""
        for each in self._sockets:
            if not each.recv(65536):  # a time-out is an OSError
                raise RuntimeError("a proxy took an idle connection and gave it up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in self._sockets:
            each.close()
