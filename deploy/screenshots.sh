#!/usr/bin/env bash
# Pictures of a demo that runs (deploy/docker-compose.yml, or deploy/demo.sh for the admin pages), for
# the README and for bug reports. Takes those pages that answer, and names those that do not.
#
# Usage: deploy/screenshots.sh [FOLDER]     default: docs/images
#
# ADMIN, PROMETHEUS and GRAFANA are the addresses, with the demo's as default. Needs headless Chromium:
# apt-get install chromium fonts-dejavu-core
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly folder=${1:-docs/images}
readonly admin=${ADMIN:-127.0.0.1:9901}
readonly prometheus=${PROMETHEUS:-127.0.0.1:9090}
readonly grafana=${GRAFANA:-127.0.0.1:3000}
taken=0
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

case ${1:-} in
  -*) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
command -v chromium >/dev/null || {
  echo "screenshots: no chromium; apt-get install chromium fonts-dejavu-core" >&2
  exit 1
}

# Take NAME WIDTH,HEIGHT URL
Take() {
  if ! curl --silent --fail --location --max-time 5 --output /dev/null "$3"; then
    echo "screenshots: nothing answers at $3" >&2
    return
  fi
  # --no-sandbox: Chromium's own needs more than a container or root has; the pages are our own.
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --user-data-dir="$profile" --window-size="$2" --virtual-time-budget=15000 \
    --screenshot="$folder/$1.png" "$3" 2>"$profile/log" >&2 || { cat "$profile/log" >&2; exit 1; }
  echo "$folder/$1.png"
  taken=$((taken + 1))
}

# Graph NAME PROMQL: Prometheus's own graph of the last five minutes, stacked.
Graph() {
  local query
  query=$(/usr/bin/python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$2")
  Take "$1" 1200,900 \
    "http://$prometheus/graph?g0.expr=$query&g0.tab=0&g0.stacked=1&g0.range_input=5m&g0.step_input=5"
}

mkdir -p "$folder"
Take clusters 1200,300 "http://$admin/clusters?format=text"
Graph prometheus-shares "cluster_endpoint:evenkeel_client_attempt_started:share1m"
Graph prometheus-calls "job_status:evenkeel_server_call_finished:rate1m"
Take grafana 1600,2200 "http://$grafana/d/evenkeel/evenkeel?orgId=1&from=now-5m&to=now&kiosk"
[ "$taken" -gt 0 ] || exit 1
