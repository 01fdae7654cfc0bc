"""Do dashboard, recording rules and alerts speak of what the sidecar really exports?"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import dashboard
import promql

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.case import E2eTestCase  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

DEPLOY = binaries.ROOT / "deploy"
RULES = ("rules.yml", "alerts.yml")
HISTOGRAM_SUFFIXES = ("_bucket", "_sum", "_count")
OF_PROMETHEUS = {"up"}
LABELS_OF_PROMETHEUS = {"job", "instance", "le"}
DOCUMENTED = re.compile(r"^\| `((?:evenkeel|process)_\w+)` \| \w+ \|([^|]*)\|", re.MULTILINE)


def rules():
    """Every rule of the shipped files, as a dict."""
    return [rule for name in RULES
            for group in yaml.safe_load((DEPLOY / "prometheus" / name).read_text())["groups"]
            for rule in group["rules"]]


def recorded():
    return {rule["record"] for rule in rules() if "record" in rule}


def expressions():
    return [rule["expr"] for rule in rules()] + dashboard.expressions()


def documented_labels():
    """Labels by metric, from docs/metrics.md, which a unit test holds against the program."""
    text = (binaries.ROOT / "docs/metrics.md").read_text(encoding="utf-8")
    return {name: set(re.findall(r"`(\w+)`", labels)) for name, labels in DOCUMENTED.findall(text)}


class ExportedTest(E2eTestCase):
    """Against /metrics of a running sidecar."""

    def exported(self):
        sidecar = self.start_sidecar("127.0.0.1:1")
        names = set()
        for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", sidecar.get("/metrics")[1],
                                     re.MULTILINE):
            suffixes = HISTOGRAM_SUFFIXES if kind == "histogram" else ("",)
            names.update(name + suffix for suffix in suffixes)
        return names

    def test_every_metric_that_is_asked_for_exists(self):
        known = self.exported() | recorded() | OF_PROMETHEUS
        for expression in expressions():
            asked = promql.metrics(expression)
            self.assertTrue(asked, f"names no metric: {expression}")
            self.assertEqual(set(), asked - known, expression)

    def test_every_metric_that_texts_speak_of_exists(self):
        known = self.exported() | recorded()
        texts = [text for rule in rules() for text in rule.get("annotations", {}).values()]
        spoken = set(re.findall(r"(?:\w+:)?evenkeel_\w+(?::\w+)?", " ".join(texts)))
        self.assertTrue(spoken)
        self.assertEqual(set(), spoken - known)


class LabelsTest(unittest.TestCase):
    def test_selectors_ask_for_labels_that_the_metric_has(self):
        documented = documented_labels()
        for expression in expressions():
            for metric, label in promql.matched_labels(expression):
                if metric in OF_PROMETHEUS or metric in recorded():
                    continue
                base = re.sub(r"_(bucket|sum|count)$", "", metric)
                self.assertIn(label, documented[base] | LABELS_OF_PROMETHEUS, expression)

    def test_groupings_name_labels_that_exist(self):
        known = set().union(*documented_labels().values()) | LABELS_OF_PROMETHEUS
        for expression in expressions():
            self.assertEqual(set(), promql.grouped_labels(expression) - known, expression)


class PromtoolTest(unittest.TestCase):
    def promtool(self, *arguments):
        if shutil.which("promtool") is None:
            print("SKIPPED: no promtool (Debian package prometheus)", file=sys.stderr)
            self.skipTest("promtool is not installed")
        result = subprocess.run(["promtool", *arguments], cwd=DEPLOY / "prometheus", text=True,
                                capture_output=True, timeout=BOUND, check=False)
        self.assertEqual(0, result.returncode, result.stdout + result.stderr)

    def test_it_accepts_rules_and_alerts(self):
        self.promtool("check", "rules", "--lint-fatal", *RULES)

    def test_it_accepts_the_configuration(self):
        self.promtool("check", "config", "--lint-fatal", "prometheus.yml")

    def test_alerts_fire_when_they_should_and_only_then(self):
        self.promtool("test", "rules", "rules_test.yml")

    def test_every_query_of_the_dashboard_is_one(self):
        queries = [target["expr"] for _, target in dashboard.targets()]
        rules_file = {"groups": [{"name": "dashboard", "rules": [
            {"record": f"query_{number}", "expr": query.replace("$__rate_interval", "1m")}
            for number, query in enumerate(queries)]}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            yaml.safe_dump(rules_file, file)
            self.promtool("check", "rules", file.name)

    def test_every_alert_has_a_case(self):
        cases = (DEPLOY / "prometheus" / "rules_test.yml").read_text(encoding="utf-8")
        for rule in rules():
            if "alert" in rule:
                self.assertRegex(cases, rf"alertname: {rule['alert']}\n", rule["alert"])


class PromqlTest(unittest.TestCase):
    def test_names_and_labels_are_found(self):
        text = 'sum by (a, le) (rate(m_bucket{x="y z", q=~"$v"}[5m])) / on (b) group_left r:s:t'
        self.assertEqual({"m_bucket", "r:s:t"}, promql.metrics(text))
        self.assertEqual({("m_bucket", "x"), ("m_bucket", "q")}, promql.matched_labels(text))
        self.assertEqual({"a", "le", "b"}, promql.grouped_labels(text))

    def test_numbers_functions_and_operators_are_no_metrics(self):
        self.assertEqual({"up"}, promql.metrics("abs(up) * 1e3 > 0.5 and vector(0) or up offset 5m"))
        self.assertEqual({"m"}, promql.metrics('label_values(m{job="$job"}, instance)'))


if __name__ == "__main__":
    unittest.main()
