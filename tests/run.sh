#!/usr/bin/env bash
# Every test of Evenkeel, from a fresh Debian 12 on; this is also what CI runs.
#
#   1. packages            deploy/install-deps.sh
#   2. AddressSanitizer    (with UndefinedBehaviorSanitizer) everything: unit tests, then the
#                          end-to-end suite against the real binaries
#   3. ThreadSanitizer     the sidecar: unit tests, then the end-to-end suite again, but for the
#                          measurements of memory
#   4. deploy              package, unit, dashboard, alerting rules, Kubernetes manifests
#   5. docker compose      the demo cluster, if a Docker engine runs here
#   6. release build       of the replay alone: what a call costs, as counts (bench/check)
#   7. lint                layers, names, sizes, formatting
#   8. extra               if EVENKEEL_EXTRA is set: deploy/ against schemas and types from elsewhere
#
# The last line counts the tests. Exit code 0 only if all of them passed and everything built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly jobs=2

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

# UnitTests PRESET: runs them, shows those that fail, counts all.
UnitTests() {
  local report=$scratch/$1.xml code=0 tests failures skips
  ctest --preset "$1" --output-junit "$report" >"$scratch/ctest" 2>&1 || code=$?
  [ "$code" -eq 0 ] || grep -vE ' Passed |^ +Start ' "$scratch/ctest" || true
  tests=$(Attribute tests "$report")
  failures=$(Attribute failures "$report")
  skips=$(Attribute skipped "$report")
  if [ -z "$tests" ]; then
    tests=1 failures=1 skips=0  # It did not get as far as a report.
  elif [ "$code" -ne 0 ] && [ "$failures" -eq 0 ]; then
    failures=1 skips=$((skips - 1))  # Programs that could not run count as skipped there.
  fi
  Add $((tests - failures - skips)) "$failures" "$skips"
  echo "$tests unit tests, $failures failed, $skips skipped"
}

# Attribute NAME FILE: of the first element of a JUnit report.
Attribute() { sed -n "s/.*\\b$1=\"\([0-9]*\)\".*/\1/p; T; q" "$2" 2>/dev/null || true; }

# PythonTests FOLDER ARGUMENT...: the arguments are python_suite.py's.
PythonTests() {
  local counts
  rm -f "$scratch/counts"
  /usr/bin/python3 tests/python_suite.py "$@" --counts "$scratch/counts" || true
  read -ra counts <"$scratch/counts" || counts=(0 1 0)
  Add "${counts[@]}"
}

Say "packages"
Must deploy/install-deps.sh

Say "build with address and undefined-behaviour sanitizers"
Must Build asan
Say "unit tests"
UnitTests asan
Say "end to end"
EVENKEEL_BUILD_DIR=$PWD/build/asan PythonTests tests/e2e --jobs "$jobs"

Say "build the sidecar with thread sanitizer"
Must Build tsan
Say "unit tests"
UnitTests tsan
Say "end to end"
mapfile -t suites < <(basename --multiple --suffix=_test.py tests/e2e/*_test.py | grep -vx memory)
EVENKEEL_BUILD_DIR=$PWD/build/asan EVENKEEL_SIDECAR=$PWD/build/tsan/bin/evenkeel \
  PythonTests tests/e2e --jobs "$jobs" "${suites[@]}"

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

Say "count what a call costs"
Must BuildReplay
if bench/check; then Add 1 0 0; else Add 0 1 0; fi

Say "lint"
PythonTests tests/lint

# They fetch what Debian does not have, so only for those who ask.
if [ -n "${EVENKEEL_EXTRA:-}" ]; then
  Say "extra"
  PythonTests tests/extra
fi

Finish
