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


def run(port, shape, scratch, seconds, scheme="http"):
    """Drives calls through the proxy that listens on `port` for `seconds`; "https": by TLS 1.3."""
    flags = ["-D", f"{round(seconds * 1000)}ms", "-c", str(shape.clients), "-m", str(shape.streams)]
    return _read(_h2load(port, flags, scratch, shape.size, scheme), seconds, shape.size)


def connect_and_call(port, clients, size, scratch, scheme):
    """So many clients that connect, make one call, and go. Says how many calls there were."""
    flags = ["-n", str(clients), "-c", str(clients), "-m", "1"]
    return _read(_h2load(port, flags, scratch, size, scheme), 1, size).calls


def _h2load(port, flags, scratch, size, scheme):
    body = f"{scratch}/request-{size}"
    with open(body, "wb") as file:
        file.write(backend.message(size))
    command = ["h2load", *flags, "-t1", "-w20", "-W24", "-d", body]
    command += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
    command += [f"{scheme}://localhost:{port}{backend.method(size)}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS).stdout


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
