"""What a container asks of its process: the manners of process 1, any user, nothing to write to,
limits from the cgroup. The tests make namespaces, so they need root; elsewhere they are skipped.
"""

import glob
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from hyperframe.frame import SettingsFrame

from harness import binaries
from harness.case import E2eTestCase, configuration
from harness.raw_client import connect_socket
from harness.raw_connection import PREFACE
from harness.sidecar import Sidecar
from harness.waiting import wait_until

NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
USER = 12345  # who has no entry in passwd
AS_NOBODY = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--inh-caps=-all",
             "--bounding-set=-all", "--no-new-privs"]
# Each mount on its own, for that of / does not speak for those below it. $0 is to be unwritable.
READ_ONLY = """
mount --bind / /
for each in $(findmnt --raw --noheadings --output TARGET); do
  mount -o remount,bind,ro "$each"
done 2>/dev/null
if touch "$0" 2>/dev/null; then echo "$0 is still writable"; exit 99; fi
exec "$@" 2>/dev/null
"""
CGROUP = """mount --bind "$0" /sys/fs/cgroup && exec "$@" """


def why_not():
    """Why this machine cannot do it; empty: it can."""
    try:
        subprocess.run([*NAMESPACES, *AS_NOBODY, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        return f"cannot make namespaces: {getattr(error, 'stderr', b'').decode() or error}"
    return ""


WHY_NOT = why_not()


class Contained(Sidecar):
    """A sidecar that is process 1 of its namespace: it gets the signals, not what started it."""

    @property
    def inner_pid(self):
        path = f"/proc/{self.pid}/task/{self.pid}/children"
        return int(pathlib.Path(path).read_text(encoding="ascii").split()[0])

    def signal(self, number):
        if self.is_running():
            os.kill(self.inner_pid, number)

    def status(self, key):
        """The fields of a line of /proc/PID/status."""
        lines = pathlib.Path(f"/proc/{self.inner_pid}/status").read_text(encoding="ascii")
        return next(line.split()[1:] for line in lines.splitlines() if line.startswith(key + ":"))

    def children(self):
        """Every process whose parent it is, with its state."""
        states = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                stat = pathlib.Path(path).read_text(encoding="ascii", errors="replace")
            except OSError:
                continue  # it has ended meanwhile
            state, parent = stat.rpartition(")")[2].split()[:2]
            if int(parent) == self.inner_pid:
                states[path] = state
        return states


@unittest.skipIf(WHY_NOT, WHY_NOT)
class ContainerTestCase(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        # Where the user without a name may go, too.
        self.folder.chmod(0o755)
        self.program = shutil.copy(binaries.SIDECAR, self.folder)
        self.endpoint = self.start_endpoint()

    def start_contained(self, *wrapper, **options):
        config = configuration([self.endpoint.address], cluster={"health_check": "off"}, **options)
        sidecar = Contained(config, program=(*NAMESPACES, *wrapper, self.program))
        self.addCleanup(self._stop_sidecar, sidecar)
        return sidecar

    def call(self, client):
        call = client.call()
        self.endpoint.next_stream().respond()
        self.assertEqual(0, call.wait_status())


class ProcessOneTest(ContainerTestCase):
    def setUp(self):
        super().setUp()
        self.sidecar = self.start_contained()
        self.assertEqual("1", self.sidecar.status("NSpid")[-1])

    def test_sigterm_drains(self):
        client = self.connect(self.sidecar)
        call = client.open()
        arrived = self.endpoint.next_stream()
        self.sidecar.terminate()
        client.wait_goaway(2)
        arrived.respond()
        self.assertEqual(0, call.wait_status())
        self.assertEqual(0, self.sidecar.wait_exit())

    def test_sigint_drains_and_a_second_one_ends_at_once(self):
        client = self.connect(self.sidecar)
        client.open()
        self.endpoint.next_stream()
        self.sidecar.signal(signal.SIGINT)
        client.wait_goaway(1)
        self.sidecar.signal(signal.SIGINT)
        self.assertEqual(0, self.sidecar.wait_exit())

    def test_sighup_reloads(self):
        self.sidecar.signal(signal.SIGHUP)
        self.sidecar.wait_log("configuration unchanged")
        self.call(self.connect(self.sidecar))

    def test_processes_that_it_inherits_are_reaped(self):
        """As a shell's that somebody runs in the container and leaves."""
        inside = ["nsenter", f"--target={self.sidecar.inner_pid}", "--pid", "--mount"]
        subprocess.run([*inside, "sh", "-c", "sleep 0.3 & sleep 0.2 &"], check=True)
        self.assertNotEqual({}, self.sidecar.children())
        wait_until(lambda: not self.sidecar.children(), "its children to be gone, zombies too")
        self.call(self.connect(self.sidecar))


class StrangerTest(ContainerTestCase):
    def test_any_user_on_a_read_only_root_with_its_log_on_standard_output(self):
        sidecar = self.start_contained("sh", "-c", READ_ONLY, self.folder / "probe", *AS_NOBODY)
        self.assertEqual([str(USER)] * 4, sidecar.status("Uid"))
        self.assertEqual(["0" * 16], sidecar.status("CapEff"))
        self.call(self.connect(sidecar))
        sidecar.signal(signal.SIGHUP)
        sidecar.wait_log("configuration unchanged")
        sidecar.terminate()
        self.assertEqual(0, sidecar.wait_exit())


class CgroupTest(ContainerTestCase):
    def start_in(self, **limits):
        cgroup = self.folder / "cgroup"
        cgroup.mkdir()
        for name, text in limits.items():
            (cgroup / name.replace("_", ".")).write_text(text + "\n", encoding="ascii")
        return self.start_contained("sh", "-c", CGROUP, cgroup)

    def test_as_many_workers_as_the_quota_has_processors(self):
        sidecar = self.start_in(cpu_max="50000 100000")
        self.assertEqual(1, sidecar.wait_log("listening")["workers"])
        self.call(self.connect(sidecar))

    def test_without_a_quota_as_many_as_the_machine_has(self):
        sidecar = self.start_in(cpu_max="max 100000")
        self.assertEqual(len(os.sched_getaffinity(0)), sidecar.wait_log("listening")["workers"])

    def test_near_the_limit_of_memory_it_takes_calls_and_no_connections(self):
        limit = 2**33
        sidecar = self.start_in(memory_max=str(limit), memory_current="0")
        connection = self.connect(sidecar)
        self.call(connection)
        charged = self.folder / "cgroup/memory.current"
        charged.write_text(f"{limit * 85 // 100}\n", encoding="ascii")
        wait_until(lambda: not self.is_accepted(sidecar), "new connections to wait")
        self.assertEqual("memory is near memory_limit",
                         sidecar.wait_log("accepting connections paused")["reason"])
        self.call(connection)
        charged.write_text("0\n", encoding="ascii")
        self.call(self.connect(sidecar))

    def is_accepted(self, sidecar):
        """Whether a new connection is greeted in half a second."""
        with connect_socket(sidecar.address) as sock:
            sock.sendall(PREFACE + SettingsFrame().serialize())
            sock.settimeout(0.5)
            try:
                return bool(sock.recv(1))
            except TimeoutError:
                return False

    def test_it_refuses_calls_before_the_limit_of_memory_is_reached(self):
        limit = 2**33
        sidecar = self.start_in(memory_max=str(limit), memory_current="0")
        connection = self.connect(sidecar)
        self.call(connection)
        charged = self.folder / "cgroup/memory.current"
        charged.write_text(f"{limit}\n", encoding="ascii")
        refused = sidecar.wait_log("memory_limit is reached: refusing new calls")
        self.assertEqual(limit // 10 * 9, refused["memory_limit"])
        self.assertEqual(8, connection.call().wait_status())
        late = self.connect(sidecar)  # is accepted once there is memory again
        charged.write_text("0\n", encoding="ascii")
        self.call(late)


if __name__ == "__main__":
    unittest.main()
