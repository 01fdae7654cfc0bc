"""The endpoints that the attackers' calls go to, in a process of their own.

Run as a program it prints their ports, and serves until it is killed.
"""

import socket
import struct
import subprocess
import sys
import threading
import time

from wire import (ACK, DATA, END_HEADERS, HEADERS, INITIAL_WINDOW_SIZE, MAX_CONCURRENT_STREAMS,
                  PREFACE, RST_STREAM, SETTINGS, WINDOW_UPDATE, frame, literal)


def accept(serve):
    """The port of an endpoint; `serve(connection)` runs in a thread for each of its connections."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def run():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    return listener.getsockname()[1]


def be_stuck(connection):
    """Greets, and reads nothing any more."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(frame(SETTINGS, 0, 0))
    while True:
        time.sleep(3600)


class Eager:
    """Answers each call with a message of a GiB, as far as windows let it."""

    CHUNK = b"x" * 16384
    ANSWER = literal(b":status", b"200") + literal(b"content-type", b"application/grpc")
    LENGTH = b"\0" + struct.pack(">I", 2**30)

    def __init__(self, connection):
        self.connection = connection
        self.window, self.initial, self.credit, self.out = 65535, 65535, {}, []
        try:
            self.serve()
        except OSError:
            connection.close()

    def serve(self):
        self.connection.sendall(frame(SETTINGS, 0, 0, struct.pack(">HI", MAX_CONCURRENT_STREAMS, 2000)))
        data = b""
        while len(data) < len(PREFACE):
            data += self.connection.recv(65536)
        data = data[len(PREFACE):]
        while True:
            while len(data) >= 9 and len(data) >= 9 + int.from_bytes(data[:3], "big"):
                size = 9 + int.from_bytes(data[:3], "big")
                self.take(data[3], data[4], int.from_bytes(data[5:9], "big"), data[9:size])
                data = data[size:]
            self.fill()
            self.connection.sendall(b"".join(self.out))
            self.out = []
            read = self.connection.recv(262144)
            if not read:
                raise ConnectionResetError
            data += read

    def take(self, kind, flags, stream, payload):
        if kind == HEADERS:
            self.credit[stream] = self.initial - len(self.LENGTH)
            self.window -= len(self.LENGTH)
            self.out += [frame(HEADERS, END_HEADERS, stream, self.ANSWER),
                         frame(DATA, 0, stream, self.LENGTH)]
        elif kind == WINDOW_UPDATE:
            credit = int.from_bytes(payload, "big")
            if stream == 0:
                self.window += credit
            elif stream in self.credit:
                self.credit[stream] += credit
        elif kind == RST_STREAM:
            self.credit.pop(stream, None)
        elif kind == SETTINGS and not flags & ACK:
            for i in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[i:i + 6])
                self.initial = value if name == INITIAL_WINDOW_SIZE else self.initial
            self.out.append(frame(SETTINGS, ACK, 0))

    def fill(self):
        for stream, credit in self.credit.items():
            while credit > 0 and self.window > 0:
                count = min(credit, self.window, len(self.CHUNK))
                self.out.append(frame(DATA, 0, stream, self.CHUNK[:count]))
                credit -= count
                self.window -= count
            self.credit[stream] = credit


class Endpoints:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
        ports = self.process.stdout.readline().split()
        self.eager, self.stuck = (f"127.0.0.1:{port}" for port in ports)

    def close(self):
        self.process.kill()
        self.process.communicate()


def main():
    print(accept(Eager), accept(be_stuck), flush=True)
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    main()
