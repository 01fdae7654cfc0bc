"""A socket that speaks TLS and that, unlike Python's own, one thread may read while others write."""

import socket
import ssl
import threading

CHUNK = 64 * 1024


def client_context(ca, pair=None, alpn=("h2",)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(ca)
    return _finish(context, pair, alpn)


def server_context(pair, client_ca=None, alpn=("h2",)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if client_ca:
        context.load_verify_locations(client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return _finish(context, pair, alpn)


def _finish(context, pair, alpn):
    if pair:
        context.load_cert_chain(*pair)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


class TlsSocket:
    """What raw connections use of a socket, over TLS. Shakes hands when made; ssl.SSLError says why
    that failed."""

    def __init__(self, sock, context, server_side=False, name="localhost"):
        self._sock = sock
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=server_side,
                                     server_hostname=None if server_side else name)
        self._lock = threading.Lock()  # of _tls and what it reads and writes
        self._write_lock = threading.Lock()  # records leave in the order that they were made in
        self._do(self._tls.do_handshake)

    def __getattr__(self, name):  # settimeout, getsockname, …
        return getattr(self._sock, name)

    @property
    def certificate(self):
        """The peer's, in DER."""
        return self._tls.getpeercert(binary_form=True)

    def recv(self, size):
        try:
            return self._do(lambda: self._tls.read(size))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def sendall(self, data):
        with self._write_lock:
            with self._lock:
                if len(data):
                    self._tls.write(data)
                out = self._outgoing.read()
            self._sock.sendall(out)

    def shutdown(self, how):
        self._sock.shutdown(how)

    def close(self):
        self._sock.close()

    def _do(self, step):
        """`step` until it has what it needs of the peer."""
        while True:
            wants = False
            try:
                with self._lock:
                    result = step()
            except ssl.SSLWantReadError:
                wants = True
            finally:
                self._send_pending()
            if not wants:
                return result
            data = self._sock.recv(CHUNK)
            with self._lock:
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()

    def _send_pending(self):
        if not self._outgoing.pending:
            return
        try:
            self.sendall(b"")
        except (OSError, socket.timeout):
            pass  # whoever reads hears of it
