"""A raw HTTP/2 server in the place of a replica: hands each stream to the test to answer."""

import queue
import socket
import threading

from . import raw_connection, tls
from .raw_connection import MAX_CONCURRENT_STREAMS, RawConnection
from .tls_socket import TlsSocket
from .waiting import BOUND


class RawEndpoint:
    """Listens on a free port of 127.0.0.1, or on `port`; the test answers the streams.

    `settings` are sent on each new connection (None: no SETTINGS at all, a peer that hangs).
    `context`: of TLS; by default the harness's, if it speaks that.
    """

    def __init__(self, settings=None, port=0, silent=False, context=None, **options):
        self._context = context or tls.server_context()
        self.settings = None if silent else {MAX_CONCURRENT_STREAMS: 1000, **(settings or {})}
        self.options = options
        self.connections = []
        self._streams = queue.Queue()
        self._fresh_connections = queue.Queue()
        self._answer = None
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                if self._context:
                    sock = TlsSocket(sock, self._context, server_side=True)
                connection = RawConnection(sock, False, self.settings, **self.options)
                grow = raw_connection.LARGE_WINDOW - raw_connection.DEFAULT_WINDOW
                if self.settings is not None:
                    update = raw_connection.frames.WindowUpdateFrame(0, window_increment=grow)
                    connection.send(update)
            except OSError:
                sock.close()  # The peer was gone before we greeted it, or its handshake failed.
                continue
            self.connections.append(connection)
            connection.start(self._on_stream)
            self._fresh_connections.put(connection)

    def _on_stream(self, stream):
        if self._answer:
            self._answer(stream)
        else:
            self._streams.put(stream)

    def answer(self, function):
        """From now on `function(stream)` answers each call, in the connection's reading thread and
        at its headers; it must not wait."""
        self._answer = function

    def next_stream(self, bound=BOUND):
        """The next call that arrived, its headers in blocks[0]."""
        try:
            return self._streams.get(timeout=bound)
        except queue.Empty:
            raise AssertionError(f"no call reached {self.address} in {bound:g} s") from None

    def has_stream(self):
        """Whether a call has arrived that next_stream has not handed out."""
        return not self._streams.empty()

    def next_connection(self, bound=BOUND):
        """The next connection that was made and has sent its preface or will."""
        try:
            return self._fresh_connections.get(timeout=bound)
        except queue.Empty:
            raise AssertionError(f"no connection reached {self.address} in {bound:g} s") from None

    def streams(self):
        """Every stream ever received, over all connections."""
        return [s for connection in self.connections for s in connection.streams.values()]

    def stop_listening(self):
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        self._acceptor.join(BOUND)

    def close(self):
        """As if the process died: the listener and all connections. Safe to call twice."""
        self.stop_listening()
        for connection in self.connections:
            connection.close()
