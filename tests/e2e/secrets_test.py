"""Secrets: what calls and probes carry, and nobody sees who looks at the sidecar."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import binaries
from harness.case import E2eTestCase
from harness.waiting import BOUND

CONFIG = """
listeners:
  - address: "127.0.0.1:0"
    cluster: test
    routes:
      - match: {metadata: {x-which: "${file:token}"}}
        cluster: test
        request_headers: {set: {x-route: named}}
      - cluster: test
        request_headers:
          set:
            x-whole: "${file:token}"
            authorization: "Bearer ${file:token}"
            x-from-variable: "${EVENKEEL_TEST_SECRET}"
            cookie: cookie-in-the-file
clusters:
  test:
    endpoints: ["ENDPOINT"]
    health_check: off
admin: {address: "127.0.0.1:0"}
"""


class SecretsTest(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write_secret("first-secret\n")
        self.endpoint = self.start_endpoint()
        self.config = self.folder / "evenkeel.yaml"
        self.config.write_text(CONFIG.replace("ENDPOINT", self.endpoint.address), encoding="utf-8")
        self.environment = {"EVENKEEL_TEST_SECRET": "secret-of-a-variable"}
        self.sidecar = self.start_sidecar(config=self.config, environment=self.environment)
        self.client = self.connect(self.sidecar)

    def write_secret(self, text):
        """As Kubernetes and Docker do: another file in its place."""
        (self.folder / "token.new").write_text(text, encoding="utf-8")
        os.replace(self.folder / "token.new", self.folder / "token")

    def arrived(self, **metadata):
        """The headers of one call as the endpoint has got them."""
        call = self.client.open("/test.Echo/Say", *metadata.items(), end_stream=True)
        stream = self.endpoint.next_stream()
        headers = dict(stream.blocks[0])
        stream.respond()
        call.wait_status()
        return headers

    def run_evenkeel(self, *arguments):
        result = subprocess.run([binaries.SIDECAR, *map(str, arguments)], capture_output=True,
                                text=True, timeout=BOUND, check=False,
                                env={**os.environ, **self.environment})
        return result.stdout + result.stderr

    def assert_hidden(self, *texts):
        for secret in ("first-secret", "second-secret", "secret-of-a-variable",
                       "cookie-in-the-file"):
            for text in texts:
                self.assertNotIn(secret, text)

    def test_calls_carry_them_and_new_ones_as_soon_as_the_file_is_another(self):
        headers = self.arrived()
        self.assertEqual(("first-secret", "Bearer first-secret", "secret-of-a-variable"),
                         (headers["x-whole"], headers["authorization"],
                          headers["x-from-variable"]))
        self.write_secret("second-secret")
        self.sidecar.wait_log("configuration applied")
        self.assertEqual("Bearer second-secret", self.arrived()["authorization"])
        self.assertEqual("named", self.arrived(**{"x-which": "second-secret"})["x-route"])

    def test_nobody_sees_them(self):
        self.assertIn('"***"', self.sidecar.get("/config")[1])
        pages = [self.sidecar.get(each)[1] for each in ("/config", "/metrics", "/clusters")]
        old = self.folder / "old"
        old.mkdir()
        shutil.copy(self.config, old)
        (old / "token").write_text("first-secret", encoding="utf-8")
        self.write_secret("second-secret")
        diff = self.run_evenkeel("diff", old / "evenkeel.yaml", self.config)
        self.assertIn("*** → ***", diff)
        self.sidecar.wait_log("configuration applied")
        self.write_secret("second-secret\nin two lines")
        self.sidecar.wait_log("configuration rejected")
        pages += [self.sidecar.get(each)[1] for each in ("/config", "/config/diff", "/ready")]
        self.assert_hidden(*pages, diff, self.run_evenkeel("check", "--config", self.config),
                           self.sidecar.output())

    def test_one_that_is_gone_is_rejected_and_the_old_one_runs_on(self):
        (self.folder / "token").unlink()
        error = self.sidecar.wait_log("configuration rejected")["error"]
        self.assertIn("evenkeel.yaml:6:37: ", error)
        self.assertIn("token\" cannot be read: No such file or directory", error)
        self.assertEqual("first-secret", self.arrived()["x-whole"])
        self.write_secret("second-secret")
        self.sidecar.wait_log("configuration applied")


if __name__ == "__main__":
    unittest.main()
