#!/usr/bin/env bash
# Installs the Debian package in a clean Debian 12 with systemd, runs the service there, upgrades it
# under load, and removes it.
#
# Usage: tests/e2e/package_test.sh     needs Docker as compose_test.sh does, and a release build:
#                                      cmake --preset release && cmake --build --preset release
#
# Nothing stays behind. Exit code 0: all held; 1: something did not; 77: skipped, with the reason.
#
# shellcheck disable=SC2016  # what stands in single quotes is for the shell of the container
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/e2e/docker/engine.sh
. tests/e2e/docker/engine.sh

readonly build=${EVENKEEL_BUILD_DIR:-build/release}
readonly container=evenkeel-e2e-package-$$
readonly image=evenkeel-e2e/systemd
scratch=$(mktemp -d)
load_pid=""

Say() { printf '\n>>> %s (%d s)\n' "$*" "$SECONDS"; }
Fail() {
  echo "package_test: $*" >&2
  In journalctl --unit evenkeel --no-pager --lines 20 >&2 || true
  exit 1
}
In() { docker exec "$container" "$@"; }
Sh() { docker exec "$container" sh -c "$1"; }

CleanUp() {
  trap - EXIT INT TERM
  [ -z "$load_pid" ] || kill "$load_pid" 2>/dev/null || true
  docker rm --force "$container" >/dev/null 2>&1 || true
  docker image rm "$image" >/dev/null 2>&1 || true
  EngineDown
  rm -rf "$scratch"
}
trap CleanUp EXIT
trap 'exit 1' INT TERM

# --- A machine to install on ---------------------------------------------------------------------

# The last line's libraries are user-service's and user-client's; the sidecar's come with it.
MakeImage() {
  docker build --quiet --tag "$image" - >/dev/null <<DOCKERFILE
FROM $BASE_IMAGE
RUN apt-get update && apt-get install --yes --no-install-recommends \
  systemd systemd-sysv procps man-db libgrpc++1.51
DOCKERFILE
}

# What systemd needs to run as PID 1 and to apply what evenkeel.service asks for.
Boot() {
  docker run --detach --name "$container" --cgroupns private --tmpfs /run --tmpfs /tmp:exec \
    --cap-add SYS_ADMIN --cap-add SYS_PTRACE --cap-add NET_ADMIN \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
    --env container=docker "$image" /lib/systemd/systemd >/dev/null
  Await 30 "systemd to be up" Sh 'systemctl is-system-running | grep -E "running|degraded" >/dev/null'
  local program
  for program in user-service user-client; do
    docker cp --quiet "$build/bin/$program" "$container:/usr/local/bin/" 2>/dev/null ||
      docker cp "$build/bin/$program" "$container:/usr/local/bin/" >/dev/null
  done
  local port
  for port in 50061 50062 50063; do
    In systemd-run --quiet --unit "replica-$port" \
      user-service --listen "127.0.0.1:$port" --latency 5ms
  done
}

Await() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || Fail "waited without success for $what"
    sleep 0.2
  done
}

# Expect WHAT COMMAND: in the container's shell.
Expect() {
  if ! Sh "$2"; then Fail "not so: $1"; fi
  echo "    $1"
}

# --- The package ---------------------------------------------------------------------------------

# A second one with a higher version.
MakePackages() {
  cpack -G DEB --config "$PWD/$build/CPackConfig.cmake" -B "$scratch/first" >"$scratch/cpack"
  package=$(echo "$scratch"/first/*.deb)
  dpkg-deb --raw-extract "$package" "$scratch/tree"
  sed -i 's/^Version: .*/Version: 99.0.0/' "$scratch/tree/DEBIAN/control"
  dpkg-deb --root-owner-group --build "$scratch/tree" "$scratch/newer.deb" >/dev/null
}

Install() {
  docker cp "$1" "$container:/root/evenkeel.deb"
  Sh "DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    --option Dpkg::Options::=--force-confold /root/evenkeel.deb" >"$scratch/apt" 2>&1 ||
    { cat "$scratch/apt" >&2; Fail "apt-get install"; }
}

MainPid() { Sh 'systemctl show --property MainPID --value evenkeel'; }

StartLoad() {
  rm -f "$scratch/load.log"
  In user-client load --connections 4 --rate 200 --duration "$1s" --allow-failures --json - \
    >"$scratch/load.json" 2>"$scratch/load.log" &
  load_pid=$!
  Await 30 "the load to run" test -s "$scratch/load.log"  # a line after each second
}

# FinishLoad FORBIDDEN: no failure's message may have this in it; "" is in all of them.
FinishLoad() {
  wait "$load_pid" || { cat "$scratch/load.log" >&2; Fail "user-client failed"; }
  load_pid=""
  /usr/bin/python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
print("   ", run["calls"], "calls,", run["failed"], "failed", run["failures"])
sys.exit(len(run["replicas"]) != 3 or
         any(sys.argv[2] in failure["message"] for failure in run["failures"]))' \
    "$scratch/load.json" "$1" ||
    Fail "calls were lost"
}

# --- The acts ------------------------------------------------------------------------------------

FirstInstallation() {
  Install "$package"
  Expect "the example passes the check" 'evenkeel check --config /etc/evenkeel/evenkeel.yaml'
  Expect "the manual is there" 'zgrep -q "gRPC sidecar\|gRPC call" /usr/share/man/man1/evenkeel.1.gz'
  Expect "the unit is right" 'systemd-analyze verify --man=no evenkeel.service'
  Expect "nothing was started unasked" '! systemctl is-active --quiet evenkeel'
}

Service() {
  In systemctl enable --now --quiet evenkeel
  Await 30 "the sidecar to be ready" In evenkeel ready
  Expect "it is ready, and runs as the user evenkeel" \
    '[ "$(ps -o user= -p "$(systemctl show --property MainPID --value evenkeel)")" = evenkeel ]'
  Expect "without any capability" \
    'grep -q "^CapEff:.0*$" "/proc/$(systemctl show --property MainPID --value evenkeel)/status"'
}

Reload() {
  local before
  before=$(MainPid)
  Sh 'sed -i "s/    endpoints:.*/&\n    policy: round_robin/" /etc/evenkeel/evenkeel.yaml'
  In systemctl reload evenkeel || Fail "systemctl reload"
  Await 10 "the log to say so" Sh 'journalctl --unit evenkeel | grep "configuration applied" >/dev/null'
  Sh 'cp /etc/evenkeel/evenkeel.yaml /tmp/good && echo "nonsense: 1" >>/etc/evenkeel/evenkeel.yaml'
  Expect "a wrong configuration is refused, and it runs on" \
    '! systemctl reload evenkeel 2>/dev/null && evenkeel ready'
  Sh 'cp /tmp/good /etc/evenkeel/evenkeel.yaml'
  [ "$(MainPid)" = "$before" ] || Fail "another process runs"
}

Upgrade() {
  Sh 'echo "# a line of the operator" >>/etc/evenkeel/evenkeel.yaml'
  local before
  before=$(MainPid)
  StartLoad 12
  Install "$scratch/newer.deb"
  Await 30 "the sidecar to be ready" In evenkeel ready
  FinishLoad ""
  [ "$(MainPid)" != "$before" ] || Fail "the old process runs on"
  Expect "one service runs, not two" \
    'systemctl is-active --quiet evenkeel && ! systemctl is-active --quiet evenkeel-upgrade'
  Expect "the operator's change is still there" \
    'grep -q "a line of the operator" /etc/evenkeel/evenkeel.yaml'
}

# With evenkeel.socket, a plain restart refuses nobody either; how long a client lets its connection
# wait is for the client to say.
SocketActivation() {
  In systemctl disable --now --quiet evenkeel
  In systemctl enable --now --quiet evenkeel.socket
  StartLoad 8
  In systemctl restart evenkeel
  FinishLoad "refused"
}

Removal() {
  Sh 'apt-get remove --yes evenkeel' >"$scratch/apt" 2>&1 || Fail "apt-get remove"
  Expect "removed: it runs no more, its configuration stays" \
    '! pgrep -x evenkeel && ! systemctl is-enabled --quiet evenkeel 2>/dev/null &&
     [ -e /etc/evenkeel/evenkeel.yaml ]'
  Sh 'apt-get purge --yes evenkeel' >"$scratch/apt" 2>&1 || Fail "apt-get purge"
  Expect "purged: no file and no user is left" \
    '! getent passwd evenkeel && [ -z "$(find / -xdev -name "*evenkeel*" -not -path "/proc/*" \
       -not -path "/root/*" -not -path "/var/log/*" -not -path "/var/lib/apt/*" -print)" ]'
}

Main() {
  EngineUp "$scratch"
  Say "a clean Debian 12 with systemd"
  BaseImage
  MakeImage
  MakePackages
  Boot
  Say "install ${package##*/}"
  FirstInstallation
  Say "run"
  Service
  Say "reload"
  Reload
  Say "upgrade under load"
  Upgrade
  Say "socket activation: a restart under load"
  SocketActivation
  Say "remove"
  Removal
  Say "all of it held"
}

Main
