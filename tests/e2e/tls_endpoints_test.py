"""Clusters over TLS, with real grpcio servers behind them: who is connected to, what is said of the
rest, and certificates that change under calls."""

import os
import unittest

import grpc

from harness.case import E2eTestCase, configuration
from harness.pki import Pki
from harness.python_replica import PythonReplica
from harness.waiting import wait_until

UNAVAILABLE = 14


def read(path):
    with open(path, "rb") as file:
        return file.read()


class TlsEndpointsTest(E2eTestCase):
    def setUp(self):
        self.pki = Pki()
        self.addCleanup(self.pki.close)
        self.peers = []  # what each call's server has seen of us

    def start_server(self, pair, client_ca=None):
        """A server with this certificate; with `client_ca` it wants one of its clients."""
        credentials = grpc.ssl_server_credentials(
            [(read(pair.key), read(pair.certificate))], client_ca and read(client_ca),
            require_client_auth=client_ca is not None)

        def answer(payload, context):
            self.peers.append(context.peer_identities())
            return payload

        replica = PythonReplica(answer, credentials=credentials)
        self.addCleanup(replica.close)
        return replica

    def start(self, *servers, **tls):
        return self.start_sidecar(*servers, cluster={"tls": {"ca": self.pki.ca, **tls}})

    def call(self, client):
        call = client.call(b"ping")
        call.wait_status()
        return call

    def assert_well(self, sidecar):
        sidecar.wait_endpoints([each["address"] for cluster in sidecar.clusters()["clusters"]
                                for each in cluster["endpoints"]])
        call = self.call(self.connect(sidecar))
        self.assertEqual((0, [b"ping"]), (call.wait_status(), call.messages()))

    def why(self, sidecar):
        """Why the only endpoint is not connected to, as /clusters says it."""

        def known():
            endpoint = sidecar.clusters()["clusters"][0]["endpoints"][0]
            return endpoint["why"]

        return wait_until(known, "a reason in /clusters")

    def test_the_host_is_what_its_certificate_is_for(self):
        self.assert_well(self.start(self.start_server(self.pki.issue("server", "IP:127.0.0.1"))))

    def test_a_name_or_a_subject_takes_its_place(self):
        named = self.start_server(self.pki.issue("named", "DNS:users.example"))
        self.assert_well(self.start(named, name="users.example"))
        identity = "spiffe://example.org/users"
        self.assert_well(self.start(self.start_server(self.pki.issue("svid", f"URI:{identity}")),
                                    subjects=["spiffe://example.org/others", identity]))

    def test_mutual_tls_shows_who_we_are(self):
        own = self.pki.issue("sidecar", "URI:spiffe://example.org/sidecar")
        server = self.start_server(self.pki.issue("server"), client_ca=self.pki.ca)
        self.assert_well(self.start(server, certificate=own.certificate, key=own.key))
        self.assertIn(b"spiffe://example.org/sidecar", self.peers[0])

    def test_another_name_is_told_to_the_operator_and_its_kind_to_the_caller(self):
        sidecar = self.start(self.start_server(self.pki.issue("server", "DNS:other.example")))
        why = self.why(sidecar)
        for part in ("certificate is for another name", "CN=server", "other.example",
                     "wanted is 127.0.0.1", "not after"):
            self.assertIn(part, why)
        logged = sidecar.wait_log("endpoint has not come up")
        self.assertIn("other.example", logged["reason"])
        self.assertTrue(logged["endpoint"])
        call = self.call(self.connect(sidecar))
        self.assertEqual(UNAVAILABLE, call.wait_status())
        self.assertNotIn("other.example", str(call))

    def test_an_expired_certificate_is_said_with_the_time(self):
        pair = self.pki.issue("server", "IP:127.0.0.1", until="20240101000000Z")
        why = self.why(self.start(self.start_server(pair)))
        self.assertIn("the certificate has expired", why)
        self.assertIn("not after 2024-01-01T00:00:00Z; now is 20", why)

    def test_an_endpoint_that_wants_a_certificate_or_speaks_no_tls_is_named_so(self):
        server = self.start_server(self.pki.issue("server"), client_ca=self.pki.ca)
        self.assertIn("it may want a certificate", self.why(self.start(server)))
        plain = PythonReplica(lambda payload, context: payload)
        self.addCleanup(plain.close)
        self.assertIn("does not speak TLS", self.why(self.start(plain)))

    def test_without_verification_anybody_is_taken_and_everybody_told(self):
        others = Pki("others")
        self.addCleanup(others.close)
        server = self.start_server(others.issue("server", "DNS:other.example"))
        sidecar = self.start_sidecar(server, cluster={"tls": {"verify": False}})
        self.assert_well(sidecar)
        self.assertEqual("not verified", sidecar.clusters()["clusters"][0]["tls"])
        self.assertIn("verify", sidecar.wait_log("configuration warning")["warning"])

    def test_the_others_take_the_calls_of_one_that_is_not_whom_it_should_be(self):
        good = self.start_server(self.pki.issue("server"))
        bad = self.start_server(self.pki.issue("other", "DNS:other.example"))
        sidecar = self.start(good, bad)
        sidecar.wait_endpoints([good.address])
        client = self.connect(sidecar)
        for _ in range(10):
            self.assertEqual(0, self.call(client).wait_status())

    def test_our_own_certificate_changes_under_calls(self):
        own = self.pki.issue("sidecar", "URI:spiffe://example.org/first")
        server = self.start_server(self.pki.issue("server"), client_ca=self.pki.ca)
        sidecar = self.start(server, certificate=own.certificate, key=own.key)
        self.assert_well(sidecar)
        self.pki.issue("sidecar", "URI:spiffe://example.org/second")  # the key first, then the rest
        client = self.connect(sidecar)

        def shows_the_second():
            self.assertEqual(0, self.call(client).wait_status())
            return b"spiffe://example.org/second" in self.peers[-1]

        wait_until(shows_the_second, "the new certificate")
        applied = sidecar.wait_log("configuration applied")
        self.assertTrue(any("sidecar.pem has changed" in each for each in applied["changes"]))
        self.assertEqual(0, sidecar.metric("evenkeel_config_reloads_total", result="rejected"))
        for line in sidecar.lines:
            self.assertNotIn("PRIVATE", line)
        self.assertNotIn("PRIVATE", sidecar.get("/config")[1])

    def test_a_pair_that_does_not_fit_is_refused_and_the_old_one_runs_on(self):
        own = self.pki.issue("sidecar")
        server = self.start_server(self.pki.issue("server"))
        sidecar = self.start(server, certificate=own.certificate, key=own.key)
        self.assert_well(sidecar)
        os.replace(self.pki.issue("stranger").key, own.key)
        rejected = sidecar.wait_log("configuration rejected")
        self.assertIn("is not the key of the first certificate", rejected["error"])
        self.assert_well(sidecar)

    def test_files_are_checked_before_anything_starts(self):
        config = configuration(["127.0.0.1:1"], cluster={"tls": {"ca": "/nowhere/ca.pem"}})
        with self.assertRaises(AssertionError) as failed:
            self.start_sidecar(config=config)
        self.assertIn("clusters.test.tls.ca", str(failed.exception))


if __name__ == "__main__":
    unittest.main()
