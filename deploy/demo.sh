#!/usr/bin/env bash
# Evenkeel at work, from nothing: builds it, starts three replicas of user-service and the sidecar,
# and puts load on them over one connection, so that you see every call find its own replica. Then
# one replica is killed and comes back under your eyes.
#
# Usage: deploy/demo.sh           goes on until Ctrl-C, which ends all of it
#        deploy/demo.sh --once    10 seconds of load; exit code 0 only if the shares were even and
#                                 nothing failed but the calls inside the killed replica
#
# The ports are those of deploy/demo.yaml. One that another program has gives way to a free one; or
# choose yourself: EVENKEEL_PORT (calls), ADMIN_PORT, REPLICA_1_PORT, REPLICA_2_PORT, REPLICA_3_PORT.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly victim=1       # index of the replica that is killed
readonly concurrency=30 # calls at once; so at most this many can be lost
readonly build=build/release
readonly workers=2      # as in demo.yaml

case "${1:-}" in
  "") mode=endless calm=10 down_after=3 down_for=6 storm=14 ;;
  --once) mode=once calm=4 down_after=1 down_for=1 storm=4 calm_again=2 ;;
  *) sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0"; [ "$1" = --help ] && exit 0; exit 2 ;;
esac

scratch=$(mktemp -d)
spare_port=20100
replica_pids=()
sidecar_pid=""
client_pid=""

Say() { printf '\n>>> %s\n' "$*"; }
Fail() { echo "demo: $*" >&2; exit 1; }

# --- Ending: by process id, whatever has been started, in the order of the calls ------------------

End() {
  local pid=$1 tick
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((tick = 0; tick < 150; tick++)); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
}

CleanUp() {
  trap - EXIT INT TERM
  local pid
  for pid in $client_pid $sidecar_pid "${replica_pids[@]}"; do End "$pid"; done
  wait 2>/dev/null || true
  rm -rf "$scratch"
}
trap CleanUp EXIT
trap 'echo; echo "demo: ended"; exit 0' INT TERM

# --- Starting ------------------------------------------------------------------------------------

# Asks the kernel: not only a listener has a port, an outgoing connection can have it, too.
IsFree() {
  /usr/bin/python3 -c 'import socket, sys; socket.create_server(("127.0.0.1", int(sys.argv[1])))' \
    "$1" 2>/dev/null
}

# ChoosePort VARIABLE DEFAULT: exports what the variable says, else the default if that is free, else
# one that is and that Linux gives to no outgoing connection.
ChoosePort() {
  local port=${!1:-$2}
  if ! IsFree "$port"; then
    [ -z "${!1:-}" ] || Fail "$1=$port: another program has that port ('ss -tanp' shows it)"
    while ! IsFree "$((++spare_port))"; do
      [ "$spare_port" -lt 32767 ] || Fail "no port is free between 20100 and 32767"
    done
    echo "    another program has port $port, so it is $spare_port here"
    port=$spare_port
  fi
  export "$1=$port"
}

# The variables and defaults that demo.yaml has.
ChoosePorts() {
  local name default
  while read -r name default; do
    ChoosePort "$name" "$default"
  done < <(sed -n 's/^[^#]*\${\([A-Z_0-9]*_PORT\):-\([0-9]*\)}.*/\1 \2/p' deploy/demo.yaml)
  sidecar_address=127.0.0.1:$EVENKEEL_PORT
  admin_address=127.0.0.1:$ADMIN_PORT
  replica_ports=("$REPLICA_1_PORT" "$REPLICA_2_PORT" "$REPLICA_3_PORT")
}

Build() {
  cmake --preset release >"$scratch/configure.log" || { cat "$scratch/configure.log"; return 1; }
  cmake --build --preset release --target \
    evenkeel user-service user-client
}

# The processes get sessions of their own, so that Ctrl-C reaches this script alone.
StartReplica() {
  local port=${replica_ports[$1]}
  setsid "$build/bin/user-service" --listen "127.0.0.1:$port" --id "replica-$(($1 + 1))" \
    --latency 20ms --latency-jitter 10ms >>"$scratch/replica-$1.log" 2>&1 </dev/null &
  replica_pids[$1]=$!
}

StartSidecar() {
  setsid "$build/bin/evenkeel" run --config deploy/demo.yaml \
    >"$scratch/sidecar.log" 2>&1 </dev/null &
  sidecar_pid=$!
}

# Whether a replica may take calls and every worker is connected to it.
IsReady() {
  curl --silent --max-time 2 "http://$admin_address/clusters" |
    /usr/bin/python3 -c '
import json, sys
address, workers = sys.argv[1], int(sys.argv[2])
sys.exit(not any(endpoint["state"] == "ready" and endpoint["connections"] >= workers
                 for cluster in json.load(sys.stdin)["clusters"]
                 for endpoint in cluster["endpoints"] if endpoint["address"] == address))
' "127.0.0.1:${replica_ports[$1]}" "$workers" 2>/dev/null
}

WaitUntilReady() {
  local tick
  for ((tick = 0; tick < 200; tick++)); do
    kill -0 "$sidecar_pid" 2>/dev/null || { cat "$scratch/sidecar.log"; Fail "the sidecar ended"; }
    ! IsReady "$1" || return 0
    sleep 0.05
  done
  cat "$scratch"/*.log
  Fail "replica-$(($1 + 1)) takes no calls after 10 s"
}

# --- Load and its judgement ----------------------------------------------------------------------

# StartLoad DURATION FLAG...: shows the live table; the summary goes to load.json.
StartLoad() {
  local duration=$1
  shift
  "$build/bin/user-client" load --target "$sidecar_address" --connections 1 \
    --concurrency "$concurrency" --duration "$duration" --json "$scratch/load.json" "$@" &
  client_pid=$!
}

FinishLoad() {
  local code=0
  wait "$client_pid" || code=$?
  client_pid=""
  [ "$code" -eq 0 ] || Fail "user-client ended with exit code $code"
}

# Judge EXPRESSION MESSAGE: fails the demo unless the Python expression over the summary holds.
Judge() {
  /usr/bin/python3 - "$scratch/load.json" "$1" ":${replica_ports[$victim]}" <<'PYTHON' || Fail "$2"
import json, sys
run = json.load(open(sys.argv[1]))
shares, failed, calls = list(run["replicas"].values()), run["failed"], run["calls"]
only_of_victim = all(
    failure["status"] == "UNAVAILABLE" and sys.argv[3] in failure["message"]
    for failure in run["failures"])
print("   ", run["replicas"], run["statuses"])
sys.exit(not eval(sys.argv[2]))
PYTHON
}

JudgeEven() {
  Judge "failed == 0 and calls > 100 and len(shares) == 3 and max(shares) - min(shares) <= 1" \
    "the shares were not even, or calls failed"
}

# --- The three acts ------------------------------------------------------------------------------

Calm() {
  Say "one client, ONE connection, $concurrency calls at a time: each replica gets its third"
  StartLoad "${calm}s" --allow-failures
  FinishLoad
  JudgeEven
}

Storm() {
  Say "after $down_after s replica-$((victim + 1)) is killed (kill -9), $down_for s later it is" \
    "back: watch its share in the column 'now'"
  StartLoad "${storm}s" --allow-failures
  sleep "$down_after"
  kill -KILL "${replica_pids[$victim]}"
  wait "${replica_pids[$victim]}" 2>/dev/null || true
  sleep "$down_for"
  StartReplica "$victim"
  WaitUntilReady "$victim"
  FinishLoad
  Judge "failed <= $concurrency and only_of_victim and len(shares) == 3" \
    "more calls failed than the killed replica was working on"
}

CalmAgain() {
  Say "all three again"
  if [ "$mode" = once ]; then
    StartLoad "${calm_again}s" --allow-failures
    FinishLoad
    JudgeEven
    Say "the shares were even, and only calls inside the killed replica were lost"
  else
    echo "    (Ctrl-C ends the demo)"
    StartLoad 24h --allow-failures
    FinishLoad
  fi
}

Main() {
  Say "packages"
  deploy/install-deps.sh build
  Say "build (a few minutes the first time)"
  Build
  ChoosePorts
  Say "three replicas on ports ${replica_ports[*]}, the sidecar on $sidecar_address"
  local index
  for index in "${!replica_ports[@]}"; do StartReplica "$index"; done
  StartSidecar
  for index in "${!replica_ports[@]}"; do WaitUntilReady "$index"; done
  cat <<TEXT
    calls     $sidecar_address  (gRPC without TLS; try: $build/bin/user-client get --target $sidecar_address user-1)
    overview  http://$admin_address/
    metrics   http://$admin_address/metrics
    clusters  http://$admin_address/clusters
TEXT
  Calm
  Storm
  CalmAgain
}

Main
