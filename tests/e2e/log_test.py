"""A reader of the log that stops costs log lines, nothing else."""

import json
import os
import signal
import subprocess
import tempfile
import unittest
import urllib.request

from harness import binaries
from harness.waiting import BOUND, wait_until

CONFIG = {
    "admin": {"address": "127.0.0.1:0"},
    "listeners": [{"address": "127.0.0.1:0", "cluster": "users"}],
    "clusters": {"users": {"endpoints": ["127.0.0.1:9"]}},
}


class StoppedReaderTest(unittest.TestCase):
    """The sidecar writes to a pipe that is read until it is ready, and then is full."""

    def setUp(self):
        config = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".yaml"))
        json.dump(CONFIG, config)
        config.flush()
        self.reader, writer = os.pipe()
        self.addCleanup(os.close, self.reader)
        self.process = self.enterContext(subprocess.Popen(
            [binaries.SIDECAR, "run", "--config", config.name, "--log-format", "json"],
            stdin=subprocess.DEVNULL, stdout=writer))
        self.addCleanup(self.process.kill)
        os.close(writer)
        self.admin = self.read_until("listening")["admin"]
        self.fill()

    def read_until(self, message):
        text = b""
        while True:
            byte = os.read(self.reader, 1)
            self.assertTrue(byte, "it ended")
            text += byte
            if text.endswith(b"\n"):
                line = json.loads(text.splitlines()[-1])
                if line["msg"] == message:
                    return line

    def fill(self):
        # Opened anew, so that the sidecar's own end still blocks.
        end = os.open(f"/proc/self/fd/{self.reader}", os.O_WRONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, end)
        for size in (4096, 1):
            try:
                while os.write(end, b"\n" * size):
                    pass
            except BlockingIOError:
                pass

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=BOUND) as answer:
            return answer.read().decode()

    def test_admin_answers_and_a_reload_is_made(self):
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: 'evenkeel_config_reloads_total{result="unchanged"} 1'
                   in self.get("/metrics"), "a reload")
        self.assertIn("evenkeel_log_lines_dropped_total", self.get("/metrics"))

    def test_it_ends_when_asked(self):
        self.process.send_signal(signal.SIGHUP)
        self.get("/live")
        self.process.terminate()
        self.assertEqual(0, self.process.wait(BOUND))


if __name__ == "__main__":
    unittest.main()
