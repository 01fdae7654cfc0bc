#!/bin/sh
# Makes the certificates of tls.yaml in a folder, by the openssl command: an authority of your own, and
# what it signs. For trying things out: its key lies beside them, and they are good for a month.
#   sh certificates.sh FOLDER
set -eu
folder=${1:?usage: certificates.sh FOLDER}
mkdir -p "$folder"
cd "$folder"
umask 077

# key NAME: a private key, ECDSA P-256, the one that handshakes are cheapest with.
key() {
  openssl ecparam -name prime256v1 -genkey -noout -out "$1-key.pem"
}

# issue NAME NAMES: a certificate for NAMES, as openssl's subjectAltName has them, and its key.
issue() {
  key "$1"
  printf 'subjectAltName=%s\nbasicConstraints=CA:FALSE\n' "$2" > extensions
  openssl req -new -key "$1-key.pem" -subj "/CN=$1" -out request
  # Beside the old one and then in its place: who reads it meanwhile gets one or the other.
  openssl x509 -req -in request -CA ca.pem -CAkey ca-key.pem -set_serial "0x$(openssl rand -hex 16)" \
    -days 30 -extfile extensions -out "$1.new" 2> /dev/null
  mv "$1.new" "$1.pem"
  rm extensions request
}

if [ ! -e ca.pem ]; then
  key ca
  openssl req -x509 -key ca-key.pem -subj "/CN=Example authority" -days 365 -out ca.pem \
    -addext basicConstraints=critical,CA:TRUE
fi
issue server "DNS:localhost,IP:127.0.0.1,DNS:users.example,URI:spiffe://example.org/users"
issue other "DNS:*.example.org"
issue client "URI:spiffe://example.org/sidecar"
