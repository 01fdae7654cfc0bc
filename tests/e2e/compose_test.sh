#!/usr/bin/env bash
# Runs deploy/docker-compose.yml for real and does to it what the README says one can try.
#
# Usage: tests/e2e/compose_test.sh [--programs BUILD]
#
# Needs Docker: an engine that runs, or root and dockerd (apt-get install docker.io docker-compose
# debootstrap). Where the public images cannot be had, the base image is made with debootstrap,
# Prometheus is Debian's, and Grafana is left out. The images are built from scratch, which takes a
# while; --programs takes what a build directory of this machine has in the place of the Dockerfile's
# stage `build`, which is then not tested. Nothing stays behind, but in an engine that ran before and
# builds with BuildKit its cache (`docker builder prune`). Exit code 0: all held; 1: something did not;
# 77: skipped, with the reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/e2e/docker/engine.sh
. tests/e2e/docker/engine.sh

readonly project=evenkeel-e2e-$$
readonly concurrency=30
case "${1:-}" in
  "") programs="" ;;
  --programs) programs=$(realpath "${2:?a build directory}") ;;
  *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; exit 2 ;;
esac
scratch=$(mktemp -d)
compose=()
services=(user-service client evenkeel prometheus)
ours=(evenkeel-e2e/prometheus)  # images to remove, besides those that compose built
load_pid=""

Say() { printf '\n>>> %s (%d s)\n' "$*" "$SECONDS"; }
Fail() {
  echo "compose_test: $*" >&2
  Compose ps >&2 || true
  Compose logs --tail 30 evenkeel >&2 || true
  exit 1
}

Compose() { "${compose[@]}" --project-name "$project" "$@"; }

CleanUp() {
  trap - EXIT INT TERM
  [ -z "$load_pid" ] || kill "$load_pid" 2>/dev/null || true
  if [ ${#compose[@]} -gt 0 ]; then
    Compose down --volumes --remove-orphans --rmi local --timeout 5 >"$scratch/down" 2>&1 ||
      cat "$scratch/down" >&2
    docker image rm "${ours[@]}" >/dev/null 2>&1 || true
    docker image prune --force --filter label=evenkeel.stage=build >/dev/null || true
  fi
  EngineDown
  rm -rf "$scratch"
}
trap CleanUp EXIT
trap 'exit 1' INT TERM

# --- The cluster ---------------------------------------------------------------------------------

ChooseCompose() {
  if docker compose version >/dev/null 2>&1; then
    compose=(docker compose)
  elif Have docker-compose; then
    compose=(docker-compose)
  else
    EngineSkip "no docker compose (Debian package docker-compose)"
  fi
  compose+=(--file deploy/docker-compose.yml)
}

ChooseImages() {
  BaseImage
  local image
  for image in $(PublicImages); do
    if docker image inspect "$image" >/dev/null 2>&1; then continue; fi
    timeout 300 docker pull --quiet "$image" >/dev/null 2>&1 || {
      echo "    cannot pull $image: Debian's Prometheus takes its place, and Grafana is left out"
      compose+=(--file tests/e2e/docker/local-prometheus.yml)
      return
    }
    ours+=("$image")
  done
  services+=(grafana)
}

PublicImages() { sed -n 's/^ *image: \(\(prom\|grafana\)\/.*\)/\1/p' deploy/docker-compose.yml; }

# UsePrograms: the Dockerfile, but for its stage `build`, over what --programs has.
UsePrograms() {
  local context=$scratch/programs service
  mkdir -p "$context/out/bin"
  install --strip --target-directory "$context/out/bin" "$programs"/bin/user-{service,client}
  cpack -G DEB --config "$programs/CPackConfig.cmake" -B "$scratch/package" >"$scratch/cpack" 2>&1
  mv "$scratch"/package/*.deb "$context/out/evenkeel.deb"
  {
    sed -n '/^ARG BASE_IMAGE/,/ AS build$/p' deploy/Dockerfile
    echo "LABEL evenkeel.stage=build"
    echo "COPY out /out"
    sed -n '/ AS evenkeel$/,$p' deploy/Dockerfile
  } >"$context/Dockerfile"
  for service in user-service client evenkeel; do
    printf '  %s: {build: {context: %s, dockerfile: Dockerfile}}\n' "$service" "$context"
  done | sed '1i services:' >"$scratch/programs.yml"
  compose+=(--file "$scratch/programs.yml")
}

# OwnConfiguration: a copy of the sidecar's, to be changed.
OwnConfiguration() {
  cp -r deploy/compose "$scratch/configuration"
  printf 'services: {evenkeel: {volumes: ["%s:/etc/evenkeel:ro"]}}\n' "$scratch/configuration" \
    >"$scratch/configuration.yml"
  compose+=(--file "$scratch/configuration.yml")
}

# Any free port for each, so that a demo can go on beside the test.
export EVENKEEL_PORT="" ADMIN_PORT="" PROMETHEUS_PORT="" GRAFANA_PORT=""

Start() {
  Compose build "${services[@]}" >"$scratch/build" 2>&1 || { tail -40 "$scratch/build" >&2; return 1; }
  Compose up --detach "${services[@]}" >"$scratch/up" 2>&1 || { cat "$scratch/up" >&2; return 1; }
  admin=$(Compose port client 9901)
  prometheus=$(Compose port prometheus 9090)
}

Replicas() { Compose ps --quiet user-service; }

# Reads them all: a reader that leaves after the first line ends Compose, and so this script, by SIGPIPE.
FirstReplica() {
  local all
  mapfile -t all < <(Replicas)
  echo "${all[0]}"
}

# --- Looking -------------------------------------------------------------------------------------

# Await BOUND WHAT COMMAND...: until the command succeeds.
Await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" 2>/dev/null; do
    [ "$SECONDS" -lt "$deadline" ] || Fail "waited without success for $what"
    sleep 0.2
  done
}

# Clusters EXPRESSION: of the Python variable `endpoints`; succeeds if it holds.
Clusters() {
  curl --silent --max-time 2 "http://$admin/clusters" | /usr/bin/python3 -c '
import json, sys
endpoints = json.load(sys.stdin)["clusters"][0]["endpoints"]
ready = sum(endpoint["state"] == "ready" for endpoint in endpoints)
sys.exit(not eval(sys.argv[1]))' "$1"
}

# Query PROMQL EXPRESSION: of the Python variable `value`, the first sample of Prometheus's answer.
Query() {
  curl --silent --max-time 5 --data-urlencode "query=$1" "http://$prometheus/api/v1/query" |
    /usr/bin/python3 -c '
import json, sys
value = float(json.load(sys.stdin)["data"]["result"][0]["value"][1])
sys.exit(not eval(sys.argv[1]))' "$2"
}

# --- Load and its judgement ----------------------------------------------------------------------

# StartLoad SECONDS: a load of its own, beside the one that the demo always makes, from the client's
# container; its summary goes to load.json.
StartLoad() {
  rm -f "$scratch/load.log"
  Compose exec -T client user-client load --target 127.0.0.1:50051 --connections 1 \
    --concurrency "$concurrency" --duration "$1s" --deadline 2s --allow-failures --json - \
    >"$scratch/load.json" 2>"$scratch/load.log" &
  load_pid=$!
  Await 30 "the load to run" test -s "$scratch/load.log"  # a line after each second
}

FinishLoad() {
  wait "$load_pid" || { cat "$scratch/load.log" >&2; Fail "user-client failed"; }
  load_pid=""
}

# Judge REPLICAS MAX_FAILED [even]: that many replicas took calls, and no more of them failed; the
# shares were even.
Judge() {
  /usr/bin/python3 - "$scratch/load.json" "$1" "$2" "${3:-}" <<'PYTHON' || Fail "that is not what it should be"
import json, sys
run = json.load(open(sys.argv[1]))
replicas, max_failed = int(sys.argv[2]), int(sys.argv[3])
shares = sorted(run["replicas"].values())
print(f"    {run['calls']} calls, {run['failed']} failed; shares {shares}; p99 {run['latency_ms']['p99']} ms")
for failure in run["failures"]:
    print("       ", failure["count"], failure["status"], failure["message"])
even = sys.argv[4] == "" or max(shares) <= 1.25 * min(shares)
sys.exit(not (len(shares) == replicas and even and run["calls"] > 1000
              and run["failed"] <= max_failed))
PYTHON
}

# --- The acts ------------------------------------------------------------------------------------

Calm() {
  StartLoad 5
  FinishLoad
  Judge "$1" 0 even
}

# The sidecar alone, with the configuration of its package: no call, no endpoint.
Footprint() {
  local image base id
  image=$(docker inspect --format '{{.Image}}' "$(Compose ps --quiet evenkeel)")
  base=$(docker image inspect --format '{{.Size}}' "$BASE_IMAGE")
  id=$(docker run --detach --network none --entrypoint sh "$image" -c 'date +%s.%N &&
    exec evenkeel run --config /etc/evenkeel/evenkeel.yaml --log-format json')
  Await 10 "a sidecar alone" Sees "$id" '"msg":"listening"'
  docker logs "$id" >"$scratch/footprint"
  docker exec "$id" grep VmRSS /proc/1/status >>"$scratch/footprint"
  docker rm --force "$id" >/dev/null
  /usr/bin/python3 - "$(docker image inspect --format '{{.Size}}' "$image")" "$base" \
    "$scratch/footprint" <<'PYTHON' || Fail "the sidecar has grown too big or too slow"
import datetime, json, sys
began, *log, resident = open(sys.argv[3]).read().splitlines()
moment = next(entry["ts"] for entry in map(json.loads, log) if entry["msg"] == "listening")
listening = datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp()
over = (int(sys.argv[1]) - int(sys.argv[2])) / 2**20
resident = int(resident.split()[1]) / 1024
print(f"    image {over:.1f} MiB over its base; idle {resident:.1f} MiB resident; "
      f"listening {(listening - float(began)) * 1000:.0f} ms after its start")
sys.exit(not (over <= 60 and resident <= 12
              and listening - float(began) < 1))  # 0.1 s on an idle machine
PYTHON
}

# Sees CONTAINER TEXT: in its log.
Sees() { [[ "$(docker logs "$1" 2>&1)" == *"$2"* ]]; }

# Disturb ACTION: does it to the first replica under load; the calls in it may be lost, no others.
Disturb() {
  local victim
  victim=$(FirstReplica)
  StartLoad 8
  docker "$1" "$victim" >/dev/null
  FinishLoad
  Judge 5 "$concurrency"
  Await 30 "the sidecar to turn away from the replica" Clusters "ready == 4"
  StartLoad 3
  FinishLoad
  Judge 4 0 even
  docker "$2" "$victim" >/dev/null
  Await 60 "the replica to be back" Clusters "ready == 5"
}

# A replica that is asked to end says so in its health first: nothing is lost.
Restart() {
  StartLoad 8
  docker restart --time 15 "$(FirstReplica)" >/dev/null
  FinishLoad
  Judge 5 0
  Await 60 "the replica to be back" Clusters "ready == 5"
}

# A changed file is taken up under load.
Reload() {
  StartLoad 5
  sed -i 's/policy: .*/policy: round_robin/' "$scratch/configuration/evenkeel.yaml"
  Await 10 "the sidecar to say what it changed" \
    Sees "$(Compose ps --quiet evenkeel)" "configuration applied"
  FinishLoad
  Judge 5 0 even
}

# The sidecar itself: whoever calls it in that moment notices, and nobody after it.
RestartSidecar() {
  Compose restart --timeout 35 evenkeel >"$scratch/up" 2>&1 || { cat "$scratch/up" >&2; Fail restart; }
  Await 30 "three replicas to be ready" Clusters "ready == 3"
  Calm 3
}

# Dashboard calm|after: what Grafana would have to show.
Dashboard() {
  /usr/bin/python3 tests/e2e/docker/dashboard_queries.py "$prometheus" "$1" ||
    Fail "the dashboard would not show what it should"
}

# Scale REPLICAS
Scale() {
  Compose up --detach --no-recreate --scale "user-service=$1" "${services[@]}" \
    >"$scratch/up" 2>&1 || { cat "$scratch/up" >&2; Fail "--scale"; }
}

# Replicas that go say so first, too.
ScaleDown() {
  StartLoad 12
  Scale 3
  FinishLoad
  Judge 5 0
  Await 30 "three replicas to be left" Clusters "ready == 3 and len(endpoints) == 3"
}

Main() {
  EngineUp "$scratch"
  ChooseCompose
  Say "images"
  ChooseImages
  [ -z "$programs" ] || UsePrograms
  OwnConfiguration
  Say "build and start: ${services[*]}"
  Start
  Await 60 "three replicas to be ready" Clusters "ready == 3 and len(endpoints) == 3"
  Say "what the sidecar takes"
  Footprint
  Say "three replicas: even shares"
  Calm 3
  Say "Prometheus has the series, and our rules"
  Await 60 "a rate of calls" Query \
    'sum(rate(evenkeel_server_call_finished_total{job="evenkeel",grpc_status="OK"}[1m]))' "value > 20"
  Await 60 "a recorded rate" Query 'job:evenkeel_server_call_finished:rate1m' "value > 20"
  Await 60 "all shares" Query 'count(cluster_endpoint:evenkeel_client_attempt_started:share1m)' \
    "value == 3"
  Dashboard calm
  Say "--scale user-service=5"
  Scale 5
  Await 30 "five replicas to be ready" Clusters "ready == 5"
  Calm 5
  Say "kill one of five, start it again"
  Disturb kill start
  Say "pause one of five, unpause it"
  Disturb pause unpause
  Say "restart one of five"
  Restart
  Calm 5
  Say "change the configuration"
  Reload
  Say "--scale user-service=3"
  ScaleDown
  Say "the dashboard shows what has happened"
  Dashboard after
  Say "restart the sidecar"
  RestartSidecar
  Say "all of it held"
}

Main
