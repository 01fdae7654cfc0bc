"""The sidecar under test, with its log, its metrics and its admin pages."""

import json
import os
import pathlib
import re
import tempfile
import urllib.error
import urllib.request

from . import binaries
from .process import Process
from .waiting import BOUND, wait_until

SAMPLE = re.compile(r"^(?P<name>[a-zA-Z_:][\w:]*)(?:\{(?P<labels>.*)\})? (?P<value>\S+)$")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


class Sidecar(Process):
    """`evenkeel run` on a configuration; listening once constructed.

    `config` is what the YAML file would say, as dicts and lists (JSON is YAML), the file's text, or
    the path of one.
    `program`: how it is called, with what runs it before it.
    """

    def __init__(self, config, *arguments, environment=None, program=(binaries.SIDECAR,)):
        self.config_path = str(config) if isinstance(config, pathlib.Path) else _write(config)
        super().__init__([*program, "run", "--config", self.config_path,
                          "--log-format", "json", *arguments], environment)
        try:
            listening = self.wait_log("listening")
        except AssertionError:
            self.close()
            raise
        self.addresses, self.admin = listening["listeners"], listening.get("admin")

    @property
    def address(self):
        return self.addresses[0]

    def log(self):
        """The log so far: a dict for each line that is JSON."""
        return [entry for entry in map(_parse, list(self.lines)) if entry]

    def wait_log(self, message, bound=BOUND):
        """Waits for a log line with this `msg` and returns the line as a dict."""

        def match(line):
            entry = _parse(line)
            return entry if entry and entry.get("msg") == message else None

        return self.wait_line(match, f'the log line "{message}"', bound)

    def post(self, path):
        """(HTTP status, body) of an admin page that acts."""
        return self.get(path, method="POST")

    def get(self, path, method="GET"):
        """(HTTP status, body) of an admin page."""
        request = urllib.request.Request(f"http://{self.admin}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=BOUND) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def clusters(self):
        return json.loads(self.get("/clusters")[1])

    def wait_endpoints(self, addresses, workers=1):
        """Waits until all these endpoints may take calls and every worker has a connection."""

        def all_ready():
            endpoints = [endpoint for cluster in self.clusters()["clusters"]
                         for endpoint in cluster["endpoints"]]
            ready = {endpoint["address"] for endpoint in endpoints
                     if endpoint["state"] == "ready" and endpoint["connections"] >= workers}
            return ready.issuperset(addresses)

        wait_until(all_ready, f"{addresses} to be ready")

    def metric(self, name, **labels):
        """The sum of all samples of this name whose labels include these."""
        total = 0.0
        for line in self.get("/metrics")[1].splitlines():
            match = SAMPLE.match(line)
            if not match or match["name"] != name:
                continue
            found = dict(LABEL.findall(match["labels"] or ""))
            if all(found.get(key) == value for key, value in labels.items()):
                total += float(match["value"])
        return total

    def wait_metric(self, name, predicate, bound=BOUND, **labels):
        """Waits until `predicate(value)` holds for metric(name, **labels)."""
        return wait_until(
            lambda: predicate(self.metric(name, **labels)), f"{name}{labels or ''}", bound
        )

    def close(self):
        super().close()
        if os.path.exists(self.config_path):
            os.unlink(self.config_path)


def _write(config):
    """A file with this configuration; its path."""
    text = config if isinstance(config, str) else json.dumps(config, indent=2)
    handle, path = tempfile.mkstemp(suffix=".yaml", prefix="evenkeel-e2e-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), 0o644)  # some sidecars are run by another user
    return path


def _parse(line):
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
