#!/bin/sh
# All scenarios of docs/balancing.md, with seed 1. Usage: bench/sim/run.sh BUILD_DIR [OUT_DIR]
# Writes balancing.json and balancing.html to OUT_DIR (default: BUILD_DIR); the tables go to stdout.
set -eu
build=$1
out=${2:-$build}
scenarios=$(dirname "$0")/scenarios
exec "$build/bin/evenkeel-sim" --seed 1 --json "$out/balancing.json" \
  --html "$out/balancing.html" "$scenarios"/*.yaml
