"""The layer table of docs/architecture.md, and the check that holds `#include` lines against it.

A file in src/ includes its own folder and folders of lower rank, nothing else; and each third-party
library has the one place that knows it, so that replacing it is a change to one folder.
"""

import re

RANKS = {
    "base": 0,
    "net": 1,
    "http2": 1,
    "config": 1,
    "rpc": 2,
    "balancer": 2,
    "telemetry": 3,
    "pool": 4,
    "health": 5,
    "discovery": 5,
    "proxy": 6,
    "admin": 6,
}

# (file without suffix, included folder): each breaks the table for the reason beside it.
LAYER_EXCEPTIONS = {
    ("src/proxy/main", "admin"): "main starts the admin listener",
}

# Header pattern -> folders that may include it, as path prefixes. The first pattern that matches
# counts; headers that none matches are free for all.
THIRD_PARTY = [
    (r"event2/(http|http_struct|buffer|keyvalq_struct)\.h", ("src/net/", "src/admin/")),
    (r"(event2/|event\.h|evhttp\.h)", ("src/net/",)),
    (r"ares", ("src/net/",)),
    (r"nghttp2/", ()),  # only tests, to hold our HPACK against it
    (r"openssl/", ("src/net/",)),
    (r"yaml-cpp/", ("src/config/",)),
    (r"(prometheus|spdlog)/", ("src/telemetry/",)),
    (r"CLI/", ("src/proxy/", "backend/")),
    (r"nlohmann/", ("src/admin/", "backend/")),
    (r"(google/protobuf/|.*\.pb\.h$)", ("src/health/", "src/discovery/", "backend/")),
    (r"(grpcpp|grpc|grpc\+\+)/", ("backend/",)),
    (
        r"(sys/socket\.h|sys/un\.h|netinet/|arpa/|netdb\.h|net/if\.h)",
        # address.cc tells IP addresses from names (inet_pton) and knows how long a unix path is.
        ("src/net/", "src/base/address.cc", "backend/"),
    ),
]

# Tests and benchmarks may look at anything.
FREE_FOLDERS = ("tests/", "bench/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


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
        if reason is None and match[1] == '"' and name.startswith("src/"):
            reason = _layer_problem(path, match[2])
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


def _layer_problem(path, header):
    own, included = path.parts[1], header.split("/")[0]
    if "/" not in header:
        return 'write includes from src/: "folder/file.h"'
    if header.endswith(".pb.h"):
        return None
    if included not in RANKS:
        return f"{included} is no folder of the layer table"
    if own not in RANKS:
        return f"src/{own} is missing in the layer table (tests/lint/layers.py)"
    if included == own or RANKS[included] < RANKS[own]:
        return None
    if (path.with_suffix("").as_posix(), included) in LAYER_EXCEPTIONS:
        return None
    return f"{own} (rank {RANKS[own]}) may not include {included} (rank {RANKS[included]})"
