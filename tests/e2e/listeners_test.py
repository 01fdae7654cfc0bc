"""A listener gets another address, wider, narrower or only spelled otherwise, by reload and by
take-over, and no client of an address that it keeps is refused."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import tempfile
import unittest

from harness.case import FULL, E2eTestCase, configuration
from harness.raw_client import connect_socket
from harness.reconnecting import Reconnecting
from harness.waiting import let_time_pass, wait_until

CLIENTS = 20 if FULL else 5
PAUSE = 1 if FULL else 0.3


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def listens(host, port):
    with contextlib.suppress(OSError), connect_socket(f"{host}:{port}"):
        return True
    return False


class AddressTest(E2eTestCase):
    def setUp(self):
        self.port = free_port()
        self.replica = self.start_replica()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def config(self, host):
        return configuration([self.replica.address],
                             listener={"address": f"{host}:{self.port}"})

    # Each of them serves 127.0.0.1, and the next stands in the way of the one before.
    HOSTS = ("0.0.0.0", "127.0.0.1", "localhost", "0.0.0.0", "localhost", "127.0.0.1")

    def hosts(self):
        """localhost is ::1 on some machines."""
        first = socket.getaddrinfo("localhost", self.port, type=socket.SOCK_STREAM)[0][4][0]
        return [each for each in self.HOSTS if first == "127.0.0.1" or each != "localhost"]

    def check_all(self, change):
        """`change(host)` makes it listen there; meanwhile no client at 127.0.0.1 is refused."""
        reconnecting = Reconnecting(f"127.0.0.1:{self.port}", CLIENTS)
        self.addCleanup(reconnecting.stop)
        for host in 2 * self.hosts():
            change(host)
            let_time_pass(PAUSE)
            wait_until(lambda wide=host == "0.0.0.0": listens("127.0.0.2", self.port) == wide,
                       f"127.0.0.2 to be served by {host} only if it covers it")
        reconnecting.stop()
        print(f"{reconnecting.calls} connections, failed {len(reconnecting.failures)}")
        self.assertEqual([], reconnecting.failures[:5])
        self.assertGreater(reconnecting.calls, 10 * CLIENTS)

    def test_a_reload_changes_it(self):
        sidecar = self.start_sidecar(config=self.config("127.0.0.1"), workers=2)
        reloads = 0

        def reload(host):
            nonlocal reloads
            reloads += 1
            write(sidecar, self.config(host))
            sidecar.signal(signal.SIGHUP)
            sidecar.wait_metric("evenkeel_config_generation", lambda value: value > reloads)

        self.check_all(reload)

    def test_a_take_over_changes_it(self):
        sidecars = []

        def take_over(host):
            sidecars.append(self.start_sidecar(
                config=self.config(host), workers=2, arguments=(
                    "--takeover", "--takeover-socket", str(self.folder / "takeover.sock"))))
            if len(sidecars) > 1:
                wait_until(lambda: not sidecars[-2].is_running(), "the predecessor's end")

        take_over("127.0.0.1")
        self.check_all(take_over)

    def test_what_another_process_has_is_refused(self):
        sidecar = self.start_sidecar(config=self.config("127.0.0.1"))
        with socket.create_server(("127.0.0.1", free_port()), reuse_port=True) as other:
            self.port = other.getsockname()[1]
            write(sidecar, self.config("0.0.0.0"))
            sidecar.signal(signal.SIGHUP)
            line = sidecar.wait_log("configuration rejected")
        self.assertIn("Address already in use", str(line))


class FileModeTest(E2eTestCase):
    def test_a_unix_listener_has_the_mode_it_is_given(self):
        with tempfile.TemporaryDirectory(prefix="evenkeel-e2e-") as folder:
            path, admin = os.path.join(folder, "users.sock"), os.path.join(folder, "admin.sock")
            config = configuration([self.start_replica().address], admin={
                "address": f"unix:{admin}", "mode": "0640"})
            config["listeners"][0] = {"address": f"unix:{path}", "mode": 606, "cluster": "test"}
            sidecar = self.start_sidecar(config=config)
            self.assertEqual((0o606, 0o640), (mode(path), mode(admin)))
            config["listeners"][0]["mode"] = "660"
            write(sidecar, config)
            sidecar.signal(signal.SIGHUP)
            wait_until(lambda: mode(path) == 0o660, "the other mode")
            self.assertEqual(0, self.start_load(sidecar, "--calls", 5).report()["failed"])


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def write(sidecar, config):
    pathlib.Path(sidecar.config_path).write_text(json.dumps(config), encoding="utf-8")


if __name__ == "__main__":
    unittest.main()
