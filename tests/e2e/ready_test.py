"""`evenkeel ready`: what the health checks of containers run."""

import socket
import subprocess
import unittest

from harness import binaries
from harness.case import WireTestCase
from harness.waiting import BOUND


def ask(*arguments):
    """(exit code, standard error) of `evenkeel ready`."""
    result = subprocess.run([binaries.SIDECAR, "ready", *arguments], capture_output=True,
                            text=True, stdin=subprocess.DEVNULL, timeout=BOUND, check=False)
    return result.returncode, result.stderr


class ReadyTest(WireTestCase):
    def test_a_sidecar_that_takes_calls_is_ready(self):
        self.assertEqual((0, ""), ask("--admin", self.sidecar.admin))

    def test_one_that_drains_is_not(self):
        stream, arrived = self.open()
        self.sidecar.terminate()
        self.sidecar.wait_log("draining")
        code, said = ask("--admin", self.sidecar.admin)
        self.assertEqual((1, f"not ready: {self.sidecar.admin}: HTTP: status 503: "
                             "not ready; draining\n"), (code, said))
        arrived.respond()
        stream.wait_status()

    def test_nobody_there_is_told(self):
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{unheard.getsockname()[1]}"
            self.assertEqual((1, f"not ready: {address}: Connection refused\n"),
                             ask("--admin", address))

    def test_silence_is_not_waited_for_longer_than_asked(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            code, said = ask("--admin", f"127.0.0.1:{silent.getsockname()[1]}",
                             "--timeout", "50ms")
        self.assertEqual(1, code)
        self.assertIn("no answer in time", said)

    def test_wrong_flags_are_exit_code_2(self):
        self.assertEqual(2, ask("--admin", "nowhere")[0])


if __name__ == "__main__":
    unittest.main()
