"""Does docker compose v2 read deploy/docker-compose.yml as it is meant? Loads it with the library
that compose v2 itself loads it with (the Go module compose-go), options in compose's own order.
tests/e2e/compose_test.sh runs the file, with whichever compose the machine has."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import fetched

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMPOSE = ROOT / "deploy/docker-compose.yml"
VARIABLES = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
LIBRARY = "github.com/compose-spec/compose-go/v2"
RELEASE = "v2.1.6"
PROGRAM = f"""
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"{LIBRARY}/cli"
)

func main() {{
	options, err := cli.NewProjectOptions(os.Args[1:], cli.WithOsEnv, cli.WithEnvFiles(),
		cli.WithDotEnv, cli.WithConfigFileEnv, cli.WithDefaultConfigPath)
	if err == nil {{
		project, failure := cli.ProjectFromOptions(context.Background(), options)
		if err = failure; err == nil {{
			err = json.NewEncoder(os.Stdout).Encode(project)
		}}
	}}
	if err != nil {{
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}}
}}
"""


class ComposeV2Test(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        (cls.folder / "main.go").write_text(PROGRAM, encoding="utf-8")
        for command in (("mod", "init", "loader"), ("get", f"{LIBRARY}@{RELEASE}"),
                        ("mod", "tidy"), ("build", "-o", "loader", ".")):
            fetched.run("go", *command, folder=cls.folder, what=LIBRARY)

    def load(self, *files, **variables):
        environment = {name: value for name, value in os.environ.items()
                       if name not in VARIABLES} | variables
        return subprocess.run([self.folder / "loader", *map(str, files)], cwd=ROOT, text=True,
                              env=environment, capture_output=True, timeout=60, check=False)

    def project(self):
        result = self.load("deploy/docker-compose.yml")
        self.assertEqual((0, ""), (result.returncode, result.stderr))  # nor a warning
        return json.loads(result.stdout)

    def test_it_is_called_as_the_documents_say(self):
        self.assertEqual("evenkeel-demo", self.project()["name"])

    def test_it_means_three_replicas_and_a_sidecar_in_the_clients_network(self):
        services = self.project()["services"]
        self.assertEqual({"user-service", "client", "evenkeel", "prometheus", "grafana"},
                         set(services))
        self.assertEqual(3, services["user-service"]["deploy"]["replicas"])
        self.assertEqual("service:client", services["evenkeel"]["network_mode"])
        self.assertEqual({"debian:bookworm-slim"},
                         {service["build"]["args"]["BASE_IMAGE"] for service in services.values()
                          if "build" in service})

    def test_ports_are_on_the_loopback_and_folders_are_found(self):
        for name, service in self.project()["services"].items():
            for port in service.get("ports", ()):
                self.assertEqual("127.0.0.1", port["host_ip"], name)
            for volume in service.get("volumes") or ():
                self.assertTrue(pathlib.Path(volume["source"]).exists(), volume)
                self.assertTrue(volume["read_only"], volume)
            if "build" in service:
                self.assertEqual(ROOT, pathlib.Path(service["build"]["context"]))

    def test_an_empty_port_is_any_free_one(self):
        result = self.load("deploy/docker-compose.yml", ADMIN_PORT="", EVENKEEL_PORT="1234")
        self.assertEqual(0, result.returncode, result.stderr)
        ports = json.loads(result.stdout)["services"]["client"]["ports"]
        self.assertEqual({50051: "1234", 9901: None},
                         {port["target"]: port.get("published") for port in ports})

    def test_it_takes_the_local_prometheus_of_the_test_over_it(self):
        result = self.load("deploy/docker-compose.yml", "tests/e2e/docker/local-prometheus.yml")
        self.assertEqual(0, result.returncode, result.stderr)
        prometheus = json.loads(result.stdout)["services"]["prometheus"]
        self.assertEqual(str(ROOT / "tests/e2e/docker"), prometheus["build"]["context"])

    def test_slips_are_found(self):
        text = COMPOSE.read_text(encoding="utf-8")
        for right, wrong in (("read_only: true", "raed_only: true"), ("replicas: 3", "replicas: x"),
                             ("depends_on: [prometheus]", "depends_on: [promehteus]")):
            self.assertIn(right, text)
            slip = self.folder / "slip.yml"
            slip.write_text(text.replace(right, wrong), encoding="utf-8")
            self.assertNotEqual(0, self.load(slip).returncode, wrong)


if __name__ == "__main__":
    unittest.main()
