"""Who may see the pages of the admin port: tokens, open pages, hosts and origins."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from harness import binaries
from harness.case import E2eTestCase
from harness.waiting import BOUND, wait_until

OLD = "0123456789abcdef-old"
NEW = "0123456789abcdef-new"


class AdminAccessTest(E2eTestCase):
    def setUp(self):
        if shutil.which("curl") is None:
            print("SKIPPED: no curl", file=sys.stderr)
            self.skipTest("curl is not installed")
        folder = tempfile.TemporaryDirectory(prefix="evenkeel-e2e-")
        self.addCleanup(folder.cleanup)
        self.tokens = os.path.join(folder.name, "tokens")
        self.write_tokens(OLD)

    def write_tokens(self, *tokens):
        with open(self.tokens + ".new", "w", encoding="utf-8") as file:
            file.write("\n".join(tokens) + "\n")
        os.replace(self.tokens + ".new", self.tokens)

    def start(self, **more):
        admin = {"address": "127.0.0.1:0", "token_file": self.tokens, **more}
        return self.start_sidecar(self.start_endpoint(), admin=admin)

    def status(self, sidecar, path, *fields, method="GET"):
        """What curl gets."""
        command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-X", method]
        for each in fields:
            command += ["-H", each]
        result = subprocess.run([*command, f"http://{sidecar.admin}{path}"], capture_output=True,
                                text=True, timeout=BOUND, check=True)
        return int(result.stdout)

    def ready(self, sidecar, *arguments):
        return subprocess.run([binaries.SIDECAR, "ready", "--admin", sidecar.admin, *arguments],
                              capture_output=True, text=True, timeout=BOUND, check=False)

    def test_only_open_pages_need_no_token(self):
        sidecar = self.start()
        wait_until(lambda: self.status(sidecar, "/ready") == 200, "/ready without a token")
        self.assertEqual(200, self.status(sidecar, "/live"))
        self.assertEqual(0, self.ready(sidecar).returncode)
        for path in ("/pages", "/stream", "/metrics", "/clusters", "/config", "/config/diff",
                     "/nowhere"):
            self.assertEqual(401, self.status(sidecar, path), path)
        self.assertEqual(200, self.status(sidecar, "/"), "a page that asks for the token")
        self.assertEqual(401, self.status(sidecar, "/reload", method="POST"))
        bearer = f"Authorization: Bearer {OLD}"
        for path in ("/", "/pages", "/metrics", "/clusters", "/config", "/config/diff"):
            self.assertEqual(200, self.status(sidecar, path, bearer), path)
        self.assertEqual(200, self.status(sidecar, "/reload", bearer, method="POST"))
        self.assertEqual(401, self.status(sidecar, "/config", f"Authorization: Bearer {NEW}"))
        self.assertEqual(401, self.status(sidecar, "/config", f"Authorization: Basic {OLD}"))
        for text in (sidecar.output(), self.page(sidecar, "/config")):
            self.assertNotIn(OLD, text)

    def page(self, sidecar, path):
        return subprocess.run(
            ["curl", "-s", "-H", f"Authorization: Bearer {OLD}", f"http://{sidecar.admin}{path}"],
            capture_output=True, text=True, timeout=BOUND, check=True).stdout

    def test_which_pages_are_open_is_configured(self):
        sidecar = self.start(open=["/metrics"])
        self.assertEqual(200, self.status(sidecar, "/metrics"))
        self.assertEqual(401, self.status(sidecar, "/ready"))
        refused = self.ready(sidecar)
        self.assertEqual(1, refused.returncode)
        self.assertIn("status 401: this page needs a token", refused.stderr)
        wait_until(lambda: self.ready(sidecar, "--token-file", self.tokens).returncode == 0,
                   "evenkeel ready with its token")

    def test_tokens_change_with_their_file(self):
        sidecar = self.start()
        old, new = (f"Authorization: Bearer {each}" for each in (OLD, NEW))
        self.write_tokens(OLD, NEW)
        wait_until(lambda: self.status(sidecar, "/config", new) == 200, "both tokens to count")
        self.assertEqual(200, self.status(sidecar, "/config", old))
        self.write_tokens(NEW)
        wait_until(lambda: self.status(sidecar, "/config", old) == 401, "the old token to go")
        self.write_tokens("short")
        entry = sidecar.wait_log("admin tokens rejected: the old ones stay")
        self.assertIn("less than 16 characters", entry["reason"])
        self.assertEqual(200, self.status(sidecar, "/config", new))

    def test_another_sites_page_gets_nothing_with_or_without_a_token(self):
        bearer = f"Authorization: Bearer {OLD}"
        for sidecar, fields in ((self.start(), [bearer]),
                                (self.start_sidecar(self.start_endpoint()), [])):
            for refused in ("Origin: http://evil.example", "Host: evil.example", "Origin: null"):
                self.assertEqual(403, self.status(sidecar, "/reload", *fields, refused,
                                                  method="POST"), refused)
                self.assertEqual(403, self.status(sidecar, "/live", *fields, refused), refused)
            same = f"Origin: http://{sidecar.admin}"
            self.assertEqual(200, self.status(sidecar, "/reload", *fields, same, method="POST"))

    def test_a_bad_token_file_keeps_it_from_starting(self):
        self.write_tokens("short")
        with self.assertRaisesRegex(AssertionError, "less than 16 characters"):
            self.start()


if __name__ == "__main__":
    unittest.main()
