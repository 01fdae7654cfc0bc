"""A raw HTTP/2 client that floods: writes frames as fast as it is told to, counts them, and notes
when and how its connection was ended. No library: what it sends is what a test wrote."""

import socket
import struct
import threading
import time

from .raw_client import connect_socket
from .raw_connection import PREFACE
from .waiting import BOUND, wait_until

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, \
    CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS = 1, 1, 4
PAID_EACH_SECOND = 100  # resets, by the default of max_concurrent_streams


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack("!I", len(payload))[1:] + struct.pack("!BBI", kind, flags, stream) + payload


def integer(number, prefix, first):
    """RFC 7541, section 5.1."""
    most = (1 << prefix) - 1
    if number < most:
        return bytes([first | number])
    out, number = [first | most], number - most
    while number >= 128:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def field(name, value, first=0):
    """A literal with a new name; `first`: 0 not indexed, 0x40 added to the table."""
    return (bytes([first]) + integer(len(name), 7, 0) + name.encode() +
            integer(len(value), 7, 0) + value.encode())


def request(*more, path="/user.v1.UserService/GetUser"):
    """A header block that needs no table of any decoder."""
    fields = ((":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "a"),
              ("te", "trailers"), ("content-type", "application/grpc"), *more)
    return b"".join(field(*each) for each in fields)


def headers(stream, block=None, end=False):
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block or request())


def reset(stream):
    return frame(RST_STREAM, 0, stream, struct.pack("!I", 8))


def settings(*pairs):
    return frame(SETTINGS, 0, 0, b"".join(struct.pack("!HI", *pair) for pair in pairs))


def window_update(stream, increment):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack("!I", increment))


def frames_in(data):
    count, at = 0, 0
    while at < len(data):
        count, at = count + 1, at + 9 + int.from_bytes(data[at:at + 3], "big")
    return count


class Flooder:
    """Connected, preface and SETTINGS sent. Reads all the time, unless it `reads` nothing before the
    flood is over."""

    def __init__(self, address, reads=True):
        self._socket = connect_socket(address)
        self.bytes = 0
        self.frames = 0  # of the attack; of deadlines only the HEADERS
        self.next_stream = 1
        self.goaway = None  # (error code, debug data)
        self.closed = False
        self._acknowledged, self._answered = threading.Event(), threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._socket.sendall(PREFACE + settings())
        if reads:
            self._reader.start()
            self._acknowledged.wait(BOUND)

    @property
    def over(self):
        return self.closed or self.goaway is not None

    def streams(self, count):
        """So many ids that it has not used."""
        first, self.next_stream = self.next_stream, self.next_stream + 2 * count
        return range(first, self.next_stream, 2)

    def send(self, *frames):
        """False once the connection is over."""
        if self.over:
            return False
        data = b"".join(frames)
        self.bytes += len(data)
        try:
            self._socket.sendall(data)
        except OSError:
            self.closed = True
        return not self.closed

    def flood(self, unit, most, batch=20, pause=0.0005):
        """`unit(stream)` makes the bytes of one unit, with a stream id that it may use; sends `batch` at
        a time until the connection is over or `most` frames are sent, and those of the streams that the
        time pays for."""
        size, started = frames_in(unit(1)), time.monotonic()
        while not self.over:
            if self.frames >= most + size * PAID_EACH_SECOND * (time.monotonic() - started):
                break
            self.frames += size * batch
            self.send(*map(unit, self.streams(batch)))
            time.sleep(pause)

    def flood_deadlines(self, most, milliseconds, reset_after=None, at_once=100):
        """Opens `at_once` calls with a deadline, resets them after so many milliseconds, or waits for the
        deadline, and so on, until the connection is over or `most` calls are made."""
        block = request(("grpc-timeout", f"{milliseconds}m"))
        while self.frames < most and not self.over:
            self.frames += at_once
            streams = self.streams(at_once)
            self.send(*(headers(each, block) for each in streams))
            time.sleep((milliseconds if reset_after is None else reset_after) / 1000)
            if reset_after is not None:
                self.send(*map(reset, streams))

    def ended(self, bound=BOUND):
        """Whether the connection was ended within the bound."""
        if not self._reader.is_alive() and not self.closed:
            self._reader.start()
        try:
            wait_until(lambda: self.over, "the connection's end", bound)
        except AssertionError:
            return False
        return True

    def wait_ping(self):
        """Until a PING that it has sent is answered: all before it has been read."""
        self._answered.wait(BOUND)

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # gone already
        self._socket.close()

    def _read(self):
        buffer = b""
        try:
            while True:
                part = self._socket.recv(1 << 18)
                if not part:
                    break
                buffer = self._take(buffer + part)
        except OSError:
            pass  # reset, or closed by the test
        self.closed = True

    def _take(self, buffer):
        """Handles the whole frames; returns the rest."""
        at = 0
        while len(buffer) - at >= 9:
            length = int.from_bytes(buffer[at:at + 3], "big")
            if len(buffer) - at < 9 + length:
                break
            kind, flags, payload = buffer[at + 3], buffer[at + 4], buffer[at + 9:at + 9 + length]
            if kind == SETTINGS and not flags & ACK:
                self._socket.sendall(frame(SETTINGS, ACK))
                self._acknowledged.set()
            elif kind == PING and flags & ACK:
                self._answered.set()
            elif kind == GOAWAY:
                code = struct.unpack("!I", payload[4:8])[0]
                if code:
                    self.goaway = (code, payload[8:].decode(errors="replace"))
            at += 9 + length
        return buffer[at:]
