"""gRPC's interop case empty_stream and connectrpc's conformance suite, against grpc-go servers behind
a sidecar: what goes well without it goes well with it.

EVENKEEL_EXTRA_RUNS: how often the suite runs with each configuration (5).
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

import fetched

sys.path.insert(0, str(fetched.ROOT / "tests/e2e"))
from harness.case import E2eTestCase  # pylint: disable=wrong-import-position
from harness.process import Process  # pylint: disable=wrong-import-position

FOLDER = pathlib.Path(__file__).parent
GRPC = "google.golang.org/grpc"
TIMES = 1000
RUNS = int(os.environ.get("EVENKEEL_EXTRA_RUNS", "5"))
CONFORMANCE = "connectrpc.com/conformance/cmd/{}@latest"
FEATURES = {"features": {"versions": ["HTTP_VERSION_2"], "protocols": ["PROTOCOL_GRPC"],
                         "codecs": ["CODEC_PROTO"], "supportsTls": False}}
RETRY = {"retry": {"attempts": 3, "codes": ["UNAVAILABLE"]}}
FAILED = re.compile(r"^FAILED: (\S.*):$", re.MULTILINE)
TOTAL = re.compile(r"^Total cases: (\d+)$", re.MULTILINE)


class EmptyStreamTest(E2eTestCase):
    def assert_it_goes_well(self, version):
        program = fetched.go_program(FOLDER / "callers/interop.go", f"{GRPC}@{version}")
        server = Process([program, "serve"])
        self.addCleanup(server.close)
        endpoint = server.wait_line(str.strip, "its address")
        sidecar = self.start_sidecar(endpoint)
        sidecar.wait_endpoints([endpoint])
        result = subprocess.run([program, "call", sidecar.address, str(TIMES)],
                                capture_output=True, text=True, timeout=300, check=False)
        print(f"empty_stream, grpc-go {version}: {result.stdout.strip()} of {TIMES}", flush=True)
        self.assertEqual((str(TIMES), ""), (result.stdout.strip(), result.stderr))

    def test_against_one_that_hangs_on_headers_that_end_the_stream(self):
        self.assert_it_goes_well("v1.75.0")

    def test_against_the_newest(self):
        self.assert_it_goes_well("latest")


class SuiteTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.runner, cls.server = (fetched.go_install(CONFORMANCE.format(each))
                                  for each in ("connectconformance", "grpcserver"))
        cls.features = fetched.kept("conformance") / "features.json"
        cls.features.write_text(json.dumps(FEATURES), encoding="utf-8")
        cls.direct = cls.failures("directly", cls.server)

    @classmethod
    def failures(cls, what, *command):
        """The cases that failed, with what was said of them."""
        result = subprocess.run(
            [cls.runner, "--mode", "server", "--conf", cls.features, "--trace", "--", *command],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False)
        total = TOTAL.search(result.stdout)
        if not total:
            raise AssertionError(result.stdout[-3000:])
        (cls.features.parent / f"{what}.txt").write_text(result.stdout, encoding="utf-8")
        failed = set(FAILED.findall(result.stdout))
        print(f"conformance {what}: {len(failed)} of {total[1]} failed", flush=True)
        return failed

    def assert_no_worse(self, what, route, endpoints):
        for run in range(RUNS):
            with self.subTest(run):
                failed = self.failures(
                    f"{what}, run {run + 1}", "/usr/bin/python3", FOLDER / "conformance_server.py",
                    json.dumps(route), str(endpoints), self.server)
                self.assertEqual(set(), failed - self.direct)

    def test_one_endpoint(self):
        self.assert_no_worse("one endpoint", {}, 1)

    def test_two_endpoints(self):
        self.assert_no_worse("two endpoints", {}, 2)

    def test_retry(self):
        self.assert_no_worse("retry", RETRY, 2)


if __name__ == "__main__":
    unittest.main()
