"""A DNS server on loopback, over UDP, that says what a test tells it."""

import ipaddress
import socket
import struct
import threading

A, AAAA, SRV = 1, 28, 33
SERVFAIL, NXDOMAIN = 2, 3


class DnsServer:
    """Answers until closed. Names are without a final dot."""

    def __init__(self):
        self._lock = threading.Lock()
        self._records = {}
        self._failures = {}
        self.questions = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self._socket.getsockname()[1]

    def set_addresses(self, name, addresses, ttl):
        """From now on `name` has these A and AAAA records and no others."""
        records = []
        for each in map(ipaddress.ip_address, addresses):
            records.append((A if each.version == 4 else AAAA, ttl, each.packed))
        with self._lock:
            self._records[name] = records
            self._failures.pop(name, None)

    def set_services(self, name, services, ttl):
        """SRV records: (priority, weight, port, target)."""
        with self._lock:
            self._records[name] = [
                (SRV, ttl, struct.pack("!HHH", priority, weight, port) + _encode(target))
                for priority, weight, port, target in services
            ]
            self._failures.pop(name, None)

    def fail(self, name, code=SERVFAIL):
        """Answers with this code; None: not at all."""
        with self._lock:
            self._failures[name] = code

    def _serve(self):
        while True:
            query, peer = self._socket.recvfrom(1500)
            if len(query) < 12:
                return  # close() sent it
            self.questions += 1
            answer = self._answer(query)
            if answer:
                self._socket.sendto(answer, peer)

    def _answer(self, query):
        name, end = _decode(query, 12)
        kind = struct.unpack_from("!H", query, end)[0]
        with self._lock:
            known = name in self._records
            code = self._failures.get(name, 0 if known else NXDOMAIN)
            found = [each for each in self._records.get(name, ()) if each[0] == kind]
        if code is None:
            return None
        if code:
            found = []
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0)
        body = b"".join(
            struct.pack("!HHHIH", 0xC00C, kind, 1, ttl, len(data)) + data
            for kind, ttl, data in found
        )
        return head + query[12:end + 4] + body

    def close(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()


def _encode(name):
    labels = [label for label in name.split(".") if label]
    return b"".join(bytes([len(each)]) + each.encode() for each in labels) + b"\0"


def _decode(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
        at += message[at] + 1
    return ".".join(labels), at + 1
