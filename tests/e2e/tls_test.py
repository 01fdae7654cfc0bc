"""Listeners over TLS, with the clients that people have: grpc++, grpcio, openssl, Python's ssl."""

import concurrent.futures
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

import grpc

from harness import raw_connection, tls_socket
from harness.case import E2eTestCase, configuration
from harness.pki import Pki
from harness.raw_client import connect_socket
from harness.tls_socket import TlsSocket
from harness.waiting import BOUND, let_time_pass, wait_until

HANDSHAKES = "evenkeel_server_tls_handshakes_total"
PATH = "/user.v1.UserService/GetUser"


def common_name(der):
    """Whose certificate it is."""
    shown = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-subject"], input=der,
                           capture_output=True, check=True).stdout.decode()
    return shown.strip().rpartition(" ")[2]


class TlsTestCase(E2eTestCase):
    """One sidecar over one raw endpoint, which answers everything."""

    mutual = False

    def setUp(self):
        self.pki = Pki()
        self.addCleanup(self.pki.close)
        self.server = self.pki.issue("server")
        self.client = self.pki.issue("client", "URI:spiffe://example.org/web")

    def keys(self, pair=None, **more):
        """`tls` of a listener."""
        pair = pair or self.server
        mutual = {"client_ca": self.pki.ca} if self.mutual else {}
        return {"certificate": pair.certificate, "key": pair.key, **mutual, **more}

    def start(self, endpoint=None, listener=None, **more):
        self.endpoint = endpoint or self.start_endpoint()
        return self.start_sidecar(self.endpoint,
                                  listener={"tls": self.keys(**more), **(listener or {})})

    def grpcio_call(self, sidecar, pair=None):
        """The status of a call of grpcio's."""
        key, chain = (pathlib.Path(path).read_bytes() for path in (pair.key, pair.certificate)) \
            if pair else (None, None)
        credentials = grpc.ssl_channel_credentials(pathlib.Path(self.pki.ca).read_bytes(), key, chain)
        with grpc.secure_channel(sidecar.address, credentials) as channel:
            call = channel.unary_unary(PATH, lambda it: it, lambda it: it)
            try:
                call(b"\x0a\x06user-1", timeout=BOUND)
                return grpc.StatusCode.OK
            except grpc.RpcError as error:
                return error.code()

    def refusal(self, sidecar, pair=None, ca=None):
        """What a client of TLS hears that is not served."""
        context = tls_socket.client_context(ca or self.pki.ca, pair)
        with self.assertRaises((ssl.SSLError, ConnectionError)) as caught:
            sock = TlsSocket(connect_socket(sidecar.address), context)
            self.addCleanup(sock.close)
            sock.sendall(raw_connection.PREFACE)
            while sock.recv(1024):
                pass
            raise ConnectionError("closed without a word")
        return str(caught.exception)

    def wait_handshakes(self, sidecar, result, count=1):
        sidecar.wait_metric(HANDSHAKES, lambda value: value == count, result=result)


class TlsTest(TlsTestCase):
    def test_grpcpp_and_grpcio_are_served(self):
        sidecar = self.start(self.start_replica())
        load = self.start_load(sidecar, "--calls", 200, "--connections", 4, "--tls-ca", self.pki.ca)
        self.assert_all_calls_well(load.report())
        self.assertEqual(grpc.StatusCode.OK, self.grpcio_call(sidecar))
        self.assertGreaterEqual(sidecar.metric(HANDSHAKES, result="SUCCESS"), 5)
        self.assertGreater(
            sidecar.metric("evenkeel_tls_certificate_not_after_timestamp_seconds"), 1e9)

    def test_h2_must_be_agreed_on(self):
        sidecar = self.start()
        for arguments, good in ((["-alpn", "h2"], True), (["-alpn", "http/1.1"], False),
                                (["-alpn", "h2c"], False), ([], False)):
            said = self.s_client(sidecar, *arguments)
            self.assertEqual(good, "ALPN protocol: h2" in said, said)
            self.assertEqual(not good, "alert number 120" in said, said)
        self.wait_handshakes(sidecar, "NO_APPLICATION_PROTOCOL", 3)

    def test_old_versions_and_suites_are_refused(self):
        sidecar = self.start()
        for arguments in (["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"],
                          ["-tls1_2", "-cipher", "AES128-GCM-SHA256"],
                          ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"]):
            said = self.s_client(sidecar, "-alpn", "h2", *arguments)
            self.assertIn("alert", said)
            self.assertNotIn("ALPN protocol", said)
        said = self.s_client(sidecar, "-alpn", "h2", "-tls1_2", "-cipher",
                             "ECDHE-ECDSA-AES128-GCM-SHA256")
        self.assertIn("ALPN protocol: h2", said)

    def s_client(self, sidecar, *arguments):
        result = subprocess.run(["openssl", "s_client", "-connect", sidecar.address, "-CAfile",
                                 self.pki.ca, *arguments], stdin=subprocess.DEVNULL, text=True,
                                errors="replace", capture_output=True, timeout=BOUND, check=False)
        return result.stdout + result.stderr

    def test_the_name_that_is_asked_for_picks_the_certificate(self):
        named = {name: self.pki.issue(name, f"DNS:{names}")._asdict()
                 for name, names in (("one", "one.example"), ("many", "*.many.example"))}
        sidecar = self.start(names={"one.example": named["one"], "*.many.example": named["many"]})
        for name, expected in (("one.example", "one"), ("ONE.example", "one"),
                               ("a.many.example", "many"), ("localhost", "server"),
                               ("127.0.0.1", "server")):
            sock = TlsSocket(connect_socket(sidecar.address),
                             tls_socket.client_context(self.pki.ca), name=name)
            self.addCleanup(sock.close)
            self.assertEqual(expected, common_name(sock.certificate), name)

    def test_an_unknown_name_may_be_refused(self):
        one = self.pki.issue("one", "DNS:one.example")._asdict()
        sidecar = self.start(names={"one.example": one}, unknown_name="refuse")
        self.assertIn("UNRECOGNIZED_NAME", self.refusal(sidecar).upper())
        self.wait_handshakes(sidecar, "UNKNOWN_SERVER_NAME")

    def test_who_speaks_plainly_is_told(self):
        sidecar = self.start()
        client = self.connect(sidecar)
        _, code, text = client.wait_goaway()
        self.assertEqual(raw_connection.INADEQUATE_SECURITY, code)
        self.assertIn(b"this port speaks TLS", text)
        client.wait_closed()
        entry = sidecar.wait_log("client connection ended")
        self.assertEqual(("tls", "127.0.0.1"), (entry["reason"], entry["client"]))
        self.assertIn("HTTP/2 in plain text", entry["detail"])
        with connect_socket(sidecar.address) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            answer = sock.recv(4096)
            self.assertTrue(answer.startswith(b"HTTP/1.1 400 "), answer)
        self.wait_handshakes(sidecar, "NOT_TLS", 2)
        told = [each for each in sidecar.log() if each["msg"] == "client connection ended"]
        self.assertEqual(1, len(told), "once a minute is enough")

    def test_who_speaks_tls_on_a_plain_port_is_told(self):
        sidecar = self.start_sidecar(self.start_endpoint())
        self.assertIn("WRONG_VERSION_NUMBER", self.refusal(sidecar))
        entry = sidecar.wait_log("client connection ended")
        self.assertEqual("not_http2", entry["reason"])
        self.assertIn("speaks TLS", entry["detail"])

    def test_both_are_served_while_clients_move_over(self):
        sidecar = self.start(plaintext="accept")
        self.endpoint.answer(lambda stream: stream.respond())
        plain = self.connect(sidecar)
        self.assertEqual(0, plain.call().wait_status())
        over_tls = self.connect(sidecar, context=tls_socket.client_context(self.pki.ca))
        self.assertEqual(0, over_tls.call().wait_status())
        self.assertEqual(0, plain.call().wait_status())

    def test_a_client_that_stops_in_the_middle_holds_up_nobody(self):
        sidecar = self.start()
        self.endpoint.answer(lambda stream: stream.respond())
        idle = []
        for first in (b"", b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"):
            idle += [connect_socket(sidecar.address) for _ in range(20)]
            for sock in idle[-20:]:
                self.addCleanup(sock.close)
                sock.sendall(first)
        client = self.connect(sidecar, context=tls_socket.client_context(self.pki.ca))
        for _ in range(20):
            self.assertEqual(0, client.call().wait_status())
        for sock in idle:
            sock.settimeout(BOUND)
            self.assertEqual(b"", sock.recv(1))
        self.wait_handshakes(sidecar, "HANDSHAKE_TIMEOUT", len(idle))


class HandshakeFloodTest(TlsTestCase):
    def test_calls_go_on_beside_it(self):
        sidecar = self.start(self.start_replica(), max_handshakes=20)
        load = self.start_load(sidecar, "--rate", 200, "--duration", "3s", "--connections", 2,
                               "--tls-ca", self.pki.ca)
        end = threading.Event()
        with concurrent.futures.ThreadPoolExecutor(8) as flooders:
            floods = [flooders.submit(self.flood, sidecar.address, end) for _ in range(8)]
            report = load.report()
            end.set()
        handshakes = sum(each.result() for each in floods)
        print(f"beside {handshakes / 3:.0f} handshakes a second: p99 "
              f"{report['latency_ms']['p99']} ms, failed {report['failed']}")
        self.assert_all_calls_well(report)
        self.assertGreater(handshakes, 100)

    def flood(self, address, end):
        context, handshakes = tls_socket.client_context(self.pki.ca), 0
        while not end.is_set():
            TlsSocket(connect_socket(address), context).close()
            handshakes += 1
        return handshakes


class MutualTlsTest(TlsTestCase):
    mutual = True

    def test_grpcpp_and_grpcio_are_served(self):
        sidecar = self.start(self.start_replica())
        load = self.start_load(sidecar, "--calls", 200, "--connections", 4, "--tls-ca", self.pki.ca,
                               "--tls-certificate", self.client.certificate,
                               "--tls-key", self.client.key)
        self.assert_all_calls_well(load.report())
        self.assertEqual(grpc.StatusCode.OK, self.grpcio_call(sidecar, self.client))

    def test_without_a_good_certificate_nobody_is(self):
        sidecar = self.start()
        stranger = Pki("stranger")
        self.addCleanup(stranger.close)
        for pair, heard, counted in (
                (None, "CERTIFICATE_REQUIRED", "NO_CERTIFICATE"),
                (stranger.issue("client"), "UNKNOWN_CA", "CERTIFICATE_AUTHORITY_INVALID"),
                (self.pki.issue("old", until="20210101000000Z"), "CERTIFICATE_EXPIRED",
                 "CERTIFICATE_EXPIRED"),
                (self.pki.issue("server-only", purpose="serverAuth"), "UNSUPPORTED_CERTIFICATE",
                 "CERTIFICATE_PURPOSE_MISMATCH")):
            self.assertIn(heard, self.refusal(sidecar, pair))
            self.wait_handshakes(sidecar, counted)
        self.assertEqual(grpc.StatusCode.UNAVAILABLE, self.grpcio_call(sidecar))
        self.assertFalse(self.endpoint.has_stream())
        entry = sidecar.wait_log("client connection ended")
        self.assertEqual("tls", entry["reason"])

    def test_the_log_says_what_is_wrong_and_the_client_hears_little(self):
        sidecar = self.start()
        heard = self.refusal(sidecar, self.pki.issue("old", until="20210101000000Z"))
        self.assertNotIn("2021", heard)
        entry = sidecar.wait_log("client connection ended")
        for part in ("CN=old", "not after 2021-01-01T00:00:00Z", "now is 20", "has expired"):
            self.assertIn(part, entry["detail"])

    def test_endpoints_hear_who_the_client_is(self):
        sidecar = self.start(listener={"forward_client_certificate": {"mode": "set",
                                                                      "fields": ["uri", "subject"]}})
        context = tls_socket.client_context(self.pki.ca, self.client)
        client = self.connect(sidecar, context=context)
        call = client.open(PATH, ("x-forwarded-client-cert", "URI=spiffe://example.org/admin"),
                           end_stream=True)
        stream = self.endpoint.next_stream()
        stream.respond()
        self.assertEqual(0, call.wait_status())
        self.assertEqual('Subject="CN=client";URI=spiffe://example.org/web',
                         stream.blocks[0].get("x-forwarded-client-cert"))


class RotationTest(TlsTestCase):
    mutual = True

    def shown(self, sidecar):
        sock = TlsSocket(connect_socket(sidecar.address),
                         tls_socket.client_context(self.pki.ca, self.client))
        sock.close()
        return sock.certificate

    def test_no_call_notices_a_new_certificate(self):
        sidecar = self.start(self.start_replica())
        load = self.start_load(sidecar, "--rate", 300, "--duration", "6s", "--connections", 4,
                               "--tls-ca", self.pki.ca, "--tls-certificate",
                               self.client.certificate, "--tls-key", self.client.key)
        for _ in range(5):
            before = self.shown(sidecar)
            self.server = self.pki.issue("server")
            wait_until(lambda: self.shown(sidecar) != before, "the new certificate")
            let_time_pass(0.3)
        self.assert_all_calls_well(load.report())
        self.assertEqual(1, sidecar.metric("evenkeel_config_last_reload_successful"))


class TakeoverTest(TlsTestCase):
    def test_clients_over_tls_notice_nothing(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        config = configuration([self.start_replica().address], listener={"tls": self.keys()})
        config["listeners"][0]["address"] = f"127.0.0.1:{free_port()}"
        arguments = ("--takeover", "--takeover-socket", str(folder / "socket"))
        first = self.start_sidecar(config=config, workers=2, arguments=arguments)
        load = self.start_load(first, "--rate", 300, "--duration", "4s", "--connections", 4,
                               "--tls-ca", self.pki.ca)
        let_time_pass(1)
        for _ in range(2):
            self.start_sidecar(config=config, workers=2, arguments=arguments)
            let_time_pass(0.5)
        self.assert_all_calls_well(load.report())


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


if __name__ == "__main__":
    unittest.main()
