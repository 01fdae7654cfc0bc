"""A child process whose output is kept line by line and whose end is checked."""

import os
import pathlib
import signal
import subprocess
import threading

from .waiting import BOUND, wait_until

# A sanitizer's finding must fail the test even if the process goes on.
SANITIZER_MARKS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
                   "runtime error:")
SUPPRESSIONS = pathlib.Path(__file__).with_name("tsan.supp")


def _environment(more):
    environment = {**os.environ, **(more or {})}
    environment.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")
    environment.setdefault(
        "TSAN_OPTIONS",
        f"halt_on_error=0:second_deadlock_stack=1:suppressions='{SUPPRESSIONS}'")
    return environment


class Process:
    """Runs `command`; standard output and error are one list of lines, `lines`."""

    def __init__(self, command, environment=None):
        self.command = [str(part) for part in command]
        self.lines = []
        self._popen = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", env=_environment(environment),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self):
        return self._popen.pid

    def _read(self):
        for line in self._popen.stdout:
            self.lines.append(line.rstrip("\n"))

    def output(self):
        return "\n".join(self.lines)

    def is_running(self):
        return self._popen.poll() is None

    def signal(self, number):
        if self.is_running():
            self._popen.send_signal(number)

    def kill(self):
        """`kill -9`, as a crash would end it; returns when the process is gone."""
        self.signal(signal.SIGKILL)
        self._popen.wait()

    def terminate(self):
        self.signal(signal.SIGTERM)

    def wait_exit(self, bound=BOUND):
        """The exit code; AssertionError with the output if the process goes on."""
        try:
            code = self._popen.wait(bound)
        except subprocess.TimeoutExpired:
            raise AssertionError(
                f"still running after {bound:g} s: {self.command}\n{self.output()}"
            ) from None
        self._reader.join(BOUND)
        return code

    def wait_line(self, predicate, what, bound=BOUND):
        """Waits for a line for which `predicate(line)` is true and returns that value."""

        def find():
            for line in list(self.lines):
                value = predicate(line)
                if value:
                    return value
            if not self.is_running():
                raise AssertionError(f"ended while waiting for {what}:\n{self.output()}")
            return None

        return wait_until(find, f"{what} from {self.command[0]}; so far:\n{self.output()}", bound)

    def sanitizer_findings(self):
        return [line for line in self.lines if any(mark in line for mark in SANITIZER_MARKS)]

    def close(self):
        """Makes sure that it is gone. Safe to call twice."""
        if self.is_running():
            self._popen.kill()
        self._popen.wait()
        self._reader.join(BOUND)
        self._popen.stdout.close()

    def memory(self):
        """Resident bytes now (VmRSS of /proc/PID/status)."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS: the process has ended")
