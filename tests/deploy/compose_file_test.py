"""Do deploy/docker-compose.yml and deploy/Dockerfile keep their promises, as far as one can see without
running them? tests/e2e/compose_test.sh does."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

DEPLOY = binaries.ROOT / "deploy"


def services():
    text = (DEPLOY / "docker-compose.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["services"]


class DockerfileTest(unittest.TestCase):
    def setUp(self):
        self.tree = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def instructions(self):
        """(instruction, rest) of the stage `build`, lines that go on joined."""
        text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
        stage = re.search(r"^FROM \S+ AS build$(.*?)^FROM", text, re.DOTALL | re.MULTILINE)[1]
        return re.findall(r"^([A-Z]+) +(.*)$", stage, re.MULTILINE)

    def copy(self, *names):
        for name in names:
            source, target = binaries.ROOT / name, self.tree / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)

    def configure(self, command):
        arguments = re.match(r"cmake --preset \S+( -D\S+)*", command)[0].split()
        result = subprocess.run(arguments, cwd=self.tree, capture_output=True, text=True,
                                timeout=10 * BOUND, check=False)
        self.assertEqual(0, result.returncode, result.stderr)

    def test_it_copies_what_each_step_of_the_build_reads(self):
        configured = False
        for instruction, rest in self.instructions():
            if instruction == "COPY":
                self.copy(*rest.split()[:-1])
            elif instruction == "RUN" and rest.startswith("cmake"):
                self.configure(rest)
                configured = True
        self.assertTrue(configured)
        installed = re.findall(rf'"({re.escape(str(self.tree))}/(?!build/)[^"]+?)/?"',
                               (self.tree / "build/release/cmake_install.cmake").read_text())
        self.assertGreater(len(installed), 5)
        for path in installed:
            self.assertTrue(pathlib.Path(path).exists(), path)


class ComposeFileTest(unittest.TestCase):
    def test_ports_are_on_the_loopback_only(self):
        ports = [port for service in services().values() for port in service.get("ports", ())]
        self.assertGreaterEqual(len(ports), 4)
        for port in ports:
            self.assertRegex(port, r"^127\.0\.0\.1:\$\{\w+-\d+\}:\d+$")

    def test_every_file_that_is_mounted_is_there(self):
        for name, service in services().items():
            for volume in service.get("volumes", ()):
                source, target, mode = volume.split(":")
                self.assertTrue((DEPLOY / source).exists(), f"{name}: {source}")
                self.assertEqual("ro", mode, target)

    def test_every_target_is_a_stage_of_the_dockerfile(self):
        dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
        stages = set(re.findall(r"^FROM \S+ AS ([\w-]+)$", dockerfile, re.MULTILINE))
        for service in services().values():
            if "build" in service:
                self.assertIn(service["build"]["target"], stages)
                self.assertEqual("deploy/Dockerfile", service["build"]["dockerfile"])

    def test_images_from_elsewhere_are_of_one_release(self):
        for service in services().values():
            if "image" in service:
                self.assertRegex(service["image"], r":v?\d+\.\d+\.\d+$")

    def test_the_sidecar_shares_the_clients_network_and_has_no_privileges(self):
        sidecar = services()["evenkeel"]
        self.assertEqual("service:client", sidecar["network_mode"])
        self.assertEqual(["ALL"], sidecar["cap_drop"])
        self.assertTrue(sidecar["read_only"])

    def test_its_configuration_passes_the_check(self):
        result = subprocess.run([binaries.SIDECAR, "check", "--config",
                                 DEPLOY / "compose/evenkeel.yaml"],
                                capture_output=True, text=True, timeout=BOUND, check=False)
        self.assertEqual((0, ""), (result.returncode, result.stderr))


if __name__ == "__main__":
    unittest.main()
