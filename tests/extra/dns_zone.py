"""A DNS server at port 53 of loopback, over UDP and TCP, whose zone says how it fails."""

import dataclasses
import ipaddress
import socket
import struct
import threading

TYPES = {1: "A", 28: "AAAA"}
CNAME, OPT, TTL = 5, 41, 60
CODES = {"FORMERR": 1, "SERVFAIL": 2, "NXDOMAIN": 3, "NOTIMP": 4, "REFUSED": 5}
SILENT = "SILENT"


@dataclasses.dataclass
class Zone:
    """`names`: of each name, by type, addresses or one word of CODES, or SILENT; by "CNAME" another
    name. Names that are not there are NXDOMAIN, types that are not there have no records."""
    names: dict
    truncates: bool = False  # over UDP, to the first record
    tcp: bool = True
    edns: bool = True


class DnsZone:
    def __init__(self):
        self.zone = Zone({})
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 53))
        self._tcp = socket.create_server(("127.0.0.1", 53))
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    def _serve_udp(self):
        while True:
            query, peer = self._udp.recvfrom(4096)
            answer = self._answer(query, self.zone.truncates)
            if answer:
                self._udp.sendto(answer, peer)

    def _serve_tcp(self):
        while True:
            connection, _ = self._tcp.accept()
            threading.Thread(target=self._serve_connection, args=(connection,), daemon=True).start()

    def _serve_connection(self, connection):
        with connection, connection.makefile("rb") as incoming:
            while self.zone.tcp and (head := incoming.read(2)):
                answer = self._answer(incoming.read(struct.unpack("!H", head)[0]), False)
                if answer:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, query, truncated):
        name, at = _decode(query, 12)
        kind = TYPES.get(struct.unpack_from("!H", query, at)[0], "other")
        question = query[12:at + 4]
        if struct.unpack_from("!H", query, 10)[0] and not self.zone.edns:
            return _message(query, CODES["FORMERR"], question, [])
        records = []
        while "CNAME" in self.zone.names.get(name, ()):
            target = self.zone.names[name]["CNAME"]
            records.append(_record(name, CNAME, _encode(target)))
            name = target
        found = self.zone.names.get(name, {kind: "NXDOMAIN"}).get(kind, [])
        if found == SILENT:
            return None
        if isinstance(found, str):
            return _message(query, CODES[found], question, [])
        for each in map(ipaddress.ip_address, found):
            records.append(_record(name, 1 if each.version == 4 else 28, each.packed))
        if truncated:
            return _message(query, 0x200, question, records[:1])
        return _message(query, 0, question, records)


def _message(query, flags, question, records):
    return (query[:2] + struct.pack("!HHHHH", 0x8180 | flags, 1, len(records), 0, 0) + question +
            b"".join(records))


def _record(name, kind, data):
    return _encode(name) + struct.pack("!HHIH", kind, 1, TTL, len(data)) + data


def _encode(name):
    return b"".join(bytes([len(each)]) + each.encode() for each in name.split(".")) + b"\0"


def _decode(message, at):
    labels = []
    while message[at]:
        labels.append(message[at + 1:at + 1 + message[at]].decode().lower())
        at += message[at] + 1
    return ".".join(labels), at + 1
