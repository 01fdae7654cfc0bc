"""One HTTP/2 connection, frame by frame, that does only what a test tells it to.

Unlike a library it does not refuse to send nonsense, and it keeps what it received as it came:
header blocks in order, duplicates and all, sizes of DATA frames, every END_STREAM. A thread reads;
it acknowledges SETTINGS and PING and gives credit back, unless told otherwise. The test's own
thread sends, and waits for what should come. (RFC 9113; frames by hyperframe, compression by hpack.)
"""

import re
import socket
import threading

import hpack
from hyperframe import frame as frames

from .waiting import BOUND

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DEFAULT_WINDOW = 65535
LARGE_WINDOW = 2**30
MAX_STREAM_ID = 2**31 - 1

# RFC 9113, section 7.
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT = range(5)
STREAM_CLOSED, FRAME_SIZE_ERROR, REFUSED_STREAM, CANCEL, COMPRESSION_ERROR = range(5, 10)
CONNECT_ERROR, ENHANCE_YOUR_CALM, INADEQUATE_SECURITY, HTTP_1_1_REQUIRED = range(10, 14)

HEADER_TABLE_SIZE = frames.SettingsFrame.HEADER_TABLE_SIZE
ENABLE_PUSH = frames.SettingsFrame.ENABLE_PUSH
MAX_CONCURRENT_STREAMS = frames.SettingsFrame.MAX_CONCURRENT_STREAMS
INITIAL_WINDOW_SIZE = frames.SettingsFrame.INITIAL_WINDOW_SIZE
MAX_FRAME_SIZE = frames.SettingsFrame.MAX_FRAME_SIZE


class Block(list):
    """A header list as it came, (name, value) pairs, with look-up by name."""

    def __init__(self, fields, end_stream):
        super().__init__(fields)
        self.end_stream = end_stream

    def all(self, name):
        """Every value of this name, in order."""
        return [value for key, value in self if key == name]

    def get(self, name):
        """The only value of this name, or None; more than one is an error of the test's subject."""
        values = self.all(name)
        if len(values) > 1:
            raise AssertionError(f"{name} came {len(values)} times: {values}")
        return values[0] if values else None

    def metadata(self):
        """What is neither a pseudo-header nor gRPC's or HTTP/2's own."""
        own = ("content-type", "te", "user-agent", "grpc-")
        return [(key, value) for key, value in self if not key.startswith((":", *own))]


class RawStream:
    """One stream: what arrived on it, verbs to send on it, verbs to wait."""

    def __init__(self, connection, stream_id):
        self.connection = connection
        self.id = stream_id
        self.blocks = []  # header blocks in order: headers (1xx included), trailers
        self.data = bytearray()
        self.data_frames = []  # payload length of each DATA frame
        self.end_streams = 0  # END_STREAM flags seen: never more than one is right
        self.resets = []  # codes of RST_STREAM frames
        self.gives_credit = connection.gives_credit
        self.send_window = connection.initial_send_window
        self.withheld = 0  # bytes received whose credit the test holds back

    # Sending.

    def send_headers(self, fields, end_stream=False):
        self.connection.send_headers(self.id, fields, end_stream)
        return self

    def send_data(self, data, end_stream=False, frame_size=16384, bound=BOUND):
        """Sends within the peer's windows, waiting for credit; TimeoutError if none comes."""
        self.connection.send_data(self, memoryview(data), end_stream, frame_size, bound)
        return self

    def send_message(self, payload=b"", end_stream=False):
        return self.send_data(grpc_message(payload), end_stream)

    def end(self):
        """Half-close with an empty DATA frame, the form grpc-go and grpc-java use."""
        return self.send_data(b"", end_stream=True)

    def reset(self, code=CANCEL):
        self.connection.send(frames.RstStreamFrame(self.id, error_code=code))
        return self

    def respond_headers(self, *metadata):
        fields = [(":status", "200"), ("content-type", "application/grpc"), *metadata]
        return self.send_headers(fields)

    def respond_trailers(self, status=0, *metadata):
        return self.send_headers([("grpc-status", str(status)), *metadata], end_stream=True)

    def respond_trailers_only(self, status=0, *metadata):
        fields = [(":status", "200"), ("content-type", "application/grpc"),
                  ("grpc-status", str(status)), *metadata]
        return self.send_headers(fields, end_stream=True)

    def respond(self, payload=b"ok", status=0):
        """A whole unary answer."""
        return self.respond_headers().send_message(payload).respond_trailers(status)

    def give_credit(self, count=None):
        """Returns credit that was held back: `count` bytes, or all of it."""
        count = self.withheld if count is None else count
        self.withheld -= count
        if count > 0:
            self.connection.send(frames.WindowUpdateFrame(self.id, window_increment=count))

    # Waiting.

    def wait(self, condition, what, bound=BOUND):
        self.connection.wait(lambda: condition(self), f"{what} on stream {self.id}; {self}", bound)
        return self

    def wait_headers(self, count=1):
        """Waits for the n-th header block and returns it."""
        self.wait(lambda s: len(s.blocks) >= count, f"header block {count}")
        return self.blocks[count - 1]

    def wait_data(self, count):
        self.wait(lambda s: len(s.data) >= count, f"{count} bytes of data")
        return bytes(self.data)

    def wait_end(self, bound=BOUND):
        """Waits for END_STREAM and returns the last header block."""
        self.wait(lambda s: s.end_streams or s.resets, "END_STREAM", bound)
        if not self.end_streams:
            raise AssertionError(f"reset instead of an end: {self}")
        return self.blocks[-1] if self.blocks else None

    def wait_reset(self):
        """Waits for RST_STREAM and returns its code."""
        self.wait(lambda s: s.resets, "RST_STREAM")
        return self.resets[0]

    def wait_over(self, bound=BOUND):
        """Waits for END_STREAM or RST_STREAM, whichever comes."""
        return self.wait(lambda s: s.end_streams or s.resets, "the stream's end", bound)

    def wait_status(self, bound=BOUND):
        """Waits for the call's end and returns its grpc-status as a number."""
        status = self.wait_end(bound).get("grpc-status")
        if status is None:
            raise AssertionError(f"no grpc-status at the end: {self}")
        return int(status)

    @property
    def trailers(self):
        return self.blocks[-1]

    def messages(self):
        return grpc_messages(bytes(self.data))

    def __str__(self):
        return (f"blocks {self.blocks}, {len(self.data)} bytes, "
                f"ends {self.end_streams}, resets {self.resets}")


class RawConnection:
    """Both kinds of peer; see raw_client.py and raw_endpoint.py for how to get one."""

    def __init__(self, sock, is_client, settings=None, gives_credit=True, answers_pings=True,
                 acknowledges_settings=True):
        self.socket = sock
        self.is_client = is_client
        self.gives_credit = gives_credit
        self.answers_pings = answers_pings
        # Before its own SETTINGS a peer may send nothing, acknowledgements included.
        self.acknowledges_settings = acknowledges_settings and settings is not None
        self.settings_unacknowledged = 0
        self.streams = {}
        self.settings = {}  # the peer's
        self.settings_count = 0  # SETTINGS frames of the peer, acknowledgements aside
        self.settings_acks = 0
        self.ping_acks = self.pings = 0
        self.pings_unanswered = []
        self.goaways_before_ping = None  # how many GOAWAYs came before the first PING
        self.goaways = []  # (last stream id, code, debug data)
        self.closed = False
        self.initial_send_window = DEFAULT_WINDOW
        self.send_window = DEFAULT_WINDOW
        self._changed = threading.Condition()
        self._send_lock = threading.RLock()
        self._encoder, self._decoder = hpack.Encoder(), hpack.Decoder()
        self._decoder.max_header_list_size = 2**24
        self._block = None  # (stream, END_STREAM, bytes) of a block awaiting its CONTINUATION
        self._next_id = 1
        self._on_stream = None
        if is_client:
            sock.sendall(PREFACE)
        if settings is not None:
            self.send_settings(settings)
        self._reader = threading.Thread(target=self._read, daemon=True)

    def start(self, on_stream=None):
        """Begins to read; `on_stream(stream)` runs in the reading thread at a stream's headers."""
        self._on_stream = on_stream
        self._reader.start()
        return self

    # Sending.

    def send(self, frame):
        with self._send_lock:
            self.socket.sendall(frame.serialize())

    def send_bytes(self, data):
        with self._send_lock:
            self.socket.sendall(data)

    def send_settings(self, settings):
        self.send(frames.SettingsFrame(settings=settings))

    def greet(self, settings=None):
        """For a peer that was silent so far: SETTINGS, then what was withheld."""
        self.send_settings(settings or {})
        self.acknowledge_settings()

    def acknowledge_settings(self):
        """Acknowledges what was withheld, and from now on all."""
        with self._changed:
            self.acknowledges_settings = True
            for _ in range(self.settings_unacknowledged):
                self.send(frames.SettingsFrame(flags=["ACK"]))
            self.settings_unacknowledged = 0

    def send_goaway(self, last_stream_id, code=NO_ERROR, debug=b""):
        self.send(frames.GoAwayFrame(last_stream_id=last_stream_id, error_code=code,
                                     additional_data=debug))

    def send_headers(self, stream_id, fields, end_stream, frame_size=16384):
        """One header block; beyond a frame's size it goes on in CONTINUATION frames."""
        with self._send_lock:
            block = self._encoder.encode(fields)
            parts = [block[i:i + frame_size] for i in range(0, len(block), frame_size)] or [b""]
            out = b""
            for index, part in enumerate(parts):
                kind = frames.ContinuationFrame if index else frames.HeadersFrame
                frame = kind(stream_id, data=part)
                if index == 0 and end_stream:
                    frame.flags.add("END_STREAM")
                if index == len(parts) - 1:
                    frame.flags.add("END_HEADERS")
                out += frame.serialize()
            self.socket.sendall(out)

    def send_data(self, stream, data, end_stream, frame_size, bound):
        while True:
            part = data[:frame_size]
            if part:
                self.wait(lambda: self.send_window > 0 and stream.send_window > 0,
                          f"credit to send {len(data)} more bytes", bound)
                part = part[:min(self.send_window, stream.send_window)]
            data = data[len(part):]
            with self._changed:
                self.send_window -= len(part)
                stream.send_window -= len(part)
            frame = frames.DataFrame(stream.id, data=bytes(part))
            if end_stream and not data:
                frame.flags.add("END_STREAM")
            self.send(frame)
            if not data:
                return

    def new_stream(self):
        """The next stream of this side, for a client."""
        with self._changed:
            stream = self.streams[self._next_id] = RawStream(self, self._next_id)
            self._next_id += 2
        return stream

    def held(self):
        """`with connection.held():` nothing that arrives meanwhile is taken note of or answered."""
        return self._changed

    def ping(self):
        """A round trip: returns once the peer has handled all that was sent before."""
        expected = self.ping_acks + 1
        self.send(frames.PingFrame(opaque_data=b"evenkeel"))
        self.wait(lambda: self.ping_acks >= expected, "the answer to a PING")

    def answer_pings(self):
        """Answers those held back, and from now on all."""
        self.answers_pings = True
        while self.pings_unanswered:
            data = self.pings_unanswered.pop(0)
            self.send(frames.PingFrame(opaque_data=data, flags=["ACK"]))

    # Waiting.

    def wait(self, condition, what, bound=BOUND):
        with self._changed:
            if self._changed.wait_for(lambda: condition() or self.closed, bound) and condition():
                return
        reason = "the connection closed" if self.closed else f"{bound:g} s passed"
        raise AssertionError(f"{reason} while waiting for {what}; GOAWAYs: {self.goaways}")

    def wait_goaway(self, count=1):
        """Waits for the n-th GOAWAY and returns (last stream id, code, debug data)."""
        self.wait(lambda: len(self.goaways) >= count, f"GOAWAY {count}")
        return self.goaways[count - 1]

    def wait_closed(self, bound=BOUND):
        with self._changed:
            if not self._changed.wait_for(lambda: self.closed, bound):
                raise AssertionError("the connection is still open")

    def close(self):
        """Closes at once, as a peer that vanishes. Safe to call twice."""
        self._shutdown()
        self.socket.close()
        if self._reader.is_alive() and self._reader is not threading.current_thread():
            self._reader.join(BOUND)

    def _shutdown(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # Gone already.

    # Receiving; all below runs in the reading thread.

    def _read(self):
        try:
            if not self.is_client:
                self._receive(len(PREFACE))
            while True:
                self._read_frame()
        except (OSError, EOFError, ValueError):
            self._shutdown()
        finally:
            with self._changed:
                self.closed = True
                self._changed.notify_all()

    def _receive(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def _read_frame(self):
        frame, length = frames.Frame.parse_frame_header(memoryview(self._receive(9)))
        frame.parse_body(memoryview(self._receive(length)))
        new_stream = None
        with self._changed:
            handler = getattr(self, "_on_" + type(frame).__name__, None)
            if handler:
                new_stream = handler(frame)
            self._changed.notify_all()
        if new_stream is not None and self._on_stream:
            self._on_stream(new_stream)

    def _on_HeadersFrame(self, frame):
        return self._add_block(frame.stream_id, "END_STREAM" in frame.flags, frame)

    def _on_ContinuationFrame(self, frame):
        stream_id, end_stream, data = self._block
        frame.data = data + frame.data
        return self._add_block(stream_id, end_stream, frame)

    def _add_block(self, stream_id, end_stream, frame):
        if "END_HEADERS" not in frame.flags:
            self._block = (stream_id, end_stream, frame.data)
            return None
        is_new = stream_id not in self.streams
        stream = self.streams.setdefault(stream_id, RawStream(self, stream_id))
        stream.blocks.append(Block(self._decoder.decode(frame.data), end_stream))
        stream.end_streams += end_stream
        return stream if is_new else None

    def _on_DataFrame(self, frame):
        stream = self.streams[frame.stream_id]
        stream.data += frame.data
        stream.data_frames.append(len(frame.data))
        ended = "END_STREAM" in frame.flags
        stream.end_streams += ended
        length = frame.flow_controlled_length
        if not length:
            return
        self.send(frames.WindowUpdateFrame(0, window_increment=length))
        if stream.gives_credit and not ended:
            self.send(frames.WindowUpdateFrame(stream.id, window_increment=length))
        else:
            stream.withheld += length

    def _on_RstStreamFrame(self, frame):
        if frame.stream_id in self.streams:
            self.streams[frame.stream_id].resets.append(frame.error_code)

    def _on_SettingsFrame(self, frame):
        if "ACK" in frame.flags:
            self.settings_acks += 1
            return
        self.settings.update(frame.settings)
        self.settings_count += 1
        if INITIAL_WINDOW_SIZE in frame.settings:
            change = frame.settings[INITIAL_WINDOW_SIZE] - self.initial_send_window
            self.initial_send_window += change
            for stream in self.streams.values():
                stream.send_window += change
        if HEADER_TABLE_SIZE in frame.settings:
            self._encoder.header_table_size = frame.settings[HEADER_TABLE_SIZE]
        if self.acknowledges_settings:
            self.send(frames.SettingsFrame(flags=["ACK"]))
        else:
            self.settings_unacknowledged += 1

    def _on_PingFrame(self, frame):
        self.pings += "ACK" not in frame.flags
        if "ACK" in frame.flags:
            self.ping_acks += 1
            return
        if self.goaways_before_ping is None:
            self.goaways_before_ping = len(self.goaways)
        if self.answers_pings:
            self.send(frames.PingFrame(opaque_data=frame.opaque_data, flags=["ACK"]))
        else:
            self.pings_unanswered.append(frame.opaque_data)

    def _on_GoAwayFrame(self, frame):
        self.goaways.append((frame.last_stream_id, frame.error_code, frame.additional_data))

    def _on_WindowUpdateFrame(self, frame):
        if frame.stream_id == 0:
            self.send_window += frame.window_increment
        elif frame.stream_id in self.streams:
            self.streams[frame.stream_id].send_window += frame.window_increment


def timeout_seconds(timeout):
    """What a grpc-timeout value says; AssertionError unless it is one of gRPC's grammar."""
    match = re.match(r"^([0-9]{1,8})([HMSmun])$", timeout)
    if not match:
        raise AssertionError(f"not a grpc-timeout: {timeout!r}")
    units = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
    return int(match[1]) * units[match[2]]


def grpc_message(payload, compressed=0):
    """A gRPC message: flag, big-endian length, payload."""
    return bytes([compressed]) + len(payload).to_bytes(4, "big") + payload


def grpc_messages(data):
    """The payloads of the whole messages in `data`."""
    payloads = []
    while len(data) >= 5:
        length = int.from_bytes(data[1:5], "big")
        payloads.append(data[5:5 + length])
        data = data[5 + length:]
    return payloads
