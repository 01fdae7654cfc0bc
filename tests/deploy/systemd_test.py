"""Is evenkeel.service right, as far as systemd itself can say without running it?"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

FOLDER = binaries.ROOT / "deploy/systemd"
MAX_EXPOSURE = 2.0  # of 10; systemd calls up to 2 "OK" and what has no hardening "UNSAFE"


class UnitTest(unittest.TestCase):
    def setUp(self):
        if shutil.which("systemd-analyze") is None:
            print("SKIPPED: no systemd-analyze (Debian package systemd)", file=sys.stderr)
            self.skipTest("systemd-analyze is not installed")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for unit in FOLDER.iterdir():
            text = unit.read_text(encoding="utf-8")
            text = text.replace("/usr/bin/evenkeel", str(binaries.SIDECAR))
            (self.folder / unit.name).write_text(text, encoding="utf-8")

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", *arguments], cwd=self.folder, text=True,
                              capture_output=True, timeout=BOUND, check=False)

    def test_systemd_understands_every_line(self):
        for unit in sorted(self.folder.iterdir()):
            result = self.analyze("verify", "--man=no", "--recursive-errors=no", unit)
            self.assertEqual((0, ""), (result.returncode, result.stderr), unit.name)

    def test_it_is_hardened(self):
        result = self.analyze("security", "--offline=true",
                              f"--threshold={round(MAX_EXPOSURE * 10)}",
                              self.folder / "evenkeel.service")
        self.assertEqual(0, result.returncode, result.stdout)


if __name__ == "__main__":
    unittest.main()
