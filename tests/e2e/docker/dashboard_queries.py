#!/usr/bin/python3
"""Asks a Prometheus every query of deploy/grafana/evenkeel.json, as Grafana would.

Usage: dashboard_queries.py ADDRESS. Exit code 1 if it refuses one, or has no data for what a balanced
cluster under load must show.
"""

import json
import pathlib
import sys
import urllib.parse
import urllib.request

DASHBOARD = pathlib.Path(__file__).resolve().parents[3] / "deploy/grafana/evenkeel.json"
VARIABLES = {"$job": "evenkeel", "$instance": ".*", "$cluster": ".*", "$__rate_interval": "1m"}
ALWAYS_THERE = {
    "Calls", "Calls that fail", "Latency p99", "Endpoints ready", "Fairness now", "Panic",
    "Calls by status", "Latency", "Calls by method", "Calls in flight", "Connections",
    "Share of calls", "Attempts in flight", "Latency p99 by endpoint", "State of each endpoint",
    "CPU", "Memory", "File descriptors", "Bytes",
}


def series(address, query):
    """How many series the answer has; HTTPError where Prometheus refuses the query."""
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    url = f"http://{address}/api/v1/query?" + urllib.parse.urlencode({"query": query})
    with urllib.request.urlopen(url, timeout=10) as answer:
        return len(json.load(answer)["data"]["result"])


def main():
    panels = [panel for panel in json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
              if panel["type"] != "row"]
    found = {panel["title"]: [series(sys.argv[1], target["expr"]) for target in panel["targets"]]
             for panel in panels}
    empty = {title for title, counts in found.items() if not any(counts)}
    print(f"    {len(found) - len(empty)} of {len(found)} panels have data; without:",
          ", ".join(sorted(empty)) or "none")
    return 1 if (empty & ALWAYS_THERE or ALWAYS_THERE - found.keys()) else 0


if __name__ == "__main__":
    sys.exit(main())
