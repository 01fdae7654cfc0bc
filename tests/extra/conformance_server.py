"""The server under test of connectrpc's conformance runner: gRPC servers behind a sidecar.

Usage: conformance_server.py ROUTE ENDPOINTS SERVER...

Starts SERVER (a command that speaks the runner's protocol) ENDPOINTS times with the runner's request,
a sidecar over them with the keys ROUTE (JSON) of its only route, and names it in their place.
"""

import json
import pathlib
import signal
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness.sidecar import Sidecar  # pylint: disable=wrong-import-position

ENDS = (signal.SIGTERM, signal.SIGINT)


def receive(stream):
    """A message: four bytes of length, then as many."""
    head = stream.read(4)
    return stream.read(struct.unpack("!I", head)[0]) if head else b""


def send(stream, message):
    stream.write(struct.pack("!I", len(message)) + message)
    stream.flush()


def varint(message, at):
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def address(response):
    """"host:port" of a ServerCompatResponse (host = 1, port = 2)."""
    at, fields = 0, {}
    while at < len(response):
        key, at = varint(response, at)
        value, at = varint(response, at)
        if key & 7 == 2:
            value, at = response[at:at + value].decode(), at + value
        fields[key >> 3] = value
    return f"{fields[1]}:{fields[2]}"


def response(of_address):
    host, port = of_address.rsplit(":", 1)
    number, encoded = int(port), []
    while number > 127:
        encoded.append(number & 127 | 128)
        number >>= 7
    return b"\x0a" + bytes([len(host)]) + host.encode() + b"\x10" + bytes([*encoded, number])


def start(command, request):
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    send(server.stdin, request)
    return server, address(receive(server.stdout))


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    route, count, command = json.loads(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    request = receive(sys.stdin.buffer)
    servers = [start(command, request) for _ in range(count)]
    addresses = [each for _, each in servers]
    sidecar = Sidecar({
        "listeners": [{"address": "127.0.0.1:0", "routes": [{"cluster": "test", **route}]}],
        "clusters": {"test": {"endpoints": addresses}},
        "admin": {"address": "127.0.0.1:0"}})
    try:
        sidecar.wait_endpoints(addresses)
        send(sys.stdout.buffer, response(sidecar.address))
        signal.sigwait(ENDS)
    finally:
        sidecar.close()
        for server, _ in servers:
            server.terminate()


main()
