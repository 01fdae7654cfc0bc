"""HTTP/2 by hand: an attacker says what no library would (RFC 9113, RFC 7541)."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, WINDOW_UPDATE = 0, 1, 3, 4, 8
MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = 3, 4
ACK, END_STREAM, END_HEADERS = 1, 1, 4
LARGE = 2**31 - 1


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(
        ">I", stream) + payload


def number(value, bits, first):
    """RFC 7541, section 5.1."""
    most = 2**bits - 1
    if value < most:
        return bytes([first | value])
    out, value = [first | most], value - most
    while value >= 128:
        out.append(value % 128 | 128)
        value //= 128
    return bytes([*out, value])


def literal(name, value, first=0):
    """A field that neither side has in its table; `first` 0x40 puts it there."""
    return b"".join([bytes([first]), number(len(name), 7, 0), name, number(len(value), 7, 0), value])


def request(authority=b"attacked"):
    return b"".join(literal(name, value) for name, value in [
        (b":method", b"POST"), (b":scheme", b"http"), (b":path", b"/user.v1.UserService/GetUser"),
        (b":authority", authority), (b"te", b"trailers"), (b"content-type", b"application/grpc")])


def message(payload):
    return b"\0" + struct.pack(">I", len(payload)) + payload


def greeting(window=None):
    entries = b"" if window is None else struct.pack(">HI", INITIAL_WINDOW_SIZE, window)
    return PREFACE + frame(SETTINGS, 0, 0, entries)


def window_update(stream, credit):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", credit))
