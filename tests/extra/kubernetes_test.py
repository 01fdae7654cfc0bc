"""Would a Kubernetes API server take deploy/kubernetes? Holds the manifests against the schemas that
the API's releases published, from the oldest that we promise to the youngest that PyPI's
kubernetes-validate has; strictly, so a field that nobody knows is an error.
tests/deploy/kubernetes_test.py is the quick relative of this that needs no network."""

import pathlib
import subprocess
import tempfile
import unittest

import fetched

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy/kubernetes"
MANIFESTS = sorted(set(FOLDER.glob("*.yaml")) - {FOLDER / "kustomization.yaml"})
OLDEST = (1, 29)  # the first with native sidecars, as client.yaml says
VERSIONS = "from kubernetes_validate import utils; print(*utils.all_versions())"


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.python = fetched.python_packages(cls.folder, "kubernetes-validate")
        every = {tuple(map(int, version.split(".")[:2]))
                 for version in cls.output("-c", VERSIONS).split()}
        cls.releases = sorted(release for release in every if release >= OLDEST)

    @classmethod
    def output(cls, *arguments):
        """Of the environment's Python: both streams."""
        return subprocess.run([cls.python, *map(str, arguments)], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60, check=False).stdout

    def complaints(self, release, *files):
        """Of the API's release about the files: errors, and kinds that it does not know."""
        return self.output("-m", "kubernetes_validate", "--strict", "--quiet",
                           "--kubernetes-version", ".".join(map(str, release)), *files)

    def test_every_release_takes_every_manifest(self):
        self.assertIn(OLDEST, self.releases)
        for release in self.releases:
            self.assertEqual("", self.complaints(release, *MANIFESTS), release)

    def test_slips_are_found(self):
        text = (FOLDER / "client.yaml").read_text(encoding="utf-8")
        for right, wrong in (("httpGet: {path: /live, port: admin}",
                              "httpGet: {path: /live, prot: admin}"),
                             ("terminationGracePeriodSeconds: 40",
                              'terminationGracePeriodSeconds: "40"'),
                             ("        - name: evenkeel\n", "        - nmae: evenkeel\n"),
                             ("replicas: 1", "replica: 1"),
                             ("apiVersion: apps/v1", "apiVersion: apps/v9")):
            self.assertIn(right, text)
            slip = self.folder / "slip.yaml"
            slip.write_text(text.replace(right, wrong), encoding="utf-8")
            for release in (self.releases[0], self.releases[-1]):
                self.assertNotEqual("", self.complaints(release, slip), (wrong, release))


if __name__ == "__main__":
    unittest.main()
