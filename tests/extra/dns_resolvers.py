"""What glibc, Go and Evenkeel find for one name, in each of many states of its servers.

Usage: unshare --net --mount dns_resolvers.py GO-PROGRAM

The network and the files are its own: it puts up loopback, and its own /etc/resolv.conf and
/etc/hosts. Prints JSON: by case, by resolver, the addresses found; none: what it said.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from dns_zone import SILENT, DnsZone, Zone

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness.sidecar import Sidecar  # pylint: disable=wrong-import-position
from harness.waiting import wait_until  # pylint: disable=wrong-import-position

PLAIN = ""
KUBERNETES = "search ns.svc.test svc.test corp.test\noptions ndots:5\n"
DOCKER = "search corp.test\noptions ndots:0\n"
FOUR, SIX = ["127.0.0.1", "127.0.0.2"], ["::1"]
BOTH = {"A": FOUR, "AAAA": SIX}
MANY = {"A": [f"127.0.1.{number}" for number in range(1, 101)],
        "AAAA": [f"fd00::{number}" for number in range(1, 51)]}

# By title: the name, /etc/resolv.conf beside the server, the zone, /etc/hosts.
CASES = {
    "A": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR}})),
    "AAAA": ("users.test", PLAIN, Zone({"users.test": {"AAAA": SIX}})),
    "both": ("users.test", PLAIN, Zone({"users.test": BOTH})),
    "alias": ("users.test", PLAIN, Zone({"users.test": {"CNAME": "x.test"}, "x.test": BOTH})),
    "alias of nothing": ("users.test", PLAIN, Zone({"users.test": {"CNAME": "x.test"}})),
    "no such name": ("users.test", PLAIN, Zone({})),
    "no records": ("users.test", PLAIN, Zone({"users.test": {}})),
    "SERVFAIL": ("users.test", PLAIN, Zone({"users.test": {"A": "SERVFAIL", "AAAA": "SERVFAIL"}})),
    "REFUSED": ("users.test", PLAIN, Zone({"users.test": {"A": "REFUSED", "AAAA": "REFUSED"}})),
    "silence": ("users.test", PLAIN, Zone({"users.test": {"A": SILENT, "AAAA": SILENT}})),
    "AAAA SERVFAIL": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR, "AAAA": "SERVFAIL"}})),
    "AAAA NXDOMAIN": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR, "AAAA": "NXDOMAIN"}})),
    "AAAA NOTIMP": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR, "AAAA": "NOTIMP"}})),
    "AAAA REFUSED": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR, "AAAA": "REFUSED"}})),
    "AAAA silent": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR, "AAAA": SILENT}})),
    "A SERVFAIL": ("users.test", PLAIN, Zone({"users.test": {"A": "SERVFAIL", "AAAA": SIX}})),
    "A silent": ("users.test", PLAIN, Zone({"users.test": {"A": SILENT, "AAAA": SIX}})),
    "truncated": ("users.test", PLAIN, Zone({"users.test": MANY}, truncates=True)),
    "truncated, no TCP": ("users.test", PLAIN,
                          Zone({"users.test": BOTH}, truncates=True, tcp=False)),
    "no EDNS": ("users.test", PLAIN, Zone({"users.test": BOTH}, edns=False)),
    "search: the first has it": ("users", KUBERNETES, Zone({"users.ns.svc.test": BOTH})),
    "search: the last has it": ("users", KUBERNETES, Zone({"users.corp.test": BOTH})),
    "search: the first has A, the last AAAA": (
        "users", KUBERNETES,
        Zone({"users.ns.svc.test": {"A": FOUR}, "users.corp.test": {"AAAA": ["::2"]}})),
    "search: the first has the name alone": (
        "users", KUBERNETES, Zone({"users.ns.svc.test": {}, "users.svc.test": BOTH})),
    "search: the last fails": (
        "users", KUBERNETES,
        Zone({"users.ns.svc.test": BOTH,
              "users.corp.test": {"A": "SERVFAIL", "AAAA": "SERVFAIL"}})),
    "search: the first fails": (
        "users", KUBERNETES,
        Zone({"users.ns.svc.test": {"A": "SERVFAIL", "AAAA": "SERVFAIL"},
              "users.svc.test": BOTH})),
    "search: the first refuses": (
        "users", KUBERNETES,
        Zone({"users.ns.svc.test": {"A": "REFUSED", "AAAA": "REFUSED"}, "users.svc.test": BOTH})),
    "search: the first is silent": (
        "users", KUBERNETES,
        Zone({"users.ns.svc.test": {"A": SILENT, "AAAA": SILENT}, "users.svc.test": BOTH})),
    "search: the whole name": ("users", KUBERNETES, Zone({"users": BOTH})),
    "search: a name with a final dot": (
        "users.test.", KUBERNETES, Zone({"users.test": BOTH, "users.test.corp.test": {"A": ["::9"]}})),
    "ndots:0: the name itself": (
        "users", DOCKER, Zone({"users": {"A": FOUR}, "users.corp.test": {"AAAA": ["::2"]}})),
    "ndots:0: in the domain": ("users", DOCKER, Zone({"users.corp.test": BOTH})),
    "hosts: one family": ("users.test", PLAIN, Zone({"users.test": BOTH}), "127.0.0.9 users.test\n"),
    "hosts: both": ("users.test", PLAIN, Zone({"users.test": {"A": FOUR}}),
                    "127.0.0.9 users.test\n::1 users.test\n"),
}

GLIBC = """
import json, socket, sys
try:
    found = socket.getaddrinfo(sys.argv[1], None, type=socket.SOCK_STREAM)
    print(json.dumps({"addresses": sorted({each[4][0] for each in found})}))
except OSError as error:
    print(json.dumps({"error": str(error)}))
"""


def output(*command, **environment):
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True,
                            env={**os.environ, **environment})
    return json.loads(result.stdout)


def evenkeel(name):
    sidecar = Sidecar({
        "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
        "clusters": {"test": {"endpoints": f"dns:///{name}:50051", "health_check": "off"}},
        "admin": {"address": "127.0.0.1:0"}})
    try:
        def answer():
            cluster = sidecar.clusters()["clusters"][0]
            if cluster["endpoints"]:
                return {"addresses": [each["address"].rsplit(":", 1)[0].strip("[]")
                                      for each in cluster["endpoints"]]}
            failure = cluster.get("discovery_failure")
            return {"error": failure} if failure else None
        return wait_until(answer, "an answer to " + name)
    finally:
        sidecar.close()


def mount(folder, name):
    file = folder / name
    file.touch()
    subprocess.run(["mount", "--bind", file, f"/etc/{name}"], check=True)
    return file


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    folder = pathlib.Path(tempfile.mkdtemp())
    resolv_conf, hosts = mount(folder, "resolv.conf"), mount(folder, "hosts")
    server, results = DnsZone(), {}
    for title, (name, search, zone, *local) in CASES.items():
        server.zone = zone
        resolv_conf.write_text(
            f"nameserver 127.0.0.1\noptions timeout:1 attempts:2\n{search}", encoding="utf-8")
        hosts.write_text("".join(local), encoding="utf-8")
        results[title] = {
            "glibc": output(sys.executable, "-c", GLIBC, name),
            "Go": output(sys.argv[1], name),
            "Evenkeel": evenkeel(name)}
    print(json.dumps(results))


main()
