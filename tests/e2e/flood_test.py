"""Floods on one connection, as the reports on HTTP/2 describe them: each ends that connection within
1,100 frames (of deadlines: calls), costs endpoints and memory a bounded amount, and no neighbour a
call. Prints the table. EVENKEEL_E2E_FULL=1 adds floods of deadlines, whose pace is
what makes them floods.

Rapid reset (CVE-2023-44487), resets that the client provokes (CVE-2025-8671), floods of PING, SETTINGS,
empty frames, PRIORITY, CONTINUATION (CVE-2019-9511 to 9518, CVE-2024-27316 and others).
"""

import struct
import unittest

from harness import flooder
from harness.case import FULL, E2eTestCase
from harness.flooder import (CONTINUATION, DATA, HEADERS, PING, PRIORITY, Flooder, frame, headers,
                             request, reset, settings, window_update)

MOST = 1100
ADDED = 0x40  # to the dynamic table
WINDOW = 4  # SETTINGS_INITIAL_WINDOW_SIZE
MIB = 2**20
MEASURABLE = {"ASAN_OPTIONS": "quarantine_size_mb=1:malloc_context_size=2"}
A_PING = frame(PING, payload=b"eight by")


def priority(stream, on):
    return frame(PRIORITY, 0, stream, struct.pack("!IB", on, 1))


# What is done to each of many streams.
STREAMS = {
    "rapid reset": lambda s: headers(s) + reset(s),
    "reset by WINDOW_UPDATE of 0": lambda s: headers(s) + window_update(s, 0),
    "reset by a window too large": lambda s: headers(s) + window_update(s, 2**31 - 1),
    "reset by DATA after the end": lambda s: headers(s, end=True) + frame(DATA, 0, s, b"late"),
    "reset by HEADERS after the end": lambda s: headers(s, end=True) + headers(s, end=True),
    "PRIORITY of a wrong length": lambda s: headers(s) + frame(PRIORITY, 0, s, b"four"),
    "PRIORITY on itself": lambda s: headers(s) + priority(s, s),
    "PRIORITY of each": lambda s: headers(s) + priority(s, 0),
    "malformed requests": lambda s: headers(s, request(("Upper", "1"))),
    "more than max_concurrent_streams": headers,
}
# Frames, with or without a stream that is open.
FRAMES = {
    "PING": lambda _: A_PING,
    "SETTINGS": lambda _: settings(),
    "SETTINGS of 2,000 entries": lambda _: settings(*[(WINDOW, 65535)] * 2000),
    "a window that flaps": lambda s: settings((WINDOW, s & 65534)),
    "WINDOW_UPDATE of 1": lambda _: window_update(0, 1),
    "PRIORITY": lambda s: priority(s, 0),
    "unknown frames": lambda _: frame(0x42),
    "empty DATA": lambda _: frame(DATA, 0, 1),
    "WINDOW_UPDATE of 1, on a stream": lambda _: window_update(1, 1),
}
BLOCKS = {"CONTINUATION": flooder.field("x" * 20, "y" * 570), "empty CONTINUATION": b""}


class FloodTest(E2eTestCase):
    def setUp(self):
        self.endpoint = self.start_endpoint()  # answers nothing
        # As nobody has configured it.
        self.sidecar = self.start_sidecar(environment=MEASURABLE, config={
            "listeners": [{"address": "127.0.0.1:0", "cluster": "users"}],
            "clusters": {"users": {"endpoints": [self.endpoint.address]}},
            "admin": {"address": "127.0.0.1:0"}})
        self.sidecar.wait_endpoints([self.endpoint.address])

    def arrived(self):
        """How many calls have come to the endpoint."""
        return sum(1 for _ in self.endpoint.streams())

    def assert_ends(self, title, flood, reads=True):
        with self.subTest(title):
            arrived, memory = self.arrived(), self.sidecar.memory()
            attacker = Flooder(self.sidecar.address, reads)
            self.addCleanup(attacker.close)
            flood(attacker)
            ended = attacker.ended()
            arrived, memory = self.arrived() - arrived, self.sidecar.memory() - memory
            print(f"{title}: {attacker.goaway or 'closed'} after {attacker.frames}; {arrived} calls at "
                  f"the endpoint, {memory / MIB:+.1f} MiB", flush=True)
            self.assertTrue(ended, "still open")
            self.assertLess(arrived, MOST)
            self.assertLess(memory, 16 * MIB)

    def test_of_streams(self):
        bystander = self.connect(self.sidecar).call()
        its_call = self.endpoint.next_stream()
        for title, unit in STREAMS.items():
            self.assert_ends(title, lambda attacker, unit=unit: attacker.flood(unit, MOST))
        its_call.respond()
        self.assertEqual(0, bystander.wait_status())

    @unittest.skipUnless(FULL, "a slow machine makes no flood of them")
    def test_of_deadlines(self):
        for milliseconds, wait in ((1, None), (2, None), (3, None), (1, 0), (3, 3), (10, 8.5)):
            what = "no reset" if wait is None else f"reset after {wait} ms"
            self.assert_ends(
                f"100 at once with {milliseconds} ms, {what}",
                lambda attacker, limit=milliseconds, wait=wait:
                attacker.flood_deadlines(MOST, limit, wait))

    def test_of_frames(self):
        def flood(attacker, unit):
            attacker.send(headers(*attacker.streams(1)))
            attacker.flood(unit, MOST)

        for title, unit in FRAMES.items():
            self.assert_ends(title, lambda attacker, unit=unit: flood(attacker, unit))

    def test_of_frames_that_want_answers_which_nobody_reads(self):
        for title in ("PING", "SETTINGS"):
            self.assert_ends(
                f"{title}, nothing read",
                lambda attacker, unit=FRAMES[title]: attacker.flood(unit, MOST), reads=False)

    def test_of_a_header_block_that_does_not_end(self):
        def flood(attacker, part):
            attacker.send(frame(HEADERS, 0, *attacker.streams(1), request()))
            attacker.flood(lambda _: frame(CONTINUATION, 0, 1, part), MOST)

        for title, part in BLOCKS.items():
            self.assert_ends(title, lambda attacker, part=part: flood(attacker, part))

    def test_of_fields_by_reference(self):
        one, many = flooder.field("a", "b", ADDED), b"\xbe" * 1800  # the table's newest entry
        memory = self.sidecar.memory()
        attackers = [Flooder(self.sidecar.address) for _ in range(5)]
        for attacker in attackers:
            self.addCleanup(attacker.close)
            attacker.send(headers(*attacker.streams(1), request() + one))
            attacker.flood(lambda s: headers(s, request() + many), 90)
            attacker.send(A_PING)
            attacker.wait_ping()
        sent = sum(each.bytes for each in attackers)
        growth = self.sidecar.memory() - memory
        print(f"references: {sent} bytes sent, memory {growth / sent:+.1f} times as much", flush=True)
        self.assertLess(growth, 20 * sent)


if __name__ == "__main__":
    unittest.main()
