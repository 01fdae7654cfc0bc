"""The command line and the configuration file, as a person meets them."""

import json
import os
import pathlib
import pty
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

from harness import binaries
from harness.case import E2eTestCase, configuration
from harness.raw_client import RawClient
from harness.waiting import BOUND

GOOD = """\
listeners:
  - {address: "127.0.0.1:0", cluster: user-service}
clusters:
  user-service:
    endpoints: ["127.0.0.1:50061", "127.0.0.1:50062", "127.0.0.1:50063"]
"""

BAD = """\
listeners:
  - {address: "127.0.0.1:0", cluster: user-servic}
  - {address: "127.0.0.1:0", clutser: user-service}
clusters:
  user-service:
    endpoints: ["127.0.0.1:50061", "127.0.0.1:50061", "127.0.0.1"]
    policy: round_robbin
    connection: {connect_timeout: 5}
"""


class CommandLineTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_evenkeel(self, *arguments, given=""):
        return subprocess.run([binaries.SIDECAR, *arguments], capture_output=True, text=True,
                              input=given, timeout=BOUND, check=False)

    def at_terminal(self, *arguments, **environment):
        """What it says on standard error, which is a terminal."""
        ours, theirs = pty.openpty()
        try:
            with subprocess.Popen([binaries.SIDECAR, *arguments], stderr=theirs,
                                  stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                                  env={"TERM": "xterm", **environment}) as process:
                process.wait(timeout=BOUND)
            return os.read(ours, 1 << 16).decode().replace("\r\n", "\n")
        finally:
            os.close(ours)
            os.close(theirs)

    def write(self, text):
        path = self.folder / "evenkeel.yaml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_version_and_help(self):
        version = self.run_evenkeel("--version")
        self.assertEqual(0, version.returncode)
        self.assertRegex(version.stdout, r"^evenkeel \d+\.\d+\.\d+")
        help_text = self.run_evenkeel("--help")
        self.assertEqual(0, help_text.returncode)
        for word in ("run", "check", "ready"):
            self.assertIn(word, help_text.stdout)
        self.assertIn("--drain-timeout", self.run_evenkeel("run", "--help").stdout)

    def test_what_it_cannot_understand_it_refuses(self):
        for arguments in ((), ("walk",), ("run",), ("run", "--config"), ("check", "--colour", "x"),
                          ("run", "--config", self.write(GOOD), "--workers", "none"),
                          ("run", "--config", self.write(GOOD), "--log-format", "xml"),
                          ("run", "--config", self.write(GOOD), "--drain-timeout", "soon")):
            with self.subTest(arguments=arguments):
                result = self.run_evenkeel(*arguments)
                self.assertNotEqual(0, result.returncode)
                self.assertTrue(result.stderr + result.stdout)

    def test_a_command_that_is_none_is_named(self):
        self.assertIn('unknown command "chek"; did you mean "check"?',
                      self.run_evenkeel("chek").stderr)
        self.assertIn("known commands: run, check, ready, diff, explain, schema, init",
                      self.run_evenkeel("zebra").stderr)
        self.assertIn('unknown flag "--confg"; did you mean "--config"?',
                      self.run_evenkeel("run", "--confg", "a.yaml").stderr)

    def test_a_file_can_come_from_standard_input(self):
        good = self.run_evenkeel("check", "-", given=GOOD)
        self.assertEqual((0, "<stdin>: ok (1 listeners, 1 clusters)\n", ""),
                         (good.returncode, good.stdout, good.stderr))
        bad = self.run_evenkeel("check", "-c", "-", given=BAD)
        self.assertEqual(2, bad.returncode)
        self.assertIn("<stdin>:7:13: clusters.user-service.policy.round_robbin: ", bad.stderr)

    def test_editors_get_json(self):
        result = self.run_evenkeel("check", "-", "--format", "json", given=BAD)
        self.assertEqual((2, ""), (result.returncode, result.stderr))
        said = json.loads(result.stdout)
        self.assertFalse(said["ok"])
        policy = next(each for each in said["errors"] if each["line"] == 7)
        self.assertEqual((13, "clusters.user-service.policy.round_robbin"),
                         (policy["column"], policy["key"]))
        self.assertEqual('did you mean "round_robin"?', policy["hint"])

    def test_people_at_a_terminal_see_the_line(self):
        path = self.write(BAD)
        plain = self.at_terminal("check", path, NO_COLOR="1")
        self.assertIn("    7 |     policy: round_robbin\n      |             ^~~~~~~~~~~~\n", plain)
        self.assertNotIn("\x1b", plain)
        self.assertIn("\x1b[1;31m^~~~~~~~~~~~\x1b[0m", self.at_terminal("run", path))

    def test_the_shells_take_their_completion(self):
        for shell in ("bash", "zsh", "fish"):
            if not shutil.which(shell):
                continue
            with self.subTest(shell=shell):
                script = self.run_evenkeel("completion", shell).stdout
                subprocess.run([shell, "-n"], input=script, text=True, check=True, timeout=BOUND)

    def test_bash_completes(self):
        script = self.run_evenkeel("completion", "bash").stdout
        for words, expected in (("evenkeel ch", "check"), ("evenkeel run --log-level w", "warning"),
                                ("evenkeel check --form", "--format")):
            ask = (f"{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); "
                   "_evenkeel; echo ${COMPREPLY[@]}")
            said = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True,
                                  timeout=BOUND)
            self.assertEqual((expected, ""), (said.stdout.strip(), said.stderr))

    def test_a_good_file_passes(self):
        result = self.run_evenkeel("check", "--config", self.write(GOOD))
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_the_files_we_ship_pass(self):
        readme = (binaries.ROOT / "README.md").read_text(encoding="utf-8")
        example = re.search(r"```yaml\n(.*?)```", readme, re.DOTALL)[1]
        demo = (binaries.ROOT / "deploy/demo.yaml").read_text(encoding="utf-8")
        for text in (example, demo):
            result = self.run_evenkeel("check", "--config", self.write(text))
            self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_all_errors_are_told_at_once_each_with_its_place(self):
        path = self.write(BAD)
        for command in ("check", "run"):
            with self.subTest(command=command):
                result = self.run_evenkeel(command, "--config", path)
                self.assertEqual(2, result.returncode)
                errors = result.stderr.splitlines()
                for line, words in ((2, "user-service"), (3, "cluster"), (6, "50061"),
                                    (6, "port"), (7, "round_robin"), (8, "5s")):
                    self.assertTrue(
                        [e for e in errors if e.startswith(f"{path}:{line}:") and words in e],
                        f"line {line} about {words} in:\n{result.stderr}")

    def test_a_file_that_is_not_there_is_named(self):
        result = self.run_evenkeel("run", "--config", str(self.folder / "none.yaml"))
        self.assertEqual(2, result.returncode)
        self.assertIn("none.yaml", result.stderr)

    def test_what_is_no_yaml_is_told_with_its_line(self):
        result = self.run_evenkeel("check", "--config", self.write("listeners: [\nclusters: }"))
        self.assertEqual(2, result.returncode)
        self.assertRegex(result.stderr, r"evenkeel\.yaml:\d+:\d+:")

    def test_a_taken_port_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = "127.0.0.1:%d" % taken.getsockname()[1]
            text = json.dumps(configuration(["127.0.0.1:1"], listener={"address": address}))
            result = self.run_evenkeel("run", "--config", self.write(text))
        self.assertNotEqual(0, result.returncode)
        self.assertIn(address, result.stderr + result.stdout)


class RoutesTest(E2eTestCase):
    def setUp(self):
        self.endpoints = {name: self.start_endpoint() for name in ("a", "b", "c", "d", "rest")}
        routes = [
            {"match": {"authority": "Blue.test"}, "cluster": "a"},
            {"match": {"service": "x.Users", "method": "Get"}, "cluster": "b"},
            {"match": {"service": "x.Users"}, "cluster": "c"},
            {"match": {"metadata": {"x-tier": "gold"}}, "cluster": "d"},
        ]
        self.sidecar = self.start_sidecar(config={
            "listeners": [
                {"address": "127.0.0.1:0", "routes": routes, "cluster": "rest"},
                {"address": "127.0.0.1:0", "cluster": "d"},
            ],
            "clusters": {name: {"endpoints": [endpoint.address]}
                         for name, endpoint in self.endpoints.items()},
            "admin": {"address": "127.0.0.1:0"},
        })
        self.client = self.connect(self.sidecar)

    def assert_goes_to(self, name, *arguments, client=None, **options):
        call = (client or self.client).open(*arguments, end_stream=True, **options)
        self.endpoints[name].next_stream().respond()
        self.assertEqual(0, call.wait_status())

    def test_the_first_route_that_matches_wins(self):
        self.assert_goes_to("a", "/x.Users/Get", authority="blue.test")
        self.assert_goes_to("b", "/x.Users/Get")
        self.assert_goes_to("c", "/x.Users/List")
        self.assert_goes_to("c", "/x.Users/List", ("x-tier", "gold"))
        self.assert_goes_to("d", "/x.Other/List", ("x-tier", "gold"))
        self.assert_goes_to("rest", "/x.Other/List", ("x-tier", "golden"))
        self.assert_goes_to("rest", "/x.users/Get")
        self.assert_goes_to("rest", "/x.Users2/Get")

    def test_each_listener_has_its_own(self):
        second = RawClient(self.sidecar.addresses[1])
        self.addCleanup(second.close)
        self.assert_goes_to("d", "/x.Users/Get", client=second)


if __name__ == "__main__":
    unittest.main()
