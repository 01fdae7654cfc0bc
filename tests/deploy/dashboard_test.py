"""Would Grafana show deploy/grafana/evenkeel.json as it is meant? What it asks Prometheus for is
monitoring_test.py's; tests/extra/grafana_test.py holds it against Grafana's own types."""

import pathlib
import re
import sys
import unittest

import yaml

import dashboard
import promql

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e/docker"))
import dashboard_queries  # noqa: E402

DEPLOY = dashboard.FILE.parents[1]
# Ids of Grafana's units; it shows one that it does not know as if it were a suffix.
UNITS = {"short", "reqps", "ops", "percentunit", "s", "bytes", "Bps"}
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
COLUMNS = 24


def shown_panels():
    return [panel for panel in dashboard.load()["panels"] if panel["type"] != "row"]


def services():
    text = (DEPLOY / "docker-compose.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)["services"]


def provisioned(name):
    return yaml.safe_load((DEPLOY / "grafana/provisioning" / name).read_text(encoding="utf-8"))


class PanelTest(unittest.TestCase):
    def test_ids_titles_and_places_are_their_own(self):
        panels = dashboard.load()["panels"]
        self.assertEqual(len(panels), len({panel["id"] for panel in panels}))
        self.assertEqual(len(panels), len({panel["title"] for panel in panels}))
        taken = set()
        for panel in panels:
            place = panel["gridPos"]
            cells = {(place["x"] + column, place["y"] + line)
                     for column in range(place["w"]) for line in range(place["h"])}
            self.assertTrue(cells, panel["title"])
            self.assertFalse(cells & taken, panel["title"])
            self.assertTrue(all(0 <= x < COLUMNS and y >= 0 for x, y in cells), panel["title"])
            taken |= cells

    def test_no_place_is_left_empty_above_a_panel(self):
        # Grafana moves panels up into holes, and then they are under another heading.
        panels = dashboard.load()["panels"]
        bottoms = {panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels} | {0}
        for panel in panels:
            self.assertIn(panel["gridPos"]["y"], bottoms, panel["title"])

    def test_units_are_grafanas(self):
        for panel in shown_panels():
            unit = panel["fieldConfig"]["defaults"].get("unit")
            self.assertTrue(unit in UNITS or panel["type"] == "state-timeline", panel["title"])

    def test_queries_of_a_panel_have_names_of_their_own(self):
        for panel in shown_panels():
            names = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(names), len(set(names)), panel["title"])


class LegendTest(unittest.TestCase):
    def test_it_names_only_labels_that_the_answer_has(self):
        for panel, target in dashboard.targets():
            named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            kept = promql.kept_labels(target["expr"])
            if kept is not None:
                self.assertEqual(set(), named - kept, panel["title"])

    def test_series_that_differ_are_called_differently(self):
        for panel, target in dashboard.targets():
            kept = promql.kept_labels(target["expr"]) or set()
            named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            self.assertEqual(set(), kept - named, panel["title"])

    def test_queries_of_a_panel_are_told_apart(self):
        for panel in shown_panels():
            legends = [target["legendFormat"] for target in panel["targets"]]
            self.assertEqual(len(legends), len(set(legends)), panel["title"])


class SourceTest(unittest.TestCase):
    def test_everything_is_asked_of_the_source_that_is_chosen(self):
        for panel in shown_panels():
            self.assertEqual(SOURCE, panel["datasource"], panel["title"])
        for panel, target in dashboard.targets():
            self.assertEqual(SOURCE, target["datasource"], panel["title"])
        for variable in dashboard.variables():
            self.assertEqual(SOURCE, variable["datasource"], variable["name"])

    def test_every_variable_is_known_and_used(self):
        own = {variable["name"] for variable in dashboard.load()["templating"]["list"]}
        used = set(re.findall(r"\$(\w+)", " ".join(dashboard.expressions())))
        self.assertEqual(own | {"__rate_interval"}, used | {"datasource"})

    def test_the_provisioned_source_is_the_prometheus_of_the_demo(self):
        (source,) = provisioned("datasources/prometheus.yml")["datasources"]
        self.assertEqual("prometheus", source["type"])
        self.assertTrue(source["isDefault"])
        self.assertEqual("http://prometheus:9090", source["url"])
        self.assertIn("prometheus", services())

    def test_rates_know_how_often_prometheus_asks(self):
        # $__rate_interval is four times of it.
        (source,) = provisioned("datasources/prometheus.yml")["datasources"]
        scrapes = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text())
        self.assertEqual(scrapes["global"]["scrape_interval"], source["jsonData"]["timeInterval"])

    def test_the_demo_mounts_it_where_it_is_looked_for(self):
        grafana = services()["grafana"]
        mounted = dict(volume.split(":")[:2] for volume in grafana["volumes"])
        (provider,) = provisioned("dashboards/evenkeel.yml")["providers"]
        file = mounted["./grafana/evenkeel.json"]
        self.assertEqual(provider["options"]["path"], str(pathlib.PurePath(file).parent))
        self.assertEqual(grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"], file)
        self.assertEqual("/etc/grafana/provisioning", mounted["./grafana/provisioning"])


class DataTest(unittest.TestCase):
    def test_what_may_be_empty_is_in_the_dashboard_and_has_a_reason(self):
        queries = {(panel["title"], target["refId"]) for panel, target in dashboard.targets()}
        self.assertEqual(set(), dashboard_queries.EMPTY_WHEN_CALM.keys() - queries)
        self.assertTrue(all(dashboard_queries.EMPTY_WHEN_CALM.values()))


if __name__ == "__main__":
    unittest.main()
