"""A memory cgroup for the sidecar, of version 2 or 1, and what is charged to it."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import time

MIB = 2**20
LIMIT = 64 * MIB


class Version1:
    MOUNT = pathlib.Path("/sys/fs/cgroup/memory")

    def __init__(self):
        self.folder = self.MOUNT / f"evenkeel-bench-{os.getpid()}"
        self.folder.mkdir()
        self.write("memory.limit_in_bytes", LIMIT)
        self.write("memory.kmem.tcp.limit_in_bytes", 2**40)  # from now on sockets are counted
        self.shown = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-cgroup-"))
        (self.shown / "memory.max").write_text(f"{LIMIT}\n")
        self.files = [os.open(self.shown / name, os.O_CREAT | os.O_WRONLY)
                      for name in ("memory.current", "memory.stat")]
        self.look()

    def write(self, name, value):
        (self.folder / name).write_text(str(value))

    def read(self, name):
        return int((self.folder / name).read_text())

    def look(self):
        """(what is charged, what of it are sockets), and shows it to the sidecar."""
        stat = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        sockets = self.read("memory.kmem.tcp.usage_in_bytes")
        charged = self.read("memory.usage_in_bytes") + sockets
        os.pwrite(self.files[0], b"%-20d\n" % charged, 0)
        os.pwrite(self.files[1], b"inactive_file %-20d\n" % int(stat["total_inactive_file"]), 0)
        return charged - int(stat["total_cache"]), sockets

    def killed(self):
        return "oom_kill 0" not in (self.folder / "memory.oom_control").read_text()

    def wrapper(self):
        return ["unshare", "--mount", "sh", "-c",
                'echo $$ >"$0"/cgroup.procs && mount --bind "$1" /sys/fs/cgroup && shift && exec "$@"',
                str(self.folder), str(self.shown)]

    def close(self):
        for each in self.files:
            os.close(each)
        shutil.rmtree(self.shown)
        remove(self.folder)


class Version2:
    MOUNT = pathlib.Path("/sys/fs/cgroup")

    def __init__(self):
        self.folder = self.MOUNT / f"evenkeel-bench-{os.getpid()}"
        self.folder.mkdir()
        (self.folder / "memory.max").write_text(str(LIMIT))
        with contextlib.suppress(OSError):
            (self.folder / "memory.swap.max").write_text("0")

    def look(self):
        stat = dict(line.split() for line in (self.folder / "memory.stat").read_text().splitlines())
        charged = int((self.folder / "memory.current").read_text())
        return charged - int(stat["file"]), int(stat["sock"])

    def killed(self):
        return "oom_kill 0" not in (self.folder / "memory.events").read_text()

    def wrapper(self):
        return ["sh", "-c", 'echo $$ >"$0"/cgroup.procs && exec "$@"', str(self.folder)]

    def close(self):
        remove(self.folder)


def remove(folder):
    for _ in range(100):
        try:
            return folder.rmdir()
        except OSError:
            time.sleep(0.05)


def make_cgroup():
    version = Version2 if (Version2.MOUNT / "cgroup.controllers").exists() else Version1
    try:
        return version()
    except OSError as error:
        sys.exit(f"bench/memory: SKIPPED: cannot make a memory cgroup: {error}")


class Watch(threading.Thread):
    """Looks at the cgroup every few milliseconds."""

    def __init__(self, cgroup):
        super().__init__(daemon=True)
        self.cgroup, self.peak, self.peak_sockets, self.going = cgroup, 0, 0, True
        self.start()

    def run(self):
        while self.going:
            charged, sockets = self.cgroup.look()
            self.peak, self.peak_sockets = max(self.peak, charged), max(self.peak_sockets, sockets)
            time.sleep(0.002)

    def stop(self):
        self.going = False
        self.join()
