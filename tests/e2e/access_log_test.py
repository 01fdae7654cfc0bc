"""The access log: a line a call, whoever does not read it, whatever becomes of its file."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import unittest
import unittest.mock
import urllib.request

from harness import binaries
from harness.case import FULL, E2eTestCase, configuration
from harness.waiting import BOUND, wait_until

LINES = "evenkeel_access_log_lines_total"
KEYS = {"ts", "msg", "rpc.system.name", "rpc.method", "rpc.status_code", "client.address",
        "server.address", "user_agent.original", "evenkeel.origin", "evenkeel.cause",
        "evenkeel.listener", "evenkeel.route", "evenkeel.cluster", "evenkeel.endpoint",
        "evenkeel.worker", "evenkeel.queue_us", "evenkeel.pick_us", "evenkeel.stream_us",
        "evenkeel.request_end_us", "evenkeel.first_byte_us", "evenkeel.first_message_us",
        "evenkeel.last_byte_us", "evenkeel.duration_us", "evenkeel.deadline_us",
        "evenkeel.request.bytes", "evenkeel.response.bytes", "evenkeel.attempt_count",
        "evenkeel.attempts", "evenkeel.flags", "evenkeel.sample_rate"}


class AccessLogCase(E2eTestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.folder = pathlib.Path(folder)

    def start_logging(self, *flags):
        endpoints = [each.address for each in self.start_replicas(2)]
        path = str(self.folder / "calls.log")
        sidecar = self.start_sidecar(*endpoints, arguments=("--access-log", path, *flags))
        sidecar.wait_endpoints(endpoints)
        return sidecar

    def load(self, sidecar, calls, *arguments):
        return self.start_load(sidecar, "--calls", calls, "--connections", 2, *arguments).report()

    def lines(self, *names):
        return [json.loads(line) for name in names
                for line in (self.folder / name).read_text(encoding="utf-8").splitlines()]

    def wait_written(self, sidecar, count):
        sidecar.wait_metric(LINES, lambda value: value >= count, result="written")


class LinesTest(AccessLogCase):
    def test_each_call_has_one_and_they_add_up_with_the_metrics(self):
        sidecar = self.start_logging()
        self.load(sidecar, 500)
        self.wait_written(sidecar, 500)
        lines = self.lines("calls.log")
        self.assertEqual(500, len(lines))
        self.assertEqual(500, sidecar.metric("evenkeel_server_call_finished_total"))
        self.assertEqual(500, sidecar.metric(LINES))
        for line in lines:
            self.assertLessEqual(KEYS, line.keys())
            stages = [line[f"evenkeel.{each}_us"] for each in
                      ("queue", "pick", "stream", "first_byte", "first_message", "last_byte",
                       "duration")]
            self.assertEqual(sorted(stages), stages)
            self.assertGreaterEqual(stages[0], 0)
        by_endpoint = {}
        for line in lines:
            endpoint = line["evenkeel.endpoint"]
            by_endpoint[endpoint] = by_endpoint.get(endpoint, 0) + 1
        for endpoint, count in by_endpoint.items():
            self.assertEqual(count, sidecar.metric("evenkeel_client_attempt_finished_total",
                                                   endpoint=endpoint))

    def test_of_a_failed_call_it_says_who_decided(self):
        sidecar = self.start_sidecar(
            "127.0.0.1:9", cluster={"health_check": "off"},
            arguments=("--access-log", str(self.folder / "calls.log"),
                       "--access-log-percentage", "0"))
        self.load(sidecar, 5)
        self.wait_written(sidecar, 5)
        for line in self.lines("calls.log"):
            self.assertEqual("UNAVAILABLE", line["error.type"])
            self.assertEqual("proxy", line["evenkeel.origin"])
            self.assertEqual(-1, line["evenkeel.first_byte_us"])
            self.assertIn("endpoint", line["evenkeel.status_message"])


class FilesTest(AccessLogCase):
    def test_a_rotated_file_loses_nothing(self):
        sidecar = self.start_logging()
        self.load(sidecar, 100)
        self.wait_written(sidecar, 100)
        (self.folder / "calls.log").rename(self.folder / "calls.log.1")
        wait_until(lambda: (self.folder / "calls.log").exists(), "the next file")
        self.load(sidecar, 100)
        self.wait_written(sidecar, 200)
        (self.folder / "calls.log").rename(self.folder / "calls.log.2")
        sidecar.signal(signal.SIGUSR1)
        wait_until(lambda: (self.folder / "calls.log").exists(), "the file after SIGUSR1")
        self.load(sidecar, 100)
        self.wait_written(sidecar, 300)
        for name in ("calls.log", "calls.log.1", "calls.log.2"):
            self.assertEqual(100, len(self.lines(name)))

    def test_what_has_ended_is_written_before_the_exit(self):
        sidecar = self.start_logging()
        self.load(sidecar, 200)
        sidecar.terminate()
        self.assertEqual(0, sidecar.wait_exit())
        self.assertEqual(200, len(self.lines("calls.log")))


class UnreadPipeTest(AccessLogCase):
    """Standard output is a pipe that nobody reads while calls are made."""

    # More lines than fit in pipe, output and ring together.
    CALLS = 120_000 if FULL else 8_000

    def test_it_costs_lines_and_nothing_else(self):
        replica = self.start_replica()
        config = configuration([replica.address])
        path = self.folder / "evenkeel.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        reader, writer = os.pipe()
        process = self.enterContext(subprocess.Popen(
            [binaries.SIDECAR, "run", "--config", path, "--log-format", "json", "--workers", "1",
             "--access-log", "stdout"],
            stdin=subprocess.DEVNULL, stdout=writer))
        os.close(writer)
        output = self.enterContext(os.fdopen(reader, encoding="utf-8"))
        self.addCleanup(process.kill)  # first of all: who reads `output` holds up its end
        listening = next(entry for entry in map(json.loads, output)
                         if entry["msg"] == "listening")

        def get(page):
            address = f"http://{listening['admin']}{page}"
            with urllib.request.urlopen(address, timeout=BOUND) as answer:
                return answer.read().decode()

        def metric(name):
            return sum(float(line.rsplit(" ", 1)[1]) for line in get("/metrics").splitlines()
                       if line.startswith(name))

        wait_until(lambda: metric("evenkeel_client_open_connections") > 0, "the endpoint")
        sidecar = unittest.mock.Mock(address=listening["listeners"][0])
        report = self.load(sidecar, self.CALLS)
        self.assertEqual(0, report["failed"])
        self.assertIn("ready", get("/ready"))
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: metric('evenkeel_config_reloads_total{result="unchanged"}') == 1,
                   "a reload")
        dropped = f'{LINES}{{output="stdout",result="dropped"}}'
        wait_until(lambda: metric(dropped) > 0, "drops")
        # Somebody reads.
        entries = ReadEntries(output)
        wait_until(lambda: sum(each["dropped"] for each in entries.of("access log lines dropped"))
                   == metric(dropped), "words of all drops")
        if FULL:  # on a busy machine this was not so within 30 s once, for a reason not found yet
            wait_until(lambda: len(entries.of("call")) + metric(dropped) == self.CALLS,
                       "all lines that were not dropped")
        process.terminate()
        self.assertEqual(0, process.wait(BOUND))


class ReadEntries(threading.Thread):
    """What comes of a log from now on, to its end."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.entries = stream, []
        self.start()

    def run(self):
        for line in self.stream:
            self.entries.append(json.loads(line))

    def of(self, message):
        return [each for each in list(self.entries) if each["msg"] == message]


if __name__ == "__main__":
    unittest.main()
