"""h2load: clients that each keep a number of calls under way, as fast as they are answered."""

import dataclasses
import re
import subprocess

import backend

_TIMEOUT_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many clients with how many calls each, of what size, and how many calls in all."""

    clients: int
    streams: int
    size: int = 16
    calls: int = 20000

    def __str__(self):
        return f"{self.clients}x{self.streams}"


@dataclasses.dataclass(frozen=True)
class Load:
    calls: int
    calls_per_second: float


class NotAllAnswered(RuntimeError):
    """A figure over calls that failed would be worth nothing."""


def run(port, shape, scratch, calls=None):
    """Drives `shape.calls` calls, or `calls`, through the proxy that listens on `port`."""
    calls = max(calls or shape.calls, shape.clients)
    body = f"{scratch}/request-{shape.size}"
    with open(body, "wb") as file:
        file.write(backend.message(shape.size))
    command = ["h2load", "-n", str(calls), "-c", str(shape.clients), "-m", str(shape.streams)]
    command += ["-t1", "-w20", "-W24", "-d", body]
    command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    command += [f"http://127.0.0.1:{port}{backend.method(shape.size)}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)
    return _read(run.stdout, calls, shape.size)


def _read(text, calls, size):
    done = re.search(r"finished in \S+, ([\d.]+) req/s", text)
    succeeded = re.search(r"(\d+) succeeded", text)
    data = re.search(r"\((\d+)\) data", text)
    # A call that failed is HTTP 200 too, with a grpc-status instead of a message.
    complete = data and int(data[1]) == calls * len(backend.message(size))
    if not done or not succeeded or int(succeeded[1]) != calls or not complete:
        raise NotAllAnswered(text)
    return Load(calls, float(done[1]))
