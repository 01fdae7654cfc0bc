"""A running sidecar under changing configurations: no call notices, no connection is lost.

EVENKEEL_E2E_FULL=1 runs the long form: 50 reloads in 60 s, 2,000 calls/s and 100 open streams.
"""

import copy
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import binaries
from harness.case import FULL, E2eTestCase, configuration
from harness.waiting import BOUND, let_time_pass, wait_until

BROKEN = [
    ("policy: 5", "unknown policy"),
    ("polcy: random", "unknown key"),
    ("http2: {stream_window: 1}", "out of range"),
    ("endpoints: []", "empty list"),
    ("max_pending_calls: many", "expected a whole number"),
]


def sockets_to(pid, address):
    """The local ports of this process's TCP connections to `address`."""
    output = subprocess.run(["ss", "-Htnp", "state", "established", f"dst {address}"],
                            check=True, capture_output=True, text=True).stdout
    return sorted(line.split()[2] for line in output.splitlines() if f"pid={pid}," in line)


TURNS = re.compile(r'^evenkeel_main_turn_cpu_seconds_bucket\{le="(.+)"\} (\d+)$', re.MULTILINE)


def main_turns(sidecar):
    """How many turns of the main thread took no more CPU time, by seconds."""
    return {float(bound): int(count) for bound, count in TURNS.findall(sidecar.get("/metrics")[1])}


def longest_turn(before, after):
    """What the longest turn between two main_turns took at least, in seconds of CPU time."""
    longest = counted = lower = 0
    for bound in sorted(before):
        count = after[bound] - before[bound]
        if count > counted:
            longest = lower
        counted, lower = count, bound
    return longest


class ReloadTestCase(E2eTestCase):
    def write(self, sidecar, config):
        """Replaces the file at once, as an editor or a tool does."""
        text = config if isinstance(config, str) else json.dumps(config, indent=2)
        temporary = sidecar.config_path + ".new"
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, sidecar.config_path)

    def post_reload(self, sidecar):
        status, body = sidecar.post("/reload")
        return status, json.loads(body)

    def wait_generation(self, sidecar, generation):
        sidecar.wait_metric("evenkeel_config_generation", lambda value: value >= generation)


class ReloadUnderLoadTest(ReloadTestCase):
    RELOADS = 50 if FULL else 15
    PAUSE = 1.2 if FULL else 0.25
    RATE = 2000 if FULL else 300
    STREAMS = 100 if FULL else 20

    def setUp(self):
        self.replicas = self.start_replicas(5)
        self.config = configuration([each.address for each in self.replicas[:3]])
        self.sidecar = self.start_sidecar(config=self.config, workers=2)
        self.sidecar.wait_endpoints([each.address for each in self.replicas[:3]], workers=2)
        self.stable = self.replicas[:2]  # in every configuration

    def sockets(self):
        return {each.name: sockets_to(self.sidecar.pid, each.address) for each in self.stable}

    def variant(self, number):
        """The number-th configuration: endpoints come and go, weights and policies change."""
        config = copy.deepcopy(self.config)
        cluster = config["clusters"]["test"]
        others = self.replicas[2:]
        present = [each for i, each in enumerate(others) if (number >> i) & 1 or i == number % 3]
        cluster["endpoints"] = [
            {"address": each.address, "weight": 1 + (number + i) % 3}
            for i, each in enumerate(self.stable + present)]
        cluster["policy"] = ["round_robin", "least_request", "random", "peak_ewma",
                             {"ring_hash": {"hash": "path"}}, "prequal"][number % 6]
        cluster["panic_threshold"] = number % 50
        return config

    def break_it(self, number):
        """Writes a configuration with one error; returns its line and a part of its message."""
        wrong, message = BROKEN[number % len(BROKEN)]
        lines = ["listeners: [{address: \"127.0.0.1:0\", cluster: test}]", "clusters:", "  test:"]
        if not wrong.startswith("endpoints"):
            lines.append(f"    endpoints: [\"{self.replicas[0].address}\"]")
        lines.append(f"    {wrong}")
        self.write(self.sidecar, "\n".join(lines) + "\n")
        return f":{len(lines)}:", message

    def test_no_call_fails_and_unchanged_endpoints_keep_their_sockets(self):
        before = self.sockets()
        self.assertEqual([2, 2], [len(each) for each in before.values()], before)
        seconds = self.RELOADS * self.PAUSE + 10
        streams = self.start_load(self.sidecar, "--method", "watch", "--concurrency", self.STREAMS,
                                  "--deadline", "10m", "--duration", f"{int(seconds)}s")
        calls = self.start_load(self.sidecar, "--rate", self.RATE, "--connections", 4,
                                "--duration", f"{int(seconds)}s")
        applied, rejected = 1, 0
        start = time.monotonic()
        for number in range(self.RELOADS):
            if number % 5 == 4:
                line, message = self.break_it(number // 5)
                rejected += 1
                self.sidecar.wait_metric("evenkeel_config_reloads_total",
                                         lambda value: value >= rejected, result="rejected")
                error = [each for each in self.sidecar.log()
                         if each.get("msg") == "configuration rejected"][-1]["error"]
                self.assertIn(line, error)
                self.assertIn(message, error)
                self.assertIn(error, self.sidecar.get("/ready")[1])
            else:
                self.write(self.sidecar, self.variant(number))
                applied += 1
                self.wait_generation(self.sidecar, applied)
            let_time_pass(max(0, start + (number + 1) * self.PAUSE - time.monotonic()))
        elapsed = time.monotonic() - start
        self.assertEqual(before, self.sockets())
        report, open_streams = calls.report(), streams.report()
        print(f"{self.RELOADS} reloads in {elapsed:.0f} s, {rejected} rejected, {report['calls']} "
              f"calls, {report['start_rate']:.0f}/s, {open_streams['calls']} streams, failed: "
              f"{report['failed']} and {open_streams['failed']}", flush=True)
        self.assert_all_calls_well(report, rate=self.RATE if FULL else self.RATE / 2)
        self.assert_all_calls_well(open_streams, streams=self.STREAMS)
        if FULL:
            self.assertLess(elapsed, 66)


class ManyRoutesTest(ReloadTestCase):
    """500 routes and a rate limit: what a reload does not change, it leaves alone."""

    ROUTES = 500
    RELOADS = 15
    RATE = 1000 if FULL else 200
    LIMITED = ("--metadata", "x-limited=1")

    def setUp(self):
        self.config = configuration([each.address for each in self.start_replicas(2)])
        routes = [{"match": {"metadata": {"x-limited": "1"}}, "cluster": "test",
                   "rate_limit": {"calls": 10, "per": "1h"}}]
        routes += [{"match": {"service": f"other.Service{number}"}, "cluster": "test"}
                   for number in range(self.ROUTES)]
        self.config["listeners"][0]["routes"] = routes
        self.sidecar = self.start_sidecar(config=self.config, workers=2)

    def variant(self, number):
        """The number-th configuration: other settings of two routes, the limited one among them."""
        config = copy.deepcopy(self.config)
        for index in (0, 1 + number):
            config["listeners"][0]["routes"][index]["timeout"] = f"{number + 10}s"
        return config

    def longest_answer(self, generation):
        """How long /live took at most until the generation was there: main does both."""
        longest = 0

        def there():
            nonlocal longest
            start = time.monotonic()
            self.assertEqual(200, self.sidecar.get("/live")[0])
            longest = max(longest, time.monotonic() - start)
            return self.sidecar.metric("evenkeel_config_generation") >= generation

        wait_until(there, f"generation {generation}")
        return longest

    def test_no_call_fails_and_the_rate_limit_keeps_its_fill(self):
        first = self.start_load(self.sidecar, "--calls", 6, *self.LIMITED).report()
        self.assertEqual(0, first["failed"])
        load = self.start_load(self.sidecar, "--rate", self.RATE, "--duration", "10s",
                               "--connections", 4)
        turns = main_turns(self.sidecar)
        longest = 0
        for number in range(self.RELOADS):
            self.write(self.sidecar, self.variant(number))
            longest = max(longest, self.longest_answer(number + 2))
        turn = longest_turn(turns, main_turns(self.sidecar))
        second = self.start_load(self.sidecar, "--calls", 10, *self.LIMITED).report()
        report = load.report()
        print(f"{self.RELOADS} reloads of {self.ROUTES} routes: {report['calls']} calls, failed "
              f"{report['failed']}; longest answer of /live {longest * 1000:.0f} ms; longest turn of "
              f"main {turn * 1000:.1f} ms of CPU or a little more", flush=True)
        self.assert_all_calls_well(report, rate=self.RATE / 2)
        self.assertEqual(6, second["failed"], f"4 of 10 were left: {second}")
        self.assertLess(longest, 1)
        self.assertLess(turn, 0.2, "20 ms are meant, and sanitizers make them ten times as long")


class LargeConfigurationTest(ReloadTestCase):
    """5,000 routes: to read them is not the main thread's work."""

    ROUTES = 5000
    RELOADS = 3

    def test_main_never_takes_as_long_as_reading_it(self):
        config = configuration([self.start_replica().address])
        routes = config["listeners"][0]["routes"] = [
            {"match": {"service": f"other.Service{number}"}, "cluster": "test"}
            for number in range(self.ROUTES)]
        sidecar = self.start_sidecar(config=config)
        start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run([binaries.SIDECAR, "check", "--config", sidecar.config_path], check=True,
                       capture_output=True)
        reading = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start
        turns = main_turns(sidecar)
        for number in range(self.RELOADS):
            routes[number]["timeout"] = "10s"
            self.write(sidecar, config)
            self.wait_generation(sidecar, number + 2)
        self.post_reload(sidecar)
        sidecar.get("/config/diff")
        turn = longest_turn(turns, main_turns(sidecar))
        print(f"{self.ROUTES} routes: read in {reading * 1000:.0f} ms; longest turn of main "
              f"{turn * 1000:.1f} ms of CPU or a little more", flush=True)
        self.assertLess(turn, reading / 2)


class ReloadTriggerTest(ReloadTestCase):
    def setUp(self):
        self.replica = self.start_replica()
        self.config = configuration([self.replica.address])
        self.sidecar = self.start_sidecar(config=self.config)

    def changed(self, policy):
        config = copy.deepcopy(self.config)
        config["clusters"]["test"]["policy"] = policy
        return config

    def policy(self):
        return self.sidecar.clusters()["clusters"][0]["policy"]

    def test_a_changed_file_is_applied_by_itself(self):
        self.write(self.sidecar, self.changed("random"))
        wait_until(lambda: self.policy() == "random", "the policy of the file")

    def test_sighup_reads_the_file_again(self):
        self.sidecar.signal(signal.SIGHUP)
        self.sidecar.wait_log("configuration unchanged")

    def test_a_request_applies_the_file_and_says_what_changed(self):
        status, answer = self.post_reload(self.sidecar)
        self.assertEqual((200, "unchanged"), (status, answer["result"]))
        diff = json.loads(self.sidecar.get("/config/diff")[1])
        self.assertEqual("unchanged", diff["result"])

    def test_what_only_a_restart_changes_is_said(self):
        config = self.changed("random")
        config["workers"] = 3
        self.write(self.sidecar, config)
        self.sidecar.wait_log("configuration applied")
        diff = json.loads(self.sidecar.get("/config/diff")[1])
        self.assertIn("workers: new: 3 (only at the next start)", diff["changes"])

    def test_a_bad_file_is_an_error_for_who_asks(self):
        self.write(self.sidecar, "clusters: 5\nlisteners: 5\n")
        status, answer = self.post_reload(self.sidecar)
        self.assertEqual((422, "rejected"), (status, answer["result"]))
        self.assertIn(":1:11: clusters: expected a map", answer["errors"][0])

    def test_an_included_file_is_watched_too(self):
        other = self.sidecar.config_path + ".clusters"
        self.addCleanup(lambda: os.path.exists(other) and os.unlink(other))

        def write_other(policy):
            with open(other, "w", encoding="utf-8") as file:
                json.dump({"clusters": self.changed(policy)["clusters"]}, file)

        write_other("random")
        config = copy.deepcopy(self.config)
        config["include"] = [os.path.basename(other)]
        del config["clusters"]
        self.write(self.sidecar, config)
        wait_until(lambda: self.policy() == "random", "the policy of the included file")
        write_other("maglev")
        wait_until(lambda: self.policy() == "maglev", "the included file's next policy")


class ConfigMapTest(ReloadTestCase):
    """A folder as Kubernetes mounts a ConfigMap: every file leads through `..data`, which is swapped
    as a whole."""

    NAMES = ("evenkeel.yaml", "endpoints.yaml")

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.versions = 0

    def swap(self, *texts):
        """What kubelet does: a new folder, a rename over `..data`, and the old folder goes."""
        self.versions += 1
        new = self.folder / f"..version_{self.versions}"
        new.mkdir()
        for name, text in zip(self.NAMES, texts):
            (new / name).write_text(text, encoding="utf-8")
        data, temporary = self.folder / "..data", self.folder / "..data_tmp"
        old = data.resolve() if data.exists() else None
        temporary.symlink_to(new.name)
        temporary.rename(data)
        if old:
            shutil.rmtree(old)

    def texts(self, policy, *replicas):
        return (json.dumps({
            "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
            "clusters": {"test": {"endpoints": {"file": "endpoints.yaml"}, "policy": policy}},
            "admin": {"address": "127.0.0.1:0"},
        }), json.dumps({"endpoints": [each.address for each in replicas]}))

    def state(self, sidecar):
        cluster = sidecar.clusters()["clusters"][0]
        return cluster["policy"], {each["address"] for each in cluster["endpoints"]}

    def test_each_swap_is_applied_and_no_call_fails(self):
        replicas = self.start_replicas(3)
        self.swap(*self.texts("round_robin", *replicas[:1]))
        for name in self.NAMES:
            (self.folder / name).symlink_to(f"..data/{name}")
        sidecar = self.start_sidecar(config=self.folder / self.NAMES[0])
        load = self.start_load(sidecar, "--rate", 200, "--duration", "4s")
        for policy, present in (("random", replicas), ("maglev", replicas[1:]),
                                ("peak_ewma", replicas[:2])):
            self.swap(*self.texts(policy, *present))
            wanted = (policy, {each.address for each in present})
            wait_until(lambda wanted=wanted: self.state(sidecar) == wanted, f"{wanted}")
        good = self.texts("random", *replicas)
        self.swap("clusters: 5\nlisteners: 5\n", good[1])
        self.assertIn("evenkeel.yaml:1:11: clusters: ",
                      sidecar.wait_log("configuration rejected")["error"])
        self.swap(*good)
        wait_until(lambda: self.state(sidecar)[0] == "random", "the swap after the bad one")
        self.assertEqual(0, load.report()["failed"], load.output())


class CommandTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_evenkeel(self, *arguments):
        return subprocess.run([binaries.SIDECAR, *arguments], capture_output=True, text=True,
                              timeout=BOUND)

    def test_init_writes_what_check_accepts(self):
        path = self.write("evenkeel.yaml", self.run_evenkeel("init").stdout)
        self.assertEqual(0, self.run_evenkeel("check", "--config", path).returncode)

    def test_diff_says_what_a_reload_would_change(self):
        text = self.run_evenkeel("init").stdout
        old = self.write("old.yaml", text)
        same = self.run_evenkeel("diff", old, old)
        self.assertEqual((0, ""), (same.returncode, same.stdout))
        new = self.write("new.yaml", text.replace("policy: least_request", "policy: random")
                         .replace('      - "127.0.0.1:50062"\n', ""))
        diff = self.run_evenkeel("diff", old, new)
        self.assertEqual(1, diff.returncode)
        self.assertIn("clusters.user-service.policy", diff.stdout)
        self.assertIn("endpoints[127.0.0.1:50062]: removed (no new calls", diff.stdout)

    def test_schema_is_the_file_in_docs(self):
        with open(os.path.join(binaries.ROOT, "docs/evenkeel.schema.json"),
                  encoding="utf-8") as file:
            self.assertEqual(file.read(), self.run_evenkeel("schema").stdout)


if __name__ == "__main__":
    unittest.main()
