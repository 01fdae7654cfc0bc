"""x-forwarded-client-cert: whose word endpoints hear about clients' certificates."""

import unittest

from harness.case import E2eTestCase

NAME = "x-forwarded-client-cert"
FORGED = "Hash=00;URI=spiffe://example.org/admin"


class ForwardedCertificateTest(E2eTestCase):
    def arrived(self, rule, *sent):
        """The values that the endpoint gets of those that a client has sent."""
        endpoint = self.start_endpoint()
        listener = {"forward_client_certificate": rule} if rule else {}
        sidecar = self.start_sidecar(endpoint, listener=listener)
        client = self.connect(sidecar)
        call = client.open("/test.Echo/Say", *[(NAME, each) for each in sent], ("x-other", "1"),
                           end_stream=True)
        stream = endpoint.next_stream()
        stream.respond()
        self.assertEqual(0, call.wait_status())
        self.assertEqual("1", stream.blocks[0].get("x-other"))
        return stream.blocks[0].all(NAME)

    def test_a_clients_is_taken_out_unless_a_rule_says_otherwise(self):
        for rule in ({}, {"mode": "strip"}, {"mode": "set"}):
            self.assertEqual([], self.arrived(rule, FORGED, FORGED), rule)

    def test_that_of_a_trusted_proxy_goes_on(self):
        for mode in ("forward", "append"):
            rule = {"mode": mode, "trusted": ["127.0.0.0/8"]}
            self.assertEqual([FORGED], self.arrived(rule, FORGED))
            self.assertEqual(["Hash=1,Hash=2"], self.arrived(rule, "Hash=1", "Hash=2"))
            self.assertEqual(['Subject="a,b;c=\\"d"'], self.arrived(rule, 'Subject="a,b;c=\\"d"'))
            self.assertEqual([], self.arrived(rule, 'Subject="open'))

    def test_that_of_another_does_not(self):
        rule = {"mode": "forward", "trusted": ["192.0.2.0/24"]}
        self.assertEqual([], self.arrived(rule, FORGED))

    def test_a_route_never_sees_what_is_taken_out(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, listener={"routes": [
            {"match": {"metadata": {NAME: FORGED}}, "cluster": "test",
             "request_headers": {"set": {"x-route": "admin"}}}]})
        call = self.connect(sidecar).open("/test.Echo/Say", (NAME, FORGED), end_stream=True)
        stream = endpoint.next_stream()
        stream.respond()
        self.assertEqual(0, call.wait_status())
        self.assertIsNone(stream.blocks[0].get("x-route"))


if __name__ == "__main__":
    unittest.main()
