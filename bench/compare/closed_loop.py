"""h2load: clients that each keep a number of calls under way, as fast as they are answered."""

import dataclasses
import re
import subprocess

import backend

_TIMEOUT_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many clients with how many calls each, of what size."""

    clients: int
    streams: int
    size: int = 16

    def __str__(self):
        return f"{self.clients}x{self.streams}"


@dataclasses.dataclass(frozen=True)
class Load:
    calls: int
    calls_per_second: float


class NotAllAnswered(RuntimeError):
    """A figure over calls that failed would be worth nothing."""


def run(port, shape, scratch, seconds):
    """Drives calls through the proxy that listens on `port` for `seconds`."""
    body = f"{scratch}/request-{shape.size}"
    with open(body, "wb") as file:
        file.write(backend.message(shape.size))
    command = ["h2load", "-D", f"{round(seconds * 1000)}ms", "-c", str(shape.clients)]
    command += ["-m", str(shape.streams), "-t1", "-w20", "-W24", "-d", body]
    command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    command += [f"http://127.0.0.1:{port}{backend.method(shape.size)}"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)
    return _read(run.stdout, seconds, shape.size)


def _read(text, seconds, size):
    counts = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored", text)
    data = re.search(r"\((\d+)\) data", text)
    if not counts or not data:
        raise NotAllAnswered(text)
    done, succeeded, failed, errored = map(int, counts.groups())
    # A call that failed is HTTP 200 too, with a grpc-status instead of a message.
    complete = int(data[1]) >= done * len(backend.message(size))
    if not done or succeeded != done or failed or errored or not complete:
        raise NotAllAnswered(text)
    return Load(done, done / seconds)
