#!/usr/bin/python3
"""Runs the Python tests of a folder, each file in a process of its own, and counts them.

Usage: python_suite.py FOLDER [--jobs N] [--counts FILE] [NAME...]

NAME picks files: "wire_flow" or "wire_flow_test.py". Those that take longest begin first. The output
of a file is shown when it is done.
FILE gets "passed failed skipped" for tests/run.sh. Exit code 1 if a test failed or none ran.
One file, or one test, alone:  /usr/bin/python3 tests/e2e/wire_flow_test.py [Class[.test]]
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

# Files that take longest, the longest first: begun last, one would run on alone.
LONG = ("memory", "health", "failure", "reload", "drain", "takeover", "dns", "retry", "container")

FILE_LIMIT = 900  # seconds; a file that takes longer hangs

RAN = re.compile(r"^Ran (\d+) tests? in", re.MULTILINE)
SKIPPED = re.compile(r"^(?:OK|FAILED) \(.*\bskipped=(\d+)", re.MULTILINE)
UNSUCCESSFUL = re.compile(r"^(?:FAIL|ERROR): (\S+ \(\S+?\))", re.MULTILINE)


def test_files(folder, names):
    """The test files of the folder, or those of them that `names` picks."""
    files = sorted(folder.glob("*_test.py"))
    if not names:
        return files
    wanted = {name.removesuffix(".py").removesuffix("_test") for name in names}
    found = [file for file in files if file.stem.removesuffix("_test") in wanted]
    if len(found) < len(wanted):
        sys.exit(f"{folder} has no test file for some of: {' '.join(sorted(wanted))}")
    return found


def longest_first(files):
    """The same files, those of LONG before all others."""
    def place(file):
        name = file.stem.removesuffix("_test")
        return LONG.index(name) if name in LONG else len(LONG)
    return sorted(files, key=place)


def run_file(file):
    """(passed, failed, skipped, output, seconds) of one file."""
    start = time.monotonic()
    process = subprocess.run(
        ["timeout", "--kill-after=10", str(FILE_LIMIT), "/usr/bin/python3", file.name],
        cwd=file.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )
    return *count(process.stdout, process.returncode), process.stdout, time.monotonic() - start


def count(output, exit_code):
    """(passed, failed, skipped) from what unittest printed. A file that did not get to its end, or
    failed outside its tests, counts as one failed test."""
    ran, skipped = RAN.search(output), SKIPPED.search(output)
    if not ran:
        return 0, 1, 0
    skips = int(skipped[1]) if skipped else 0
    failed = len(set(UNSUCCESSFUL.findall(output)))  # A test may fail in several subtests.
    if exit_code != 0:
        failed = max(failed, 1)
    return max(int(ran[1]) - failed - skips, 0), failed, skips


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--counts", type=pathlib.Path)
    arguments = parser.parse_intermixed_args()  # NAME may follow an option.
    totals = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {pool.submit(run_file, file): file
                for file in longest_first(test_files(arguments.folder, arguments.names))}
        for run in concurrent.futures.as_completed(runs):
            *counts, output, seconds = run.result()
            totals = [a + b for a, b in zip(totals, counts)]
            verdict = "FAILED" if counts[1] else "ok"
            print(f"--- {runs[run].name}: {verdict} in {seconds:.1f} s\n{output}", flush=True)
    if arguments.counts:
        arguments.counts.write_text(" ".join(map(str, totals)) + "\n", encoding="ascii")
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
