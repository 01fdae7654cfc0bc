"""What a process has used so far: CPU time to the nanosecond, and resident memory.

A proxy may be several processes (nghttpx forks its worker), so all figures are of a process and
its descendants.
"""

import pathlib
import time

_PROC = pathlib.Path("/proc")


def tree(pid):
    """`pid` and its descendants."""
    found, todo = [], [pid]
    while todo:
        each = todo.pop()
        found.append(each)
        for task in _PROC.glob(f"{each}/task/*/children"):
            try:
                todo += [int(child) for child in task.read_text().split()]
            except OSError:
                pass  # a thread that has just ended
    return found


def cpu_seconds(pid):
    """User and system time of all threads; from the kernel's clock, which does not tick."""
    return sum(time.clock_gettime(_cpu_clock(each)) for each in tree(pid))


def _cpu_clock(pid):
    """What clock_getcpuclockid(3) returns: the scheduler's clock of a process."""
    return ~pid << 3 | 2


def resident_bytes(pid):
    """Private and shared memory in use now; shared pages are split among their users."""
    return sum(_proportional_set(each) for each in tree(pid))


def rss_bytes(pid):
    """The same with shared pages in full, once for each process."""
    return sum(_kib(each, "status", "VmRSS:") for each in tree(pid)) * 1024


def _proportional_set(pid):
    return _kib(pid, "smaps_rollup", "Pss:") * 1024


def _kib(pid, file, field):
    for line in (_PROC / str(pid) / file).read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    raise ValueError(f"no {field} of process {pid}")
