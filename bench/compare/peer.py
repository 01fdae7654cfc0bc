"""The proxies that are compared, and the backends behind them: how each is started.

A peer's configuration is a template in bench/peers: ${port} is where it listens, and a line with
${endpoint} is repeated for each endpoint: ${host} is its address, ${endpoint} its port, ${index}
counts from 0. A line with ${tls} stands only where both sides speak TLS 1.3, one with ${plain} only
where neither does; ${certificate}, ${key} and ${ca} are files.
"""

import pathlib
import shutil
import socket
import string
import subprocess
import time

PEERS = pathlib.Path(__file__).resolve().parents[1] / "peers"

# Name: its configuration, and the command, in which CONFIG is replaced. The order of the tables.
KINDS = {
    "evenkeel": ("evenkeel.yaml", ["evenkeel", "run", "--config", "CONFIG"]),
    "nghttpx": ("nghttpx.conf", ["nghttpx", "--conf=CONFIG"]),
    "haproxy": ("haproxy.cfg", ["haproxy", "-db", "-q", "-f", "CONFIG"]),
    "nginx": ("nginx.conf", ["nginx", "-c", "CONFIG"]),
    "envoy": ("envoy.yaml", ["envoy", "--disable-hot-restart", "--concurrency", "1", "-l", "off",
                             "-c", "CONFIG"]),
    "tcp": ("tcp.cfg", ["haproxy", "-db", "-q", "-f", "CONFIG"]),
}

_READY_SECONDS = 20


def installed(name, evenkeel):
    """Where the program of a peer is, or None. `evenkeel` is the sidecar's own path."""
    return str(evenkeel) if name == "evenkeel" else shutil.which(KINDS[name][1][0])


def version(name, evenkeel):
    """The first line in which the program names its version."""
    flag = "-v" if name in ("haproxy", "tcp", "nginx") else "--version"
    run = subprocess.run([installed(name, evenkeel), flag], capture_output=True, text=True)
    lines = (run.stdout + run.stderr).strip().splitlines()
    return lines[0] if lines else "unknown"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def rendered(template, values, endpoints, certificates=None):
    """The template's text with its values, and with one copy of each endpoint line an endpoint."""
    lines = []
    values = {**values, **(certificates or {}), "tls": "", "plain": ""}
    left_out = "${plain}" if certificates else "${tls}"
    for line in template.splitlines(keepends=True):
        if left_out in line:
            continue
        if "${endpoint}" not in line:
            lines.append(string.Template(line).substitute(values))
            continue
        for index, (host, endpoint) in enumerate(endpoints):
            each = {**values, "host": host, "endpoint": endpoint, "index": index}
            lines.append(string.Template(line).substitute(each))
    return "".join(lines)


class Server:
    """A program that listens on `port`; ended when the `with` block is left."""

    def __init__(self, command, port, log):
        self.port = port
        self._log = open(log, "w", encoding="utf-8")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)
        self.pid = self._process.pid

    def await_ready(self):
        give_up = time.monotonic() + _READY_SECONDS
        while True:
            if self._process.poll() is not None:
                raise RuntimeError(f"{self._process.args[0]} has ended; see {self._log.name}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


def make_certificates(scratch):
    """An ECDSA P-256 certificate for localhost that signs itself: the values of the templates."""
    names = {each: f"{scratch}/{each}.pem" for each in ("certificate", "key")}
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", names["key"], "-out", names["certificate"]],
                   check=True, capture_output=True)
    joined = pathlib.Path(f"{scratch}/joined.pem")  # HAProxy wants both in one file
    joined.write_text("".join(pathlib.Path(names[each]).read_text() for each in names))
    return {**names, "ca": names["certificate"], "joined": str(joined)}


def start(name, endpoints, scratch, evenkeel, policy="least_request", certificates=None):
    """Starts the peer `name` in front of `endpoints`, which are (address, port)."""
    config, command = KINDS[name]
    port = free_port()
    values = {"port": port, "admin": free_port(), "policy": policy, "scratch": scratch}
    path = pathlib.Path(scratch) / f"{name}-{port}-{config}"
    template = (PEERS / config).read_text(encoding="utf-8")
    path.write_text(rendered(template, values, endpoints, certificates))
    program = [installed(name, evenkeel)] + command[1:]
    program = [each.replace("CONFIG", str(path)) for each in program]
    return Server(program, port, f"{path}.log")
