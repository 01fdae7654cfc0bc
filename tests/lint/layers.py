"""The tower of docs/architecture.md, and the check that holds `#include` lines against it.

A file includes its own room and rooms below it, nothing else; and each third-party library has the
one place that knows it, so that replacing it is a change to one folder.
"""

import re

# Every room of the product, lowest first.
TOWER = (
    "lib/base",
    "lib/process",
    "lib/net",
    "lib/http",
    "lib/trace",
    "lib/config",
    "lib/tls",
    "lib/jwt",
    "lib/authz",
    "lib/yaml",
    "lib/http2",
    "lib/rpc",
    "lib/connection",
    "lib/config_json",
    "lib/telemetry",
    "balancer",
    "pool",
    "health",
    "proxy/discovery",
    "proxy/route",
    "proxy/cluster",
    "proxy/call",
    "proxy/clients",
    "proxy/server",
    "proxy/admin",
    "proxy/program",
)

# Room -> rooms below it that it may not know all the same: what is pure has no socket and no clock.
APART = {
    "lib/http": ("lib/net",),
    "lib/trace": ("lib/net",),
    "lib/config": ("lib/net", "lib/http", "lib/trace"),
    "lib/jwt": ("lib/net", "lib/http", "lib/trace"),
    "lib/authz": ("lib/net", "lib/trace"),
    "lib/yaml": ("lib/net", "lib/http", "lib/trace", "lib/authz"),
    "lib/http2": ("lib/net", "lib/config", "lib/tls", "lib/yaml"),
    "lib/rpc": ("lib/net", "lib/config", "lib/tls", "lib/yaml"),
    "lib/connection": ("lib/config", "lib/yaml"),
    "lib/config_json": (
        "lib/net",
        "lib/http",
        "lib/tls",
        "lib/http2",
        "lib/rpc",
        "lib/connection",
    ),
    "lib/telemetry": ("lib/net", "lib/config", "lib/yaml", "lib/connection", "lib/config_json"),
    "balancer": ("lib/net", "lib/http", "lib/http2", "lib/rpc", "lib/connection", "lib/telemetry"),
    "proxy/admin": ("proxy/call", "proxy/clients", "proxy/cluster", "proxy/route", "proxy/server"),
}

# Header pattern -> folders that may include it, as path prefixes. The first pattern that matches
# counts; headers that none matches are free for all.
THIRD_PARTY = [
    (r"event2/(http|http_struct|buffer|keyvalq_struct)\.h", ("lib/net/", "proxy/admin/")),
    (r"(event2/|event\.h|evhttp\.h)", ("lib/net/",)),
    (r"ares", ("lib/net/",)),
    (r"nghttp2/", ()),  # only tests, to hold our HPACK against it
    (r"openssl/", ("lib/tls/",)),
    (r"yaml-cpp/", ("lib/yaml/",)),
    (r"prometheus/", ("lib/telemetry/",)),
    (r"CLI/", ("proxy/program/", "backend/")),
    (r"nlohmann/", ("lib/jwt/", "lib/config_json/", "proxy/admin/", "backend/")),
    (r"(google/protobuf/|.*\.pb\.h$)", ("health/", "backend/")),
    (r"(grpcpp|grpc|grpc\+\+)/", ("backend/",)),
    (
        r"(sys/socket\.h|sys/un\.h|netinet/|arpa/|netdb\.h|net/if\.h)",
        # address.cc tells IP addresses from names (inet_pton) and knows how long a unix path is,
        # network.cc reads ranges of them.
        ("lib/net/", "lib/base/address.cc", "lib/base/network.cc", "backend/"),
    ),
]

# Tests and benchmarks may look at anything.
FREE_FOLDERS = ("tests/", "bench/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    """The room that a path from the root lies in, or None."""
    parts = path.split("/")
    return next((room for room in ("/".join(parts[:2]), parts[0]) if room in TOWER), None)


def check(path, text):
    """What is wrong with the includes of one file, as a list of sentences with file and line."""
    name = path.as_posix()
    if name.startswith(FREE_FOLDERS):
        return []
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = INCLUDE.match(line)
        if not match:
            continue
        reason = _third_party_problem(name, match[2])
        if reason is None and match[1] == '"' and not name.startswith("backend/"):
            reason = _tower_problem(name, match[2])
        if reason:
            problems.append(f"{name}:{number}: {match[2]}: {reason}")
    return problems


def _third_party_problem(name, header):
    for pattern, places in THIRD_PARTY:
        if re.match(pattern, header):
            if name.startswith(places):
                return None
            return "only " + ", ".join(places) + " may include this"
    return None


def _tower_problem(name, header):
    if "/" not in header:
        return 'write includes from the root: "lib/net/timer.h"'
    if header.endswith(".pb.h"):
        return None
    own, included = room_of(name), room_of(header)
    if included is None:
        return "this is in no room of the tower"
    if own is None:
        return f"{name} is in no room of the tower (tests/lint/layers.py)"
    if included in APART.get(own, ()):
        return f"{own} may not know {included}"
    if TOWER.index(included) <= TOWER.index(own):
        return None
    return f"{own} may not include {included}, which stands above it"
