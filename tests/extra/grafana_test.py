"""Is deploy/grafana/evenkeel.json a dashboard to Grafana? The TypeScript compiler holds each panel,
its options and its fields against the types that Grafana publishes (npm's @grafana/schema), of the
release in deploy/docker-compose.yml: a key that nobody knows, one that lacks and a wrong value are
errors."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

import fetched

DEPLOY = pathlib.Path(__file__).resolve().parents[2] / "deploy"
DASHBOARD = DEPLOY / "grafana/evenkeel.json"
COMPOSE = DEPLOY / "docker-compose.yml"

# The published types name values by enums; Plain is the same with the values themselves.
# `definition` is what Grafana itself writes into a query variable; the types lack it.
TYPES = """
import type {Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel, VariableModel}
  from "@grafana/schema";
%(imports)s
type Plain<T> = unknown extends T ? T : T extends string ? `${T}` :
  T extends (infer U)[] ? Plain<U>[] :
  T extends object ? {[K in keyof T]: Plain<T[K]>} : T;
type Row = Plain<RowPanel>;
type Shown<Options, Custom> = Plain<Omit<Panel, "options" | "fieldConfig"> & {
  id: number, title: string, options: Options, fieldConfig: {
    defaults: Omit<FieldConfig, "custom"> & {custom?: Custom},
    overrides: FieldConfigSource["overrides"]}}>;
type Frame = Plain<Omit<Dashboard, "panels" | "templating"> & {
  templating: {list: (VariableModel & {definition?: string})[]}}>;
"""
KINDS = {"stat": "Stat", "timeseries": "TimeSeries", "state-timeline": "StateTimeline"}
COMPILE = ("node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--pretty", "false",
           "--moduleResolution", "node", "--module", "es2022", "--target", "es2022", "check.ts")


def imports():
    for kind, name in KINDS.items():
        path = f"@grafana/schema/dist/esm/raw/composable/{kind.replace('-', '')}/panelcfg/x"
        fields = "" if kind == "stat" else f", FieldConfig as {name}Fields"
        yield (f"import type {{Options as {name}Options{fields}}} "
               f'from "{path}/{name}PanelCfg_types.gen";')


def type_of(panel):
    if panel["type"] == "row":
        return "Row"
    name = KINDS[panel["type"]]
    return f"Shown<{name}Options, {'never' if name == 'Stat' else name + 'Fields'}>"


def program(dashboard):
    """TypeScript that compiles if, and only if, the dashboard is of the published types."""
    frame = {key: value for key, value in dashboard.items() if key != "panels"}
    parts = [TYPES % {"imports": "\n".join(imports())},
             f"export const frame: Frame = {json.dumps(frame)};"]
    parts += [f"export const panel{panel['id']}: {type_of(panel)} = {json.dumps(panel)};"
              for panel in dashboard["panels"]]
    return "\n".join(parts)


class TypesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        release = re.search(r"grafana/grafana:(\d+\.\d+)", COMPOSE.read_text(encoding="utf-8"))[1]
        fetched.node_packages(cls.folder, f"@grafana/schema@{release}", "typescript@5.5")

    def complaints(self, dashboard):
        (self.folder / "check.ts").write_text(program(dashboard), encoding="utf-8")
        return subprocess.run(COMPILE, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, check=False).stdout

    def setUp(self):
        self.dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))

    def the(self, title):
        return next(each for each in self.dashboard["panels"] if each["title"] == title)

    def test_it_is_what_grafana_says_a_dashboard_is(self):
        self.assertEqual("", self.complaints(self.dashboard))

    def test_slips_are_found(self):
        for said, slip in (
                ("colour", lambda: self.the("Calls")["options"].update(colour="red")),
                ("midle", lambda: self.the("Latency")["options"]["legend"].update(
                    placement="midle")),
                ("unti", lambda: self.the("CPU")["fieldConfig"]["defaults"].update(unti="s")),
                ("lineWidht", lambda: self.the("CPU")["fieldConfig"]["defaults"]["custom"].update(
                    lineWidht=1)),
                ("'string' is not assignable", lambda: self.the("Bytes")["gridPos"].update(w="8")),
                ("refersh", lambda: self.dashboard.update(refersh="5s"))):
            with self.subTest(said):
                self.setUp()
                slip()
                self.assertIn(said, self.complaints(self.dashboard))


if __name__ == "__main__":
    unittest.main()
