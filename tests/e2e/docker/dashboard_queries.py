#!/usr/bin/python3
"""Asks a Prometheus every query of deploy/grafana/evenkeel.json, as Grafana would.

Usage: dashboard_queries.py ADDRESS calm|after. Exit code 1 if Prometheus refuses a query, if a label
of a legend is in no answer, or if a query lacks data that it must have: in a balanced cluster under
load, those that are not in EMPTY_WHEN_CALM; `after` compose_test.sh has killed, paused and restarted
replicas and changed the configuration, also those that this must bring about, and more than zeros.
"""

import json
import pathlib
import re
import sys
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).resolve().parents[3] / "deploy/grafana/evenkeel.json"
VARIABLES = {"$job": "evenkeel", "$instance": ".*", "$cluster": ".*"}
INTERVAL = {"calm": "1m", "after": "15m"}  # for $__rate_interval; `after` looks back on all acts
SHOWN_AFTER, MAY_BE_EMPTY = "killing, pausing, restarting, reloading shows it", "the demo lacks it: "
# (panel, query): when there is something to see.
EMPTY_WHEN_CALM = {
    ("Configuration", "A"): SHOWN_AFTER,
    ("Failures by who decided them", "A"): SHOWN_AFTER,
    ("Attempts that fail, by endpoint", "A"): SHOWN_AFTER,
    ("Health checks that do not say serving", "A"): SHOWN_AFTER,
    ("Connections to endpoints: failed and lost", "A"):
        MAY_BE_EMPTY + "a replica that is gone is gone from DNS, too",
    ("Connections to endpoints: failed and lost", "B"): SHOWN_AFTER,
    ("Ejections", "A"): MAY_BE_EMPTY + "a paused replica's PINGs can put it out before its calls do",
    ("Ejections", "B"): MAY_BE_EMPTY + "every ejection is enforced",
    ("Retries", "A"): MAY_BE_EMPTY + "no replica refuses a call that it has not begun",
    ("Retries", "B"): MAY_BE_EMPTY + "no retry policy",
    ("Retries", "C"): MAY_BE_EMPTY + "no retry policy",
    ("Retries", "D"): MAY_BE_EMPTY + "no hedging policy",
    ("Rules broken", "A"): MAY_BE_EMPTY + "client and replicas keep to the rules",
    ("Configuration", "B"): MAY_BE_EMPTY + "no configuration is rejected",
    ("Calls refused by a limit", "A"): MAY_BE_EMPTY + "no limit is reached",
}


def series(address, query, interval):
    """The series of the answer; HTTPError where Prometheus refuses the query."""
    for variable, value in (VARIABLES | {"$__rate_interval": interval}).items():
        query = query.replace(variable, value)
    url = f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)["data"]["result"]


def problems(key, target, found, when):
    """What is wrong with a query's answer, in words."""
    for label in re.findall(r"{{(\w+)}}", target["legendFormat"]):
        if found and not all(label in each["metric"] for each in found):
            yield f"its legend names {label}, which no series has"
    if not found and key not in EMPTY_WHEN_CALM:
        yield "no data"
    if when == "after" and EMPTY_WHEN_CALM.get(key) == SHOWN_AFTER and not any(
            float(each["value"][1]) > 0 for each in found):
        yield "shows nothing of what has been done"


def main():
    _, address, when = sys.argv
    queries = {(panel["title"], target["refId"]): target
               for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
               for target in panel.get("targets", ())}
    found = {key: series(address, target["expr"], INTERVAL[when])
             for key, target in queries.items()}
    wrong = [f"{key[0]}, query {key[1]}: {problem}" for key, target in queries.items()
             for problem in problems(key, target, found[key], when)]
    wrong += [f"{key[0]}, query {key[1]}: not in the dashboard" for key in EMPTY_WHEN_CALM
              if key not in queries]
    with_data = {title for (title, _), each in found.items() if each}
    print(f"    {len(with_data)} of {len({title for title, _ in queries})} panels have data; without:",
          ", ".join(sorted({title for title, _ in queries} - with_data)) or "none")
    print("".join(f"    {line}\n" for line in wrong), end="")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
