"""The sidecar's memory: bounded by its windows while data waits, and the same after many calls.

EVENKEEL_E2E_FULL=1 runs ManyCallsTest with a million calls instead of its usual number.
"""

import json
import signal
import threading
import unittest
import zlib

from harness.case import FULL, E2eTestCase, WireTestCase, configuration
from harness.raw_connection import INITIAL_WINDOW_SIZE
from harness.waiting import wait_until

MIB = 2**20
STREAM_WINDOW = 64 * 1024
CONNECTION_WINDOW = MIB

# AddressSanitizer keeps freed memory aside for a while, which would count as growth here.
MEASURABLE = {"ASAN_OPTIONS": "quarantine_size_mb=1:malloc_context_size=2"}


class SlowReaderTest(WireTestCase):
    """64 MiB each way at once, against readers that take their time."""

    SIZE = 64 * MIB

    def setUp(self):
        self.endpoint = self.start_endpoint()
        self.sidecar = self.start_sidecar(self.endpoint, environment=MEASURABLE)
        self.client = self.connect(self.sidecar)

    def test_every_byte_arrives_in_bounded_memory_and_others_go_on(self):
        payload = bytes(range(256)) * (self.SIZE // 256)
        self.transfer(payload[:4 * MIB])  # Warm: what is needed once has been allocated.
        before = self.sidecar.memory()
        peak = self.transfer(payload)
        allowed = 2 * CONNECTION_WINDOW + 2 * STREAM_WINDOW
        self.assertLessEqual(peak - before, allowed,
                             f"grew by {(peak - before) / MIB:.1f} MiB")

    def transfer(self, payload):
        """Sends `payload` up on one stream and down on another; returns the largest memory seen."""
        up, up_arrived = self.open("/test.Bulk/Upload")
        down, down_arrived = self.open("/test.Bulk/Download", end_stream=True)
        up_arrived.gives_credit = down.gives_credit = False
        down_arrived.respond_headers()
        senders = [threading.Thread(target=up.send_data, args=(payload, True), daemon=True),
                   threading.Thread(target=down_arrived.send_data, args=(payload,), daemon=True)]
        for sender in senders:
            sender.start()
        peak = self.read_slowly([up_arrived, down], len(payload))
        up_arrived.wait_end()
        senders[1].join()
        up_arrived.respond()
        down_arrived.respond_trailers()
        self.assertEqual([0, 0], [up.wait_status(), down.wait_status()])
        for reader in (up_arrived, down):
            self.assertEqual(len(payload), len(reader.data))
            self.assertEqual(zlib.adler32(payload), zlib.adler32(reader.data))
        return peak

    def read_slowly(self, readers, size):
        """Gives credit only for what has arrived, one window at a time, until all has; between the
        windows looks at the sidecar's memory and makes calls on the same connections."""
        peak = turn = 0
        while any(len(reader.data) < size for reader in readers):
            for reader in readers:
                reader.wait(lambda s: s.withheld or len(s.data) >= size, "more bytes")
                reader.give_credit()
            turn += 1
            if turn % 64 == 1:
                self.exchange()
                peak = max(peak, self.sidecar.memory())
        return peak


class HoldsMostTest(WireTestCase):
    """A client that reads no answers, until there is no memory for them. Others are well."""

    CALLS = 640
    ROOM = 32 * MIB  # less than the windows of those calls

    def setUp(self):
        self.endpoint = self.start_endpoint()
        self.config = configuration([self.endpoint.address], cluster={"health_check": "off"},
                                    listener={"http2": {"max_concurrent_streams": 1000}})
        # Freed memory goes back to the system at once, as without the sanitizer.
        measurable = {"ASAN_OPTIONS": MEASURABLE["ASAN_OPTIONS"] +
                                      ":allocator_release_to_os_interval_ms=100"}
        self.sidecar = self.start_sidecar(config=self.config, environment=measurable)
        self.client = self.connect(self.sidecar)
        self.exchange()
        self.limit = self.sidecar.memory() + self.ROOM
        with open(self.sidecar.config_path, "w", encoding="utf-8") as file:
            json.dump({**self.config, "memory_limit": self.limit}, file)
        self.sidecar.signal(signal.SIGHUP)
        self.sidecar.wait_log("configuration applied")

    def test_who_holds_most_is_ended_and_nobody_else(self):
        answer = b"x" * 60_000  # fits a window
        hog = self.connect(self.sidecar, {INITIAL_WINDOW_SIZE: 0})
        peak = 0
        for _ in range(self.CALLS):
            try:
                hog.open(end_stream=True)
                self.endpoint.next_stream(bound=1).respond_headers().send_message(answer)
            except (OSError, AssertionError):
                break  # the connection has ended, or its calls are refused
            peak = max(peak, self.sidecar.memory())
        hog.wait_closed()
        ended = self.sidecar.wait_log("client connection ended")
        self.assertEqual("memory", ended["reason"])
        self.assertEqual(1, self.sidecar.metric("evenkeel_server_connections_ended_total",
                                                reason="memory"))
        self.assertLess(peak, self.limit + 8 * MIB)
        self.endpoint.answer(lambda stream: stream.respond())
        for client in (self.client, self.connect(self.sidecar)):
            wait_until(lambda: client.open(end_stream=True).wait_headers().get("grpc-status") is None,
                       "calls to be taken again")


class ManyCallsTest(E2eTestCase):
    def test_memory_does_not_grow_with_the_number_of_calls(self):
        """What leaks does so in every batch. One batch may see more calls pile up than any before,
        where the machine is busy, and an allocator keep what they needed."""
        batch = 300_000 if FULL else 20_000
        sidecar = self.start_sidecar(
            *self.start_replicas(3), workers=2, environment=MEASURABLE)
        sizes = []
        for _ in range(4):
            self.make_calls(sidecar, batch)
            sizes.append(sidecar.memory())
        growths = [after - before for before, after in zip(sizes, sizes[1:])]
        self.assertLessEqual(
            min(growths), MIB // 2,
            f"grew by {', '.join(f'{each / 1024:.0f}' for each in growths)} KiB in {batch} calls each")

    def make_calls(self, sidecar, count):
        report = self.start_load(sidecar, "--calls", count, "--duration", "1h",
                                 "--connections", 8, "--concurrency", 40).report(3600)
        self.assertEqual((count, 0), (report["calls"], report["failed"]), report)

    def test_connections_and_cancelled_calls_leave_nothing_behind(self):
        endpoint = self.start_endpoint()
        endpoint.answer(lambda stream: None)
        sidecar = self.start_sidecar(endpoint, environment=MEASURABLE)

        def come_and_go(times):
            for _ in range(times):
                client = self.connect(sidecar)
                for _ in range(10):
                    client.open().send_message(b"x" * 1000)
                client.ping()
                client.close()
            sidecar.wait_metric("evenkeel_server_call_in_flight", lambda count: count == 0)

        come_and_go(50)
        before = sidecar.memory()
        come_and_go(50)
        self.assertLessEqual(sidecar.memory() - before, MIB)


if __name__ == "__main__":
    unittest.main()
