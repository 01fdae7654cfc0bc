"""deploy/grafana/evenkeel.json, read."""

import json
import pathlib

FILE = pathlib.Path(__file__).resolve().parents[2] / "deploy/grafana/evenkeel.json"


def load():
    return json.loads(FILE.read_text(encoding="utf-8"))


def targets():
    """(panel, target) of every query that is drawn."""
    return [(panel, target) for panel in load()["panels"] for target in panel.get("targets", ())]


def variables():
    """Those that are asked of Prometheus."""
    return [variable for variable in load()["templating"]["list"] if variable["type"] == "query"]


def expressions():
    return ([target["expr"] for _, target in targets()]
            + [variable["definition"] for variable in variables()])
