"""Clients of today that cancel much by the rules: no call of theirs fails but those given up, no
connection is ended for abuse, and no endpoint is ejected for what they gave up. callers/ has one program for each of grpc-go, grpc-js, grpcio and
grpc-java; caller.go says what they do.

EVENKEEL_EXTRA_CALLS: calls of each pattern (10,000).
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import fetched

sys.path.insert(0, str(fetched.ROOT / "tests/e2e"))
from harness.case import E2eTestCase  # pylint: disable=wrong-import-position

CALLERS = pathlib.Path(__file__).with_name("callers")
CALLS = int(os.environ.get("EVENKEEL_EXTRA_CALLS", "10000"))
AT_ONCE = 20
# How many must have been given up, at least: else the pattern was none.
PATTERNS = {"hedge3": 0, "hedge4": 0, "first": 0, "cancel": 0.6, "deadline": 0.5, "large": 0.9}
LIMIT = 600  # seconds, for one pattern


class CallersTest(E2eTestCase):
    def setUp(self):
        # Slow enough for hedges to leave; all else is the default.
        self.replicas = self.start_replicas(3, "--latency", "15ms", "--latency-jitter", "15ms")
        addresses = [each.address for each in self.replicas]
        self.sidecar = self.start_sidecar(config={
            "listeners": [{"address": "127.0.0.1:0", "cluster": "users"}],
            "clusters": {"users": {"endpoints": addresses}},
            "admin": {"address": "127.0.0.1:0"}})
        self.sidecar.wait_endpoints(addresses)

    def assert_served(self, *command):
        for pattern, given_up in PATTERNS.items():
            with self.subTest(pattern):
                ends = self.ends(command, pattern)
                print(f"{self.id().split('_')[-1]}, {pattern}: {ends}; protocol errors: "
                      f"{self.sidecar.metric('evenkeel_protocol_errors_total'):.0f}", flush=True)
                self.assertLessEqual(set(ends), {"good", "given up"})
                self.assertEqual(CALLS, sum(ends.values()))
                self.assertGreaterEqual(ends.get("given up", 0), given_up * CALLS)
                self.assertEqual(0, self.sidecar.metric("evenkeel_protocol_errors_total"))
        self.assertNotIn("client connection ended", self.sidecar.output())
        self.assertEqual(0, self.sidecar.metric(
            "evenkeel_lb_outlier_detection_ejections_enforced_total"))

    def ends(self, command, pattern):
        result = subprocess.run(
            [*command, self.sidecar.address, pattern, str(CALLS), str(AT_ONCE)],
            capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(0, result.returncode, result.stderr)
        return json.loads(result.stdout)

    def test_grpc_go(self):
        self.assert_served(
            fetched.go_program(CALLERS / "caller.go", "google.golang.org/grpc@latest"))

    def test_grpc_js(self):
        folder = fetched.kept("grpc-js")
        fetched.node_packages(folder, "@grpc/grpc-js@latest")
        (folder / "caller.js").write_bytes((CALLERS / "caller.js").read_bytes())
        self.assert_served("node", folder / "caller.js")

    def test_grpcio(self):
        python = fetched.python_packages(fetched.kept("grpcio"), "grpcio")
        self.assert_served(python, CALLERS / "caller.py")

    def test_grpc_java(self):
        self.assert_served(*fetched.java_class(
            CALLERS / "Caller.java", "io.grpc:grpc-netty-shaded:LATEST",
            "io.grpc:grpc-stub:LATEST"))


if __name__ == "__main__":
    unittest.main()
