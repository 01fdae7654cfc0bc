#!/usr/bin/python3
"""Runs the unit tests of a build, several GoogleTest programs at a time, and counts them.

Usage: unit_suite.py BIN [--jobs N] [--counts FILE]

BIN is the folder of the programs, for example build/asan/bin. A program with many tests runs as
several shards; ctest, for single tests, starts a process for each. Failed tests are shown with what
they printed; a test that ends its process counts as failed, and the tests after it run in a new one.
FILE gets "passed failed skipped" for tests/run.sh. Exit code 1 if a test failed or none ran.
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys
import time

SHARD_SIZE = 120  # tests
LIMIT = 300  # seconds; a shard that takes longer hangs

BEGAN = re.compile(r"^\[ RUN      \] (\S+)", re.MULTILINE)
ENDED = re.compile(r"^\[ +(OK|FAILED|SKIPPED) +\] (\w[\w/]*\.[\w/]+)", re.MULTILINE)
PASSED_OR_FRAME = re.compile(
    r"^\[ RUN      \] (\S+)\n(?:(?!\[ RUN ).*\n)*?\[       OK \] \1 .*\n|^\[-{10}\].*\n|^\n", re.MULTILINE)


def tests_of(program):
    """The names of a program's tests, without those that are disabled."""
    listing = subprocess.run([program, "--gtest_list_tests"], stdout=subprocess.PIPE, text=True,
                             timeout=LIMIT, check=True).stdout
    names, suite = [], ""
    for line in listing.splitlines():
        word = line.split("#")[0].strip()
        if not line.startswith(" "):
            suite = word if word.endswith(".") else ""
        elif suite and "DISABLED_" not in suite + word:
            names.append(suite + word)
    return names


def shards_of(program):
    tests = tests_of(program)
    count = -(-len(tests) // SHARD_SIZE)
    return [(program, tests[i::count]) for i in range(count)]


def run_once(program, tests):
    """({test: OK, FAILED or SKIPPED}, output) of one process; a test that ended it has FAILED."""
    process = subprocess.run(
        ["timeout", "--kill-after=10", str(LIMIT), program, "--gtest_color=no",
         "--gtest_filter=" + ":".join(tests)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", check=False)
    results = {name: result for result, name in ENDED.findall(process.stdout)}
    for name in BEGAN.findall(process.stdout):
        results.setdefault(name, "FAILED")
    if process.returncode != 0 and "FAILED" not in results.values():
        # A leak, or a crash after the last test: it is one of these, and nothing says which.
        results[next(reversed(results), tests[0])] = "FAILED"
    return results, process.stdout


def run_shard(program, tests):
    """({test: result}, [output of a process with failures]) of all of `tests`."""
    results, outputs = {}, []
    while left := [test for test in tests if test not in results]:
        run, output = run_once(program, left)
        results.update(run or {left[0]: "FAILED"})
        if not run or "FAILED" in run.values():
            outputs.append(output)
    return results, outputs


def failures_in(output):
    """What an output says of the tests that failed: without the lines of those that passed."""
    return PASSED_OR_FRAME.sub("", output)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--counts", type=pathlib.Path)
    arguments = parser.parse_args()
    programs = sorted(arguments.folder.resolve().glob("*_test"))
    results, seconds = {}, {}

    def run(shard):
        start = time.monotonic()
        run_results, outputs = run_shard(*shard)
        return run_results, outputs, time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        shards = [shard for shards in pool.map(shards_of, programs) for shard in shards]
        runs = {pool.submit(run, shard): shard for shard in shards}
        for done in concurrent.futures.as_completed(runs):
            program, (run_results, outputs, took) = runs[done][0].name, done.result()
            seconds[program] = seconds.get(program, 0) + took
            results.update({f"{program}: {test}": result for test, result in run_results.items()})
            for output in outputs:
                print(failures_in(output), flush=True)
    for program in sorted(seconds):
        print(f"--- {program}: {seconds[program]:.1f} s")
    counts = [list(results.values()).count(result) for result in ("OK", "FAILED", "SKIPPED")]
    for test in sorted(test for test, result in results.items() if result == "FAILED"):
        print(f"FAILED: {test}")
    print(f"{len(results)} unit tests, {counts[1]} failed, {counts[2]} skipped")
    if arguments.counts:
        arguments.counts.write_text(" ".join(map(str, counts)) + "\n", encoding="ascii")
    return 1 if counts[1] or not counts[0] else 0


if __name__ == "__main__":
    sys.exit(main())
