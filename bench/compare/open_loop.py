"""user-client load: real gRPC calls, started at a fixed rate whether or not they are answered."""

import json
import subprocess

_TIMEOUT_SECONDS = 120


def _summary(user_client, port, arguments):
    command = [str(user_client), "load", "--target", f"127.0.0.1:{port}", "--json"] + arguments
    run = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)
    if run.returncode != 0:
        raise RuntimeError(f"user-client failed: {run.stderr[-2000:]}")
    return json.loads(run.stdout)


def at_rate(user_client, port, rate, seconds):
    """Unary calls at `rate` a second."""
    arguments = ["--rate", str(rate), "--duration", f"{seconds}s", "--connections", "4"]
    return _summary(user_client, port, arguments)


def messages(user_client, port, calls, size):
    """Bidirectional streams of `size` messages each way, four at a time."""
    arguments = ["--method", "sync", "--messages", str(size), "--calls", str(calls)]
    return _summary(user_client, port, arguments + ["--concurrency", "4", "--duration", "60s"])
