"""Would Kubernetes take deploy/kubernetes, and would it do what it says?"""

import copy
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import kubernetes_schema

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

FOLDER = binaries.ROOT / "deploy/kubernetes"


def kustomization():
    return yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))


def manifests():
    return [manifest for name in kustomization()["resources"]
            for manifest in yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8"))]


def the(kind, name):
    found = [manifest for manifest in manifests()
             if manifest["kind"] == kind and manifest["metadata"]["name"] == name]
    assert len(found) == 1, (kind, name)
    return found[0]


def pod(deployment):
    return the("Deployment", deployment)["spec"]["template"]["spec"]


def containers(deployment):
    spec = pod(deployment)
    return spec.get("initContainers", []) + spec["containers"]


def duration_of(flag, arguments):
    (value,) = [each.split("=")[1] for each in arguments if each.startswith(flag + "=")]
    return int(value.removesuffix("s"))


class SchemaTest(unittest.TestCase):
    def test_each_manifest_is_what_the_api_takes(self):
        for manifest in manifests():
            self.assertEqual([], kubernetes_schema.problems(manifest))

    def test_every_file_is_in_the_kustomization(self):
        files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
        self.assertEqual(files, set(kustomization()["resources"]))

    def test_slips_are_found(self):
        for slip, said in (
                (lambda pod: pod["containers"][0].update(imagePullPolice="Always"), "unknown field"),
                (lambda pod: pod["containers"][0].pop("name"), "must not be `None`"),
                (lambda pod: pod.update(terminationGracePeriodSeconds="40"), "is no int"),
                (lambda pod: pod.update(volumes={}), "is no list")):
            manifest = copy.deepcopy(the("Deployment", "client"))
            slip(manifest["spec"]["template"]["spec"])
            self.assertIn(said, " ".join(kubernetes_schema.problems(manifest)))

    def test_kubectl_puts_them_together(self):
        if shutil.which("kubectl") is None:
            print("SKIPPED: no kubectl (Debian package kubernetes-client)", file=sys.stderr)
            self.skipTest("kubectl is not installed")
        result = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True,
                                timeout=BOUND, check=False)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(len(manifests()), len(list(yaml.safe_load_all(result.stdout))))


class SidecarTest(unittest.TestCase):
    def setUp(self):
        (self.sidecar,) = pod("client")["initContainers"]

    def test_it_is_a_native_sidecar_that_drains_without_a_hook(self):
        self.assertEqual("Always", self.sidecar["restartPolicy"])
        self.assertNotIn("lifecycle", self.sidecar)
        self.assertLess(duration_of("--drain-timeout", self.sidecar["args"]),
                        pod("client")["terminationGracePeriodSeconds"])

    def test_its_probes_ask_the_admin_pages(self):
        (port,) = self.sidecar["ports"]
        self.assertEqual(("admin", 9901), (port["name"], port["containerPort"]))
        for probe, path in (("startupProbe", "/live"), ("readinessProbe", "/ready"),
                            ("livenessProbe", "/live")):
            self.assertEqual({"path": path, "port": "admin"}, self.sidecar[probe]["httpGet"])

    def test_the_configuration_is_mounted_as_a_folder_that_follows_the_config_map(self):
        (mount,) = self.sidecar["volumeMounts"]
        self.assertNotIn("subPath", mount)
        (volume,) = [each for each in pod("client")["volumes"] if each["name"] == mount["name"]]
        config_map = the("ConfigMap", volume["configMap"]["name"])
        self.assertIn(f"--config={mount['mountPath']}/{next(iter(config_map['data']))}",
                      self.sidecar["args"])

    def test_its_configuration_passes_the_check(self):
        text = the("ConfigMap", "evenkeel")["data"]["evenkeel.yaml"]
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(text)
            file.flush()
            result = subprocess.run([binaries.SIDECAR, "check", "--config", file.name],
                                    capture_output=True, text=True, timeout=BOUND, check=False)
        self.assertEqual((0, ""), (result.returncode, result.stderr))

    def test_it_discovers_the_headless_service_and_the_client_calls_it(self):
        config = yaml.safe_load(the("ConfigMap", "evenkeel")["data"]["evenkeel.yaml"])
        service = the("Service", "user-service")["spec"]
        self.assertEqual("None", service["clusterIP"])
        self.assertEqual(f"dns:///user-service:{service['ports'][0]['port']}",
                         config["clusters"]["user-service"]["endpoints"])
        (client,) = pod("client")["containers"]
        self.assertIn(f"--target={config['listeners'][0]['address']}", client["args"])


class NetworkPolicyTest(unittest.TestCase):
    def test_prometheus_alone_reaches_the_admin_port(self):
        (rule,) = the("NetworkPolicy", "client-admin")["spec"]["ingress"]
        self.assertEqual([9901], [port["port"] for port in rule["ports"]])
        (source,) = rule["from"]
        self.assertEqual({"namespaceSelector", "podSelector"}, set(source))


class PodSecurityTest(unittest.TestCase):
    """The `restricted` standard that the namespace enforces."""

    def test_every_container_is_within_it(self):
        for deployment in ("client", "user-service"):
            self.assertTrue(pod(deployment)["securityContext"]["runAsNonRoot"])
            self.assertEqual({"type": "RuntimeDefault"},
                             pod(deployment)["securityContext"]["seccompProfile"])
            for container in containers(deployment):
                context = container["securityContext"]
                self.assertFalse(context["allowPrivilegeEscalation"], container["name"])
                self.assertTrue(context["readOnlyRootFilesystem"], container["name"])
                self.assertEqual({"drop": ["ALL"]}, context["capabilities"], container["name"])
                self.assertIn("memory", container["resources"]["limits"], container["name"])


if __name__ == "__main__":
    unittest.main()
