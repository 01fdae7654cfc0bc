"""Descriptors run out: endpoints, the admin port and clients that are connected go on.

Prints what the main thread used of a processor. EVENKEEL_E2E_FULL=1 holds it against 2 %; otherwise,
for a sanitizer's build, the bound is loose: a thread that spins uses all of one.
"""

import os
import resource
import time
import unittest

from harness import binaries
from harness.case import FULL, E2eTestCase, configuration
from harness.raw_client import RawClient, connect_socket
from harness.replica import Replica
from harness.sidecar import Sidecar
from harness.waiting import wait_until

LIMIT = 256
MOST_CPU = 0.02 if FULL else 0.2  # of a processor
SECONDS = 3
WITH_LIMIT = ("sh", "-c", f'ulimit -n {LIMIT}; exec "$0" "$@"', binaries.SIDECAR)


class DescriptorsTest(E2eTestCase):
    def setUp(self):
        self.replica = Replica()
        self.addCleanup(lambda: self.replica.close())
        config = configuration([self.replica.address],
                               cluster={"connection": {"max_backoff": "500ms"}})
        self.sidecar = Sidecar(config, "--workers", "1", program=WITH_LIMIT)
        self.addCleanup(self._stop_sidecar, self.sidecar)
        self.sidecar.wait_endpoints([self.replica.address])
        self.client = RawClient(self.sidecar.address)
        self.addCleanup(self.client.close)
        # A sanitizer needs a pipe for an object of a class that it has not met before.
        self.assertEqual(0, self.call())

    def call(self, bound=10):
        call = self.client.call(b"\x0a\x06user-1", "/user.v1.UserService/GetUser", timeout="5S")
        return call.wait_status(bound)

    def connect_idle(self, count):
        for _ in range(count):
            self.addCleanup(connect_socket(self.sidecar.address).close)

    def open_descriptors(self):
        return len(os.listdir(f"/proc/{self.sidecar.pid}/fd"))

    def main_thread_uses(self, seconds=SECONDS):
        """Parts of a processor."""

        def used():
            path = f"/proc/{self.sidecar.pid}/task/{self.sidecar.pid}/stat"
            with open(path, encoding="ascii") as file:
                fields = file.read().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before = used()
        time.sleep(seconds)
        return (used() - before) / seconds

    def assert_main_rests(self, when):
        cpu = self.main_thread_uses()
        print(f"\n{when}: the main thread uses {cpu:.1%} of a processor", flush=True)
        self.assertLess(cpu, MOST_CPU)

    def test_idle_clients_leave_some_for_endpoints_and_the_admin_port(self):
        self.connect_idle(LIMIT + 50)
        self.sidecar.wait_log("accepting connections paused")
        self.assert_main_rests(f"{LIMIT} descriptors and more clients")
        self.replica.kill()
        self.replica.close()
        self.sidecar.wait_log("endpoint down")
        self.replica = Replica(listen=self.replica.address)
        wait_until(lambda: self.call() == 0, "the endpoint to be reached again")
        status, page = self.sidecar.get("/metrics")
        self.assertEqual(200, status)
        self.assertIn("process_open_fds", page)
        self.assertEqual(0, self.call())

    def test_with_none_left_the_admin_port_waits_and_main_rests(self):
        limits = resource.prlimit(self.sidecar.pid, resource.RLIMIT_NOFILE)
        # Not of its own making, so no reserve helps.
        resource.prlimit(self.sidecar.pid, resource.RLIMIT_NOFILE,
                         (self.open_descriptors(), limits[1]))
        scrape = connect_socket(self.sidecar.admin)
        self.addCleanup(scrape.close)
        scrape.sendall(b"GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
        lines = len(self.sidecar.lines)
        self.assert_main_rests("no descriptor left and a scrape that waits")
        self.assertLess(len(self.sidecar.lines) - lines, 10 * (SECONDS + 1))
        self.assertEqual(0, self.call())
        resource.prlimit(self.sidecar.pid, resource.RLIMIT_NOFILE, limits)
        scrape.settimeout(10)
        self.assertIn(b"200 OK", scrape.recv(4096))


if __name__ == "__main__":
    unittest.main()
