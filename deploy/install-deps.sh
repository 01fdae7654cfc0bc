#!/usr/bin/env bash
# The one list of Debian packages that Evenkeel needs, and what installs them.
#
# Usage: deploy/install-deps.sh [build] [test]     (no argument: both sets)
#   build   compile everything and run deploy/demo.sh
#   test    what tests/run.sh needs on top
#
# Installs only what is missing; when nothing is, it asks dpkg and is done, without apt or root.
# Needs Debian 12. Elsewhere it names the packages it would have needed and exits with 1.
set -euo pipefail

build_packages=(
  build-essential cmake ninja-build ccache mold pkg-config
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev grpc-proto
  libevent-dev libc-ares-dev libssl-dev libyaml-cpp-dev libxxhash-dev
  prometheus-cpp-dev libcli11-dev nlohmann-json3-dev libexpected-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  libnghttp2-dev  # the tests hold our HPACK against it
  file  # for cpack
  python3 curl iproute2 procps
)
test_packages=(
  clang-format shellcheck valgrind
  python3-grpcio python3-protobuf python3-h2 python3-hpack python3-hyperframe
  python3-yaml python3-jsonschema python3-kubernetes  # the latter for the API's types
  openssl  # certificates for tests
  systemd                          # for systemd-analyze
  prometheus  # for promtool; its service is kept from starting, see InstallPackages
)

readonly apt_attempts=4

Usage() {
  echo "usage: deploy/install-deps.sh [build] [test]" >&2
  exit 2
}

WantedPackages() {
  local sets=("$@") each
  [ ${#sets[@]} -gt 0 ] || sets=(build test)
  for each in "${sets[@]}"; do
    case $each in
      build) printf '%s\n' "${build_packages[@]}" ;;
      test) printf '%s\n' "${test_packages[@]}" ;;
      *) Usage ;;
    esac
  done
}

# Prints those of the packages given that dpkg does not hold as installed.
MissingPackages() {
  local installed
  installed=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p') || true
  printf '%s\n' "$@" | grep -vxF -- "${installed:-none}" || true
}

IsDebian12() {
  # shellcheck source=/dev/null
  (. /etc/os-release && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 12 ]) 2>/dev/null
}

AsRoot() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "install-deps: need root for: $*" >&2
    echo "install-deps: run this script as root, or install sudo" >&2
    return 1
  fi
}

# Mirrors fail now and then; a later try usually gets through.
Retry() {
  local attempt
  for ((attempt = 1; attempt <= apt_attempts; attempt++)); do
    if "$@"; then return 0; fi
    [ "$attempt" -lt "$apt_attempts" ] || break
    echo "install-deps: attempt $attempt of $apt_attempts failed, trying again" >&2
    sleep $((attempt * 3))
  done
  echo "install-deps: gave up after $apt_attempts attempts: $*" >&2
  return 1
}

# Debian starts a service as it is installed unless /usr/sbin/policy-rc.d says no. We want promtool,
# not a Prometheus that runs, so a policy stands there while apt works, if the machine has none.
readonly service_policy=/usr/sbin/policy-rc.d

ForbidServiceStart() {
  [ ! -e "$service_policy" ] || return 0
  trap 'AsRoot rm -f "$service_policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | AsRoot tee "$service_policy" >/dev/null
  AsRoot chmod 755 "$service_policy"
}

AptGet() {
  AsRoot env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o Dpkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

InstallPackages() {
  ForbidServiceStart
  Retry AptGet update
  Retry AptGet install --yes --no-install-recommends "$@"
  # Nor at the next boot; but a Prometheus that was here before us is its owner's.
  if [[ " $* " == *" prometheus "* ]] && command -v systemctl >/dev/null; then
    AsRoot systemctl disable --quiet prometheus.service
  fi
}

Main() {
  local wanted_text wanted missing
  wanted_text=$(WantedPackages "$@")
  mapfile -t wanted <<<"$wanted_text"
  if ! IsDebian12; then
    echo "install-deps: this is not Debian 12; install what corresponds to these packages:" >&2
    printf '  %s\n' "${wanted[@]}" >&2
    exit 1
  fi
  mapfile -t missing < <(MissingPackages "${wanted[@]}")
  if [ ${#missing[@]} -eq 0 ]; then
    echo "install-deps: all ${#wanted[@]} packages are there"
    return
  fi
  echo "install-deps: installing ${missing[*]}"
  InstallPackages "${missing[@]}"
}

Main "$@"
