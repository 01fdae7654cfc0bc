"""Endpoints from a file: whoever can write a file can say where calls go.

EVENKEEL_E2E_FULL=1 adds 10,000 endpoints under the load of issue "Live".
"""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from harness import binaries
from harness.case import FULL, E2eTestCase
from harness.waiting import let_time_pass, wait_until

RATE, STREAMS, MANY = (2000, 100, 10_000) if FULL else (300, 10, 500)


class FileTestCase(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.file = self.folder / "endpoints.yaml"

    def write(self, addresses):
        self.write_text("endpoints:\n" + "".join(f"- {each}\n" for each in addresses))

    def write_text(self, text):
        new = self.folder / "new"
        new.write_text(text, encoding="utf-8")
        new.rename(self.file)

    def start_on_file(self, cluster=None, **options):
        config = {
            "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
            "clusters": {"test": {"endpoints": {"file": str(self.file)}, "policy": "round_robin",
                                  **(cluster or {})}},
            "admin": {"address": "127.0.0.1:0"},
        }
        return self.start_sidecar(config=config, **options)

    def addresses(self, sidecar):
        return {each["address"] for each in sidecar.clusters()["clusters"][0]["endpoints"]}


class FileEndpointsTest(FileTestCase):
    def test_calls_follow_the_file_and_none_fails(self):
        replicas = self.start_replicas(3)
        self.write([replicas[0].address])
        sidecar = self.start_on_file(workers=2)
        sidecar.wait_endpoints([replicas[0].address])
        load = self.start_load(sidecar, "--rate", RATE, "--duration", "4s")
        self.write([each.address for each in replicas])
        sidecar.wait_endpoints([each.address for each in replicas])
        let_time_pass(1)
        self.write([replicas[2].address])
        wait_until(lambda: self.addresses(sidecar) == {replicas[2].address}, "the shorter list")
        report = load.report()
        self.assertEqual(0, report["failed"], report)
        self.assertEqual({each.name for each in replicas}, set(report["replicas"]))

    def test_a_bad_file_changes_nothing_and_is_told_with_place_and_hint(self):
        replica = self.start_replica()
        self.write([replica.address])
        sidecar = self.start_on_file()
        sidecar.wait_endpoints([replica.address])
        self.write_text(f"endpoints:\n- {replica.address}\n- 127.0.0.1\n")
        line = sidecar.wait_log("endpoints not found, those known stay")
        self.assertIn("endpoints.yaml:3:3: endpoints[1]", line["reason"])
        self.assertIn("expected host:port", line["reason"])
        self.assertEqual({replica.address}, self.addresses(sidecar))
        self.assertEqual(0, self.start_load(sidecar, "--calls", 10).report()["failed"])

    def test_the_file_may_come_after_the_start(self):
        replica = self.start_replica()
        sidecar = self.start_on_file()
        wait_until(lambda: "No such file" in sidecar.get("/ready")[1], "/ready to say why not")
        self.write([replica.address])
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")


class CheckTest(FileTestCase):
    def check(self):
        config = self.folder / "evenkeel.yaml"
        config.write_text(json.dumps({
            "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
            "clusters": {"test": {"endpoints": {"file": "endpoints.yaml"}}}}), encoding="utf-8")
        return subprocess.run([binaries.SIDECAR, "check", "--config", config], text=True,
                              capture_output=True, check=False)

    def test_check_reads_the_files_too(self):
        self.assertEqual(0, self.check().returncode, "the file may come later")
        self.write_text("endpoints: [127.0.0.1]\n")
        checked = self.check()
        self.assertEqual(2, checked.returncode)
        self.assertIn("endpoints.yaml:1:13: endpoints[0]: ", checked.stderr)


class ManyEndpointsTest(FileTestCase):
    """One replica answers at every address of 127.0.0.0/8, so there are as many as one likes."""

    def start_rate(self, sidecar, duration):
        return self.start_load(sidecar, "--rate", RATE, "--duration", duration, "--connections", 4)

    def p99_milliseconds(self, load):
        report = load.report()
        self.assertEqual(0, report["failed"], report)
        return report["latency_ms"]["p99"]

    def apply_many(self, first, port):
        """Adds MANY endpoints at `port` under load; returns the sidecar once that is told."""
        self.write(first)
        # One worker: with two there would be more connections than descriptors on many machines.
        sidecar = self.start_on_file({"health_check": "off", "outlier_detection": "off"})
        sidecar.wait_endpoints(first)
        before = self.p99_milliseconds(self.start_rate(sidecar, "3s"))
        load = self.start_rate(sidecar, "1s")
        start = time.monotonic()
        self.write(first + [f"127.{1 + number // 250}.{number % 250}.1:{port}"
                            for number in range(MANY)])
        sidecar.wait_line(lambda line: f'"endpoints":{MANY + 3}' in line, "the log to tell of them")
        applied = time.monotonic() - start
        during = self.p99_milliseconds(load)
        print(f"{MANY} endpoints applied after {applied:.2f} s; p99 {before:.2f} ms before, "
              f"{during:.2f} ms in that second")
        self.assertLess(applied, 10, "ten times what is shown on an idle machine")
        return sidecar

    def test_many_endpoints_that_answer_are_applied_within_a_second(self):
        port = self.start_replica(listen="0.0.0.0:0", name="everywhere").address.split(":")[1]
        sidecar = self.apply_many([f"127.0.0.{number}:{port}" for number in range(1, 4)], port)
        wait_until(lambda: self.connected(sidecar) == MANY + 3, "all to be connected", 120, 0.5)
        self.assertEqual(0, self.start_load(sidecar, "--calls", 2 * MANY).report()["failed"])

    def test_many_endpoints_that_refuse_cost_the_sidecar_no_more(self):
        """Nobody serves at them, so all that is to be seen is the sidecar's own work."""
        first = [each.address for each in self.start_replicas(3)]
        with socket.socket() as bound:  # and not listening
            bound.bind(("0.0.0.0", 0))
            sidecar = self.apply_many(first, bound.getsockname()[1])
        self.assertEqual(0, self.start_load(sidecar, "--calls", 1000).report()["failed"])

    def connected(self, sidecar):
        endpoints = sidecar.clusters()["clusters"][0]["endpoints"]
        return sum(each["state"] == "ready" for each in endpoints)


if __name__ == "__main__":
    unittest.main()
