"""PROXY headers: clients behind a load balancer are known by their own addresses."""

import shutil
import socket
import struct
import subprocess
import sys
import unittest

from harness import raw_connection
from harness.case import E2eTestCase
from harness.raw_client import RawClient, connect_socket
from harness.waiting import BOUND, let_time_pass

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
ENDED = "evenkeel_server_connections_ended_total"


def version1(source="10.1.2.3", family="TCP4", destination="10.0.0.1"):
    return f"PROXY {family} {source} {destination} 12345 50051\r\n".encode()


def crc32c(header):
    crc = 0xFFFFFFFF
    for byte in header:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def version2(source=b"\x0a\x01\x02\x03", command=1, tlvs=b"", checksum=None):
    """`checksum`: added to the right one."""
    family = 0x11 if len(source) == 4 else 0x21
    rest = source + bytes(len(source)) + b"\x30\x39\xc3\x83" + tlvs
    if checksum is not None:
        rest += b"\x03\0\x04" + bytes(4)
    header = SIGNATURE + struct.pack("!BBH", 0x20 | command, family, len(rest)) + rest
    if checksum is not None:
        header = header[:-4] + struct.pack("!I", (crc32c(header) + checksum) & 0xFFFFFFFF)
    return header


class ProxiedClient(RawClient):
    """A raw client behind a balancer that sends `header`, in pieces when it is a list."""

    def __init__(self, address, header):
        sock = connect_socket(address)
        for piece in header if isinstance(header, list) else [header]:
            sock.sendall(piece)
            if isinstance(header, list):
                let_time_pass(0.001)
        raw_connection.RawConnection.__init__(self, sock, True, {})
        self.start()


class ProxyProtocolTest(E2eTestCase):
    def start(self, trusted="127.0.0.0/8"):
        """Endpoints by the client's address, so that they tell who the sidecar takes it for."""
        self.endpoints = [self.start_endpoint() for _ in range(8)]
        sidecar = self.start_sidecar(
            *self.endpoints, listener={"proxy_protocol": {"trusted": [trusted]}},
            policy={"maglev": {"hash": "source_address"}})
        sidecar.wait_endpoints([each.address for each in self.endpoints])
        return sidecar

    def endpoint_of(self, sidecar, header):
        """Which endpoint a call goes to that comes behind `header`."""
        client = ProxiedClient(sidecar.address, header)
        self.addCleanup(client.close)
        call = client.call()
        while True:
            for index, each in enumerate(self.endpoints):
                if each.has_stream():
                    arrived = each.next_stream()
                    arrived.wait_end()
                    arrived.respond()
                    self.assertEqual(0, call.wait_status())
                    client.close()
                    return index
            let_time_pass(0.005)

    def refused(self, sidecar, header):
        with connect_socket(sidecar.address) as sock:
            sock.settimeout(BOUND)
            try:
                sock.sendall(header)
                self.assertEqual(b"", sock.recv(100))
            except ConnectionError:
                pass

    def test_the_address_in_the_header_counts(self):
        sidecar = self.start()
        by_client = {}
        for last in range(1, 17):
            text, raw = f"10.1.2.{last}", bytes((10, 1, 2, last))
            one = self.endpoint_of(sidecar, version1(text))
            for header in (version2(raw), version2(raw, tlvs=b"\x04\0\x02ab"),
                           version2(raw, checksum=0),
                           [bytes([each]) for each in version1(text)]):
                self.assertEqual(one, self.endpoint_of(sidecar, header), text)
            by_client[text] = one
        self.assertGreater(len(set(by_client.values())), 2, by_client)

    def test_ipv6_is_an_address_as_any(self):
        sidecar = self.start()
        raw = socket.inet_pton(socket.AF_INET6, "2001:db8::7")
        self.assertEqual(self.endpoint_of(sidecar, version1("2001:db8::7", "TCP6", "::1")),
                         self.endpoint_of(sidecar, version2(raw)))

    def test_headers_without_an_address_leave_the_real_one(self):
        sidecar = self.start()
        real = self.endpoint_of(sidecar, b"PROXY UNKNOWN\r\n")
        self.assertEqual(real, self.endpoint_of(sidecar, version2(command=0)))
        self.assertEqual(real, self.endpoint_of(sidecar, version1("127.0.0.1")))

    def test_connections_without_a_good_header_are_closed_and_named(self):
        sidecar = self.start()
        bad = (raw_connection.PREFACE, b"PROXY TCP4 10.1.2.3\r\n", b"PROXY UNKNOWN " + b"x" * 100,
               SIGNATURE + b"\x21\x11\xff\xff" + bytes(70_000), version2(checksum=1))
        for number, header in enumerate(bad, 1):
            self.refused(sidecar, header)
            sidecar.wait_metric(ENDED, lambda value, number=number: value == number,
                                reason="proxy_header")
        entry = sidecar.wait_log("client connection ended")
        self.assertEqual(("proxy_header", "127.0.0.1"), (entry["reason"], entry["client"]))
        self.assertIn("the connection begins without a header", json_text(entry))
        self.endpoint_of(sidecar, version1())

    def test_who_is_not_trusted_is_refused_with_a_good_header_too(self):
        sidecar = self.start(trusted="192.0.2.0/24")
        self.refused(sidecar, version1())
        self.assertIn("not in proxy_protocol.trusted",
                      json_text(sidecar.wait_log("client connection ended")))

    def test_curl_is_understood(self):
        if shutil.which("curl") is None:
            print("SKIPPED: no curl", file=sys.stderr)
            self.skipTest("curl is not installed")
        sidecar = self.start()
        answer = subprocess.run(
            ["curl", "-s", "--haproxy-protocol", "--http2-prior-knowledge", "-o", "/dev/null",
             "-w", "%{http_code} %{http_version}", f"http://{sidecar.address}/"],
            capture_output=True, text=True, timeout=BOUND, check=True)
        self.assertEqual("405 2", answer.stdout)


def json_text(entry):
    return " ".join(map(str, entry.values()))


if __name__ == "__main__":
    unittest.main()
