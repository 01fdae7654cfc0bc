#!/usr/bin/env python3
"""What a container of 64 MiB survives: the sidecar in a memory cgroup, attacked row by row.

    bench/memory/memory.py [--build DIR] [--seconds N] [ROW...]

Each row has a sidecar of its own, a client that makes 200 calls a second throughout (the victim), and
attackers that come back as often as they are thrown out. For a row to pass, the process lives, its
cgroup is never charged beyond the limit, every call of the victim is answered or refused (what it is
told, and how soon, is shown), and /ready answers each time. As all of them share the machine's cores,
a second client makes the same calls straight to the replica, for comparison. Needs root.

On version 2 of cgroups it is what it is. On version 1, sockets are charged apart from the limit; the
sidecar is then shown a version 2 in which they are not, and a row in which the sum goes beyond the
limit fails, though nobody is killed.
"""

import argparse
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from attack import ROWS, TITLES
from cgroup import LIMIT, MIB, Watch, make_cgroup
from endpoints import Endpoints

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests/e2e"))

PROMPT_MS = 5  # the 99th percentile, where the machine has nothing else to do
QUIET_SECONDS = 2


class Ready(threading.Thread):
    """Asks /ready ten times a second, on a connection of its own each time."""

    def __init__(self, admin):
        super().__init__(daemon=True)
        self.url, self.asked, self.failed, self.worst = f"http://{admin}/ready", 0, 0, 0
        self.going = True
        self.start()

    def run(self):
        while self.going:
            begun = time.monotonic()
            try:
                with urllib.request.urlopen(self.url, timeout=5) as answer:
                    answer.read()
            except urllib.error.HTTPError:
                pass  # it has answered
            except OSError:
                self.failed += 1
            self.asked += 1
            self.worst = max(self.worst, time.monotonic() - begun)
            time.sleep(0.1)

    def stop(self):
        self.going = False
        self.join()

def fresh(program):
    """A copy of which nothing is in the page cache: what the sidecar maps is charged to it."""
    handle, path = tempfile.mkstemp(prefix="evenkeel-")
    with open(program, "rb") as source, os.fdopen(handle, "wb") as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.fsync(copy.fileno())
        os.posix_fadvise(copy.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    os.chmod(path, 0o755)
    return path


def configuration(replica, endpoints):
    return {
        "listeners": [{"address": "127.0.0.1:0", "routes": [
            {"match": {"authority": "stuck"}, "cluster": "stuck"},
            {"match": {"authority": "attacked"}, "cluster": "attacked"}, {"cluster": "users"}]}],
        "clusters": {"users": {"endpoints": [replica]}, "stuck": {"endpoints": [endpoints.stuck], "health_check": "off"},
                     "attacked": {"endpoints": [endpoints.eager], "health_check": "off"}},
        "admin": {"address": "127.0.0.1:0"},
    }


class Harness:
    """What the end-to-end suite has, which looks for the build when it is imported."""

    def __init__(self, build):
        os.environ["EVENKEEL_BUILD_DIR"] = str(pathlib.Path(build).resolve())
        from harness import binaries, load, replica, sidecar
        self.program, self.Load = binaries.SIDECAR, load.Load
        self.Replica, self.Sidecar = replica.Replica, sidecar.Sidecar

    def load(self, address, seconds):
        return self.Load(address, "--rate", "200", "--connections", "1", "--duration",
                         f"{seconds}s", "--deadline", "5s")


class Row:
    """What was seen of one."""

    def __init__(self, name, seconds, harness):
        self.name = name
        cgroup = make_cgroup()
        with contextlib.ExitStack() as stack:
            stack.callback(cgroup.close)
            replica, endpoints = harness.Replica(), Endpoints()
            stack.callback(replica.close)
            stack.callback(endpoints.close)
            program = fresh(harness.program)
            stack.callback(os.unlink, program)
            sidecar = harness.Sidecar(configuration(replica.address, endpoints), "--workers", "2",
                                      program=(*cgroup.wrapper(), program))
            stack.callback(sidecar.close)
            sidecar.wait_endpoints([replica.address, endpoints.eager], workers=2)
            self.quiet = harness.load(sidecar.address, QUIET_SECONDS).report()
            self.idle, _ = cgroup.look()
            self.watch, self.ready = Watch(cgroup), Ready(sidecar.admin)
            victim = harness.load(sidecar.address, seconds + 2)
            direct = harness.load(replica.address, seconds + 2)
            time.sleep(1)
            self.attack(sidecar, seconds)
            self.victim, self.direct = victim.report(), direct.report()
            self.ready.stop()
            self.watch.stop()
            self.alive = sidecar.is_running() and not cgroup.killed()
            self.late = self.new_client(harness, sidecar) if self.alive else None
            self.lines = list(sidecar.lines)

    def attack(self, sidecar, seconds):
        port = sidecar.address.rpartition(":")[2]
        attacker = subprocess.Popen([sys.executable, HERE / "attack.py", port, self.name])
        try:
            time.sleep(seconds)
            if attacker.poll() is not None:
                sys.exit(f"bench/memory: the attacker has ended by itself: {attacker.returncode}")
        finally:
            attacker.kill()
            attacker.wait()

    def new_client(self, harness, sidecar):
        """How soon after the attack one is served, in seconds."""
        begun = time.monotonic()
        while time.monotonic() - begun < 20:
            load = harness.Load(sidecar.address, "--calls", "1", "--deadline", "1s", "--duration", "2s")
            if load.report()["failed"] == 0:
                return time.monotonic() - begun
        return None

    @property
    def refused(self):
        return {status: calls for status, calls in self.victim["statuses"].items() if status != "OK"}

    def problems(self):
        if not self.alive:
            yield "the process was killed"
        if self.watch.peak > LIMIT:
            yield "charged beyond the limit"
        if self.ready.failed:
            yield f"/ready failed {self.ready.failed} times"
        if set(self.refused) - {"RESOURCE_EXHAUSTED"} or self.victim["abandoned"]:
            yield "calls neither served nor refused"
        quiet, attacked = self.quiet["latency_ms"]["p99"], self.victim["latency_ms"]["p99"]
        if quiet <= PROMPT_MS < attacked:
            yield f"answered in more than {PROMPT_MS} ms"
        if self.alive and self.late is None:
            yield "no new client is served afterwards"

    def tell(self):
        """Prints it; whether it has passed."""
        problems = list(self.problems())
        quiet, latency, direct = (
            each["latency_ms"] for each in (self.quiet, self.victim, self.direct))
        busy = "; too busy a machine to judge that" if quiet["p99"] > PROMPT_MS else ""
        print(f"{TITLES[self.name]}: {'FAIL: ' + ', '.join(problems) if problems else 'ok'}\n"
              f"  charged: idle {self.idle / MIB:.1f}, at most {self.watch.peak / MIB:.1f} MiB"
              f" (sockets {self.watch.peak_sockets / MIB:.1f})\n"
              f"  victim: {self.victim['calls']} calls, not served {self.refused or 0}; answered in"
              f" p50 {latency['p50']:.2f}, p99 {latency['p99']:.2f}, worst {latency['max']:.2f} ms\n"
              f"    straight to the replica meanwhile p50 {direct['p50']:.2f}, p99 {direct['p99']:.2f},"
              f" worst {direct['max']:.2f} ms\n"
              f"    before the attack p50 {quiet['p50']:.2f}, p99 {quiet['p99']:.2f} ms{busy}\n"
              f"  /ready: {self.ready.asked} times, {self.ready.failed} failed, worst"
              f" {self.ready.worst * 1000:.0f} ms\n"
              f"  a new client is served {self.late or 0:.1f} s after the attack\n"
              f"  log: {'; '.join(self.messages())}", flush=True)
        if problems:
            print("  failures:", json.dumps(self.victim["failures"])[:600])
        return not problems

    def messages(self):
        """What the log says, each with how often."""
        seen = [json.loads(line)["msg"] for line in self.lines if line.startswith("{")]
        return [f"{seen.count(each)} x {each}" for each in sorted(set(seen))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", default="build/release", help="where the programs are")
    parser.add_argument("--seconds", type=int, default=10, help="how long each row is attacked")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all by default")
    options = parser.parse_args()
    harness = Harness(options.build)
    passed = [Row(each, options.seconds, harness).tell() for each in options.rows or ROWS]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
