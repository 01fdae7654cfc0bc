# A Docker engine and a Debian base image for scripts of tests/e2e, on any machine that can have them;
# to be sourced. What it starts or makes, EngineDown ends and removes.
#
#   EngineUp SCRATCH    uses the engine that runs, else starts one (as root, with dockerd installed);
#                       exits with 77, which says "skipped", where neither can be
#   BaseImage           sets and exports BASE_IMAGE: debian:bookworm-slim where it is or can be had,
#                       else one made by debootstrap from this machine's Debian mirror
#   EngineDown          give it to a trap on EXIT
#
# shellcheck shell=bash

readonly own_base_image=evenkeel-e2e/debian:bookworm
engine_scratch=""
engine_pid=""
base_image_is_ours=no

EngineSkip() {
  echo "SKIPPED: $*" >&2
  exit 77
}

# Command NAME: whether it can be run.
Have() { command -v "$1" >/dev/null; }

EngineUp() {
  engine_scratch=$1
  Have docker || EngineSkip "no docker client (Debian package docker.io)"
  if docker info >/dev/null 2>&1; then return; fi
  [ "$(id -u)" -eq 0 ] || EngineSkip "no Docker engine answers, and only root could start one"
  Have dockerd || EngineSkip "no Docker engine answers, and there is no dockerd (package docker.io)"
  EngineStart
}

EngineStart() {
  mkdir -p "$engine_scratch/engine"
  RememberNetwork
  export DOCKER_HOST=unix://$engine_scratch/engine/socket
  setsid dockerd --host "$DOCKER_HOST" --data-root "$engine_scratch/engine/data" \
    --exec-root "$engine_scratch/engine/exec" --pidfile "$engine_scratch/engine/pid" \
    >"$engine_scratch/engine/log" 2>&1 </dev/null &
  engine_pid=$!
  local tick
  for ((tick = 0; tick < 300; tick++)); do
    if docker info >/dev/null 2>&1; then return; fi
    if ! kill -0 "$engine_pid" 2>/dev/null; then break; fi
    sleep 0.1
  done
  tail -5 "$engine_scratch/engine/log" >&2
  EngineSkip "no Docker engine answers, and the one started here does not come up"
}

# An engine changes the machine's packet filter and switches forwarding on, and leaves it so.
RememberNetwork() {
  cat /proc/sys/net/ipv4/ip_forward >"$engine_scratch/engine/ip_forward"
  if Have iptables-save; then iptables-save >"$engine_scratch/engine/iptables"; fi
  [ ! -e /sys/class/net/docker0 ] || : >"$engine_scratch/engine/had_docker0"
}

RestoreNetwork() {
  if [ -s "$engine_scratch/engine/iptables" ]; then
    iptables-restore <"$engine_scratch/engine/iptables" || true
  elif Have iptables; then
    # Nothing was there before.
    local table
    for table in filter nat; do
      iptables --table "$table" --flush && iptables --table "$table" --delete-chain
    done
    iptables --policy FORWARD ACCEPT
  fi
  cat "$engine_scratch/engine/ip_forward" >/proc/sys/net/ipv4/ip_forward
  if [ ! -e "$engine_scratch/engine/had_docker0" ] && [ -e /sys/class/net/docker0 ]; then
    ip link delete docker0 || true
  fi
}

EngineDown() {
  if [ "$base_image_is_ours" = yes ]; then docker image rm --force "$own_base_image" >/dev/null; fi
  [ -n "$engine_pid" ] || return 0
  kill -TERM "$engine_pid" 2>/dev/null || true
  wait "$engine_pid" 2>/dev/null || true
  RestoreNetwork
  engine_pid=""
}

BaseImage() {
  export BASE_IMAGE=debian:bookworm-slim
  if docker image inspect "$BASE_IMAGE" >/dev/null 2>&1; then return; fi
  if timeout 120 docker pull --quiet "$BASE_IMAGE" >/dev/null 2>&1; then return; fi
  BASE_IMAGE=$own_base_image
  if docker image inspect "$BASE_IMAGE" >/dev/null 2>&1; then return; fi
  Have debootstrap ||
    EngineSkip "cannot pull debian:bookworm-slim, and there is no debootstrap to make it"
  echo "    cannot pull debian:bookworm-slim; making $BASE_IMAGE with debootstrap"
  base_image_is_ours=yes
  CleanRoot "$engine_scratch/root"
  tar --directory "$engine_scratch/root" --create . | docker import - "$BASE_IMAGE" >/dev/null
  rm -rf "$engine_scratch/root"
}

# CleanRoot FOLDER [PACKAGE,PACKAGE...]: a minimal Debian 12.
CleanRoot() {
  local mirror
  mirror=$(DebianMirror)
  debootstrap --variant=minbase ${2:+--include="$2"} bookworm "$1" ${mirror:+"$mirror"} \
    >"$1.log" 2>&1 || { tail -5 "$1.log" >&2; return 1; }
  rm -f "$1.log"
}

# Where this machine's apt gets Debian from; nothing if it does not say.
DebianMirror() {
  # shellcheck disable=SC2016  # the names are apt's
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 2>/dev/null |
    awk '$1 == "bookworm" && !found++ { print $2 }'
}
