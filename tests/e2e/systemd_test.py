"""What systemd hands a service and hears from it, with this test in its place."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from harness import binaries
from harness.case import E2eTestCase, configuration
from harness.load import Load
from harness.waiting import BOUND, wait_until


class SystemdTest(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(self.folder / "notify"))
        self.notify.settimeout(BOUND)
        self.addCleanup(self.notify.close)

    def start(self, config, listening):
        """The sidecar as a service whose socket, number 3, is `listening`."""
        path = self.folder / "evenkeel.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        script = (f"exec 3<&{listening.fileno()}; export LISTEN_PID=$$ LISTEN_FDS=1; "
                  f"exec {binaries.SIDECAR} run --config {path} --workers 2")
        process = subprocess.Popen(
            ["/bin/bash", "-c", script], pass_fds=[listening.fileno()], stdout=subprocess.DEVNULL,
            env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify"),
                 "WATCHDOG_USEC": "400000"})
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def wait_notice(self, text):
        """Waits for a notice that begins so; those before it may be signs of life only."""
        while True:
            notice = self.notify.recv(1000).decode()
            if notice.startswith(text):
                return
            self.assertEqual("WATCHDOG=1", notice)

    def test_a_service_with_a_socket_of_its_manager(self):
        replica = self.start_replica()
        with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
            address = "127.0.0.1:%d" % listening.getsockname()[1]
            service = self.start(configuration([replica.address],
                                               listener={"address": address}), listening)
            self.wait_notice("READY=1")
            self.wait_notice("WATCHDOG=1")
            load = Load(address, "--calls", "100", "--connections", "10")
            self.addCleanup(load.close)
            self.assertEqual(0, load.report()["failed"])
            service.terminate()
            self.wait_notice("STOPPING=1")
            self.assertEqual(0, service.wait(BOUND))
            waiting = socket.create_connection(listening.getsockname(), timeout=BOUND)
            self.addCleanup(waiting.close)  # queued, not refused: the manager holds the socket

    def test_a_reload_while_it_waits_to_take_over_makes_it_no_sooner_ready(self):
        offer = str(self.folder / "takeover.sock")
        self.start_sidecar(self.start_replica(), arguments=("--takeover-socket", offer))
        path = self.folder / "evenkeel.yaml"
        path.write_text(json.dumps(configuration(["127.0.0.1:1"])), encoding="utf-8")
        successor = subprocess.Popen(
            [binaries.SIDECAR, "run", "--config", path, "--takeover", "--takeover-socket", offer],
            stdout=subprocess.PIPE, text=True,
            env={**os.environ, "NOTIFY_SOCKET": str(self.folder / "notify")})
        self.addCleanup(successor.stdout.close)
        self.addCleanup(successor.wait)
        self.addCleanup(successor.kill)
        wait_until(lambda: self.holds_signals(successor), "the successor to hold its signals")
        successor.send_signal(signal.SIGHUP)
        while "configuration unchanged" not in (line := successor.stdout.readline()):
            self.assertTrue(line, "the successor has ended")
        successor.terminate()
        self.assertIn("STOPPING=1", self.notify.recv(1000).decode(), "the first it says")

    def holds_signals(self, process):
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        blocked = next(line for line in status.splitlines() if line.startswith("SigBlk:"))
        return int(blocked.split()[1], 16) >> (signal.SIGHUP - 1) & 1


if __name__ == "__main__":
    unittest.main()
