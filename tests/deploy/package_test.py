"""Is the Debian package whole? Builds it from the binaries under test and looks inside, without
installing it: tests/e2e/package_test.sh does that, in a clean root."""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

MANUAL = binaries.ROOT / "deploy/man/evenkeel.1"
COMMANDS = re.compile(r"^  (\w+) {2,}\S", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]+)")
FLAGS = re.compile(r"--[a-z][\w-]+")


def output(*command, **options):
    return subprocess.run([str(each) for each in command], check=True, capture_output=True,
                          text=True, timeout=10 * BOUND, **options).stdout


class PackageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        output("cpack", "-G", "DEB", "--config", binaries.BUILD.resolve() / "CPackConfig.cmake",
               "-B", cls.folder)
        (cls.package,) = cls.folder.glob("*.deb")
        cls.root = cls.folder / "root"
        output("dpkg-deb", "--extract", cls.package, cls.root)

    def test_it_is_named_for_its_version(self):
        version = output(binaries.SIDECAR, "--version").split()[1]
        self.assertRegex(self.package.name, rf"^evenkeel_{re.escape(version)}_\w+\.deb$")

    def test_everything_is_where_an_operator_looks_for_it(self):
        for path in ("usr/bin/evenkeel", "usr/lib/systemd/system/evenkeel.service",
                     "usr/lib/systemd/system/evenkeel-upgrade.service",
                     "usr/lib/systemd/system/evenkeel.socket",
                     "etc/evenkeel/evenkeel.yaml", "usr/share/man/man1/evenkeel.1.gz",
                     "usr/share/doc/evenkeel/copyright",
                     "usr/share/doc/evenkeel/configuration.md",
                     "usr/share/doc/evenkeel/evenkeel.schema.json",
                     "usr/share/doc/evenkeel/examples/full.yaml",
                     "usr/share/doc/evenkeel/examples/grafana/evenkeel.json",
                     "usr/share/doc/evenkeel/examples/prometheus/alerts.yml"):
            self.assertTrue((self.root / path).is_file(), path)

    def test_links_in_its_documents_lead_somewhere(self):
        documents = self.root / "usr/share/doc/evenkeel"
        pages = list(documents.glob("*.md"))
        self.assertGreater(len(pages), 5)
        broken = [f"{page.name}: {link}" for page in pages
                  for link in LINK.findall(page.read_text(encoding="utf-8"))
                  if not link.startswith("http") and not (documents / link).exists()]
        self.assertEqual([], broken)

    def test_its_unit_reads_the_variables_that_debian_keeps_in_etc_default(self):
        unit = (self.root / "usr/lib/systemd/system/evenkeel.service").read_text("utf-8")
        self.assertIn("\nEnvironmentFile=-/etc/default/evenkeel\n", unit)

    def test_its_configuration_passes_the_check_of_its_program(self):
        result = output(self.root / "usr/bin/evenkeel", "check", "--config",
                        self.root / "etc/evenkeel/evenkeel.yaml")
        self.assertIn("ok", result)

    def test_what_an_operator_changes_survives_an_upgrade(self):
        self.assertEqual("/etc/evenkeel/evenkeel.yaml\n",
                         output("dpkg-deb", "--info", self.package, "conffiles"))

    def test_it_depends_on_libraries_by_name(self):
        depends = output("dpkg-deb", "--field", self.package, "Depends")
        for library in ("libc6", "libevent-core-2.1-7", "libprotobuf32"):
            self.assertIn(library, depends)
        self.assertNotIn("-dev", depends)


class ManualTest(unittest.TestCase):
    def test_it_tells_every_command_and_flag_that_help_tells(self):
        manual = MANUAL.read_text(encoding="utf-8").replace("\\-", "-")
        general = output(binaries.SIDECAR, "--help")
        commands = COMMANDS.findall(general.split("Subcommands:")[1])
        self.assertIn("run", commands)
        for command in commands:
            self.assertRegex(manual, rf"(?m)^\.B {command}$", "COMMANDS")
            for flag in FLAGS.findall(output(binaries.SIDECAR, command, "--help")):
                self.assertRegex(manual, rf"{flag}\b", f"evenkeel {command}")

    def test_it_tells_no_flag_that_help_does_not(self):
        manual = MANUAL.read_text(encoding="utf-8").replace("\\-", "-")
        known = set(FLAGS.findall(output(binaries.SIDECAR, "--help")))
        for command in COMMANDS.findall(output(binaries.SIDECAR, "--help")):
            known.update(FLAGS.findall(output(binaries.SIDECAR, command, "--help")))
        self.assertEqual(set(), set(FLAGS.findall(manual)) - known)


if __name__ == "__main__":
    unittest.main()
