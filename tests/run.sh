#!/usr/bin/env bash
# Every test of Evenkeel, from a fresh Debian 12 on; this is also what CI runs.
#
#   1. packages            deploy/install-deps.sh
#   2. AddressSanitizer    (with UndefinedBehaviorSanitizer) everything: unit tests, then the
#                          end-to-end suite against the real binaries
#   3. ThreadSanitizer     the sidecar: the unit tests that start threads, then those end-to-end tests
#                          in which the sidecar's threads meet
#   4. release build       of the replay alone: what a call costs, as counts (bench/check)
#   5. deploy              package, hardening, unit, dashboard, alerting rules, Kubernetes manifests
#   6. docker compose      the demo cluster, if a Docker engine runs here
#   7. lint                layers, names, sizes, formatting
#   8. extra               if EVENKEEL_EXTRA is set: against schemas, types and programs from elsewhere
#
# The last line counts the tests. Exit code 0 only if all of them passed and everything built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly jobs=2
readonly unit_jobs=3      # a few wait for sockets and for programs they start
readonly waiting_jobs=4   # end-to-end tests mostly wait

# What runs under the thread sanitizer: tests in which workers meet the main thread or one another, in
# reloads, take-over and drain, changes of endpoints and health, limits of the whole process, scrapes.
# The rest (bytes on one connection, a call's own rules, configuration, start and stop) is the work of
# one thread at a time, and address sanitizer has seen it.
readonly thread_suites=(
  admin balancing dns drain failure file_endpoints forwarding health hedging overload reload retry
  takeover)

# GCC 12's sanitizers lose their way in the wider address randomisation of newer kernels.
if [ "$(cat /proc/sys/vm/mmap_rnd_bits 2>/dev/null || echo 28)" -gt 28 ] &&
  [ -z "${EVENKEEL_TESTS_NO_ASLR:-}" ] && setarch --addr-no-randomize true 2>/dev/null; then
  EVENKEEL_TESTS_NO_ASLR=1 exec setarch --addr-no-randomize bash tests/run.sh "$@"
fi

passed=0 failed=0 skipped=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

Say() { printf '\n=== %s (%d s)\n' "$*" "$SECONDS"; }

Finish() {
  Say "done"
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# Nothing can be tested that does not build.
Must() {
  "$@" && return
  echo "tests/run.sh: failed: $*" >&2
  failed=$((failed + 1))
  Finish
  exit 1
}

Add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

Build() {
  cmake --preset "$1" >"$scratch/configure" || {
    cat "$scratch/configure"
    return 1
  }
  cmake --build --preset "$1" -- -j"$jobs"
}

# No sanitizer: they cost more than what is counted.
BuildReplay() {
  cmake --preset release >"$scratch/configure" || {
    cat "$scratch/configure"
    return 1
  }
  cmake --build --preset release --target evenkeel-replay -- -j"$jobs"
}

# Suite SCRIPT ARGUMENT...: runs one of the two that count tests, and adds what it counted.
Suite() {
  local counts
  rm -f "$scratch/counts"
  /usr/bin/python3 "tests/$1.py" "${@:2}" --counts "$scratch/counts" || true
  read -ra counts <"$scratch/counts" || counts=(0 1 0)
  Add "${counts[@]}"
}

UnitTests() { Suite unit_suite "build/$1/bin" --jobs "$unit_jobs"; }

# PythonTests FOLDER ARGUMENT...: the arguments are python_suite.py's.
PythonTests() { Suite python_suite "$@"; }

Say "packages"
Must deploy/install-deps.sh

Say "build with address and undefined-behaviour sanitizers"
Must Build asan
Say "unit tests"
UnitTests asan
Say "end to end"
EVENKEEL_BUILD_DIR=$PWD/build/asan PythonTests tests/e2e --jobs "$waiting_jobs"

Say "build the sidecar with thread sanitizer"
Must Build tsan
Say "unit tests"
UnitTests tsan
Say "end to end"
EVENKEEL_BUILD_DIR=$PWD/build/asan EVENKEEL_SIDECAR=$PWD/build/tsan/bin/evenkeel \
  PythonTests tests/e2e --jobs "$waiting_jobs" "${thread_suites[@]}"

Say "count what a call costs"
Must BuildReplay
if bench/check; then Add 1 0 0; else Add 0 1 0; fi

Say "what operators deploy: package, unit, dashboard, rules, manifests"
EVENKEEL_BUILD_DIR=$PWD/build/asan PythonTests tests/deploy --jobs "$jobs"

# Where an engine runs already; starting one is for whoever runs the script by hand.
Say "docker compose"
if docker info >"$scratch/docker" 2>&1; then
  code=0
  tests/e2e/compose_test.sh || code=$?
  case $code in
    0) Add 1 0 0 ;;
    77) Add 0 0 1 ;;
    *) Add 0 1 0 ;;
  esac
else
  echo "SKIPPED: no Docker engine answers; tests/e2e/compose_test.sh starts one of its own" >&2
  Add 0 0 1
fi

Say "lint"
PythonTests tests/lint

# They fetch what Debian does not have, so only for those who ask.
if [ -n "${EVENKEEL_EXTRA:-}" ]; then
  Say "extra"
  PythonTests tests/extra
fi

Finish
