"""Flow control: a slow reader holds back its own call and nothing else."""

import contextlib
import unittest

from harness import raw_connection
from harness.case import E2eTestCase, WireTestCase
from harness.raw_connection import INITIAL_WINDOW_SIZE, LARGE_WINDOW, MAX_CONCURRENT_STREAMS
from harness.waiting import wait_until

MIB = 2**20
WINDOW = 64 * 1024  # the sidecar's stream window by default


class BackPressureTest(WireTestCase):

    def test_a_client_that_does_not_read_stops_its_endpoint(self):
        call, arrived = self.open(end_stream=True)
        call.gives_credit = False
        arrived.respond_headers()
        taken = fill(arrived)
        self.assertGreaterEqual(taken, raw_connection.DEFAULT_WINDOW)
        self.assertLessEqual(taken, raw_connection.DEFAULT_WINDOW + WINDOW)

    def test_an_endpoint_that_does_not_read_stops_its_client(self):
        call, arrived = self.open()
        arrived.gives_credit = False
        taken = fill(call)
        self.assertGreaterEqual(taken, raw_connection.DEFAULT_WINDOW)
        self.assertLessEqual(taken, raw_connection.DEFAULT_WINDOW + WINDOW)

    def test_credit_that_comes_late_moves_what_waited(self):
        call, arrived = self.open(end_stream=True)
        call.gives_credit = False
        arrived.respond_headers()
        taken = fill(arrived)
        call.gives_credit = True
        call.give_credit()
        arrived.send_data(b"z" * MIB).respond_trailers()
        self.assertEqual(0, call.wait_status())
        self.assertEqual(taken + MIB, len(call.data))

    def test_stalled_responses_do_not_block_their_neighbours(self):
        """More stalled streams than the connection window holds, then calls as if nothing was."""
        for _ in range(24):
            call, arrived = self.open(end_stream=True)
            call.gives_credit = False
            arrived.respond_headers()
            fill(arrived)
        for _ in range(3):
            self.exchange()
        self.assertEqual(1, len(self.endpoint.connections))

    def test_stalled_requests_do_not_block_their_neighbours(self):
        for _ in range(24):
            call, arrived = self.open()
            arrived.gives_credit = False
            fill(call)
        for _ in range(3):
            self.exchange()

    def test_cancelled_streams_return_their_share_of_the_connection(self):
        for _ in range(40):
            call, arrived = self.open(end_stream=True)
            call.gives_credit = False
            arrived.respond_headers()
            fill(arrived)
            call.reset()
            arrived.wait_reset()
        self.exchange()

    def test_a_window_raised_or_lowered_by_settings_is_honoured(self):
        client = self.connect(self.sidecar, {INITIAL_WINDOW_SIZE: 100})
        call = client.open(end_stream=True)
        call.gives_credit = False
        arrived = self.endpoint.next_stream()
        arrived.respond_headers().send_data(b"y" * 1000)
        call.wait_data(100)
        client.ping()
        self.assertEqual(100, len(call.data))
        client.send_settings({INITIAL_WINDOW_SIZE: 300})
        call.wait_data(300)
        client.ping()
        self.assertEqual(300, len(call.data))
        client.send_settings({INITIAL_WINDOW_SIZE: 0})
        call.give_credit(250)  # Below the lowered window: the stream's own is now -50.
        client.ping()
        self.assertEqual(300, len(call.data))
        client.send_settings({INITIAL_WINDOW_SIZE: 65535})
        call.wait_data(1000)


class BulkTest(WireTestCase):
    def test_megabytes_arrive_byte_for_byte_both_ways(self):
        call, arrived = self.open()
        up = bytes(i * 7 % 251 for i in range(3 * MIB))
        down = bytes(i * 11 % 251 for i in range(3 * MIB))
        arrived.respond_headers()
        for start in range(0, 3 * MIB, MIB):
            call.send_data(up[start:start + MIB])
            arrived.send_data(down[start:start + MIB])
        call.end()
        arrived.wait_end()
        arrived.respond_trailers()
        self.assertEqual(0, call.wait_status())
        self.assertTrue(up == arrived.data and down == call.data, "bytes differ")

    def test_a_large_window_is_used(self):
        """Data goes on as fast as credit allows, in frames no larger than the peer's limit."""
        client = self.connect(self.sidecar, {INITIAL_WINDOW_SIZE: LARGE_WINDOW})
        call = client.open(end_stream=True)
        self.endpoint.next_stream().respond_headers().send_data(b"w" * MIB).respond_trailers()
        self.assertEqual(0, call.wait_status())
        self.assertEqual(MIB, len(call.data))
        self.assertLessEqual(max(call.data_frames), 16384)


class ConcurrencyTest(E2eTestCase):
    """MAX_CONCURRENT_STREAMS of the peer (gRFC A105) and our own."""

    def start(self, limit, max_connections):
        self.endpoint = self.start_endpoint({MAX_CONCURRENT_STREAMS: limit})
        cluster = {"connection": {"max_connections": max_connections}}
        self.sidecar = self.start_sidecar(self.endpoint, cluster=cluster)
        self.client = self.connect(self.sidecar)

    def test_a_limit_of_one_is_kept_with_one_connection(self):
        self.start(limit=1, max_connections=1)
        calls = [self.client.call() for _ in range(5)]
        for number, call in enumerate(calls, start=1):
            arrived = self.endpoint.next_stream()
            self.client.ping()
            self.assertEqual(number, len(self.endpoint.streams()), "only one at a time")
            arrived.respond()
            self.assertEqual(0, call.wait_status())
        self.assertEqual(1, len(self.endpoint.connections))

    def test_more_connections_come_when_the_streams_are_used_up(self):
        self.start(limit=1, max_connections=3)
        calls = [self.client.call() for _ in range(4)]
        arrived = [self.endpoint.next_stream() for _ in range(3)]
        self.assertEqual(3, len({id(stream.connection) for stream in arrived}))
        self.client.ping()
        self.assertFalse(self.endpoint.has_stream(), "the fourth waits")
        arrived[0].respond()
        arrived.append(self.endpoint.next_stream())
        for stream in arrived[1:]:
            stream.respond()
        self.assertEqual([0] * 4, [call.wait_status() for call in calls])
        self.assertEqual(3, len(self.endpoint.connections))

    def test_a_limit_that_is_lowered_in_flight_holds_for_new_calls(self):
        self.start(limit=100, max_connections=1)
        calls = [self.client.call() for _ in range(3)]
        arrived = [self.endpoint.next_stream() for _ in range(3)]
        connection = arrived[0].connection
        acknowledged = connection.settings_acks
        connection.send_settings({MAX_CONCURRENT_STREAMS: 1})
        connection.wait(lambda: connection.settings_acks > acknowledged, "the acknowledgement")
        calls.append(self.client.call())
        for stream in arrived:
            self.client.ping()
            self.assertFalse(self.endpoint.has_stream(), "above the lowered limit")
            stream.respond()
        self.endpoint.next_stream().respond()
        self.assertEqual([0] * 4, [call.wait_status() for call in calls])

    def test_a_limit_of_zero_waits_until_it_is_raised(self):
        self.start(limit=0, max_connections=1)
        call = self.client.call()
        self.client.ping()
        self.assertFalse(self.endpoint.has_stream())
        self.endpoint.next_connection().send_settings({MAX_CONCURRENT_STREAMS: 10})
        self.endpoint.next_stream().respond()
        self.assertEqual(0, call.wait_status())

    def start_with_own_limit(self, limit, **options):
        self.endpoint = self.start_endpoint()
        self.sidecar = self.start_sidecar(
            self.endpoint, listener={"http2": {"max_concurrent_streams": limit}})
        self.client = self.connect(self.sidecar, **options)
        self.client.wait(lambda: self.client.settings_count, "the sidecar's SETTINGS")
        self.assertEqual(limit, self.client.settings[MAX_CONCURRENT_STREAMS])

    def test_our_own_limit_refuses_before_any_endpoint_sees_a_byte(self):
        """The client had not read our SETTINGS yet: REFUSED_STREAM lets it try again."""
        self.start_with_own_limit(2, acknowledges_settings=False)
        kept = [self.client.call(), self.client.call()]
        arrived = [self.endpoint.next_stream(), self.endpoint.next_stream()]
        refused = self.client.call()
        self.assertEqual(raw_connection.REFUSED_STREAM, refused.wait_reset())
        for stream in arrived:
            stream.respond()
        self.assertEqual([0, 0], [call.wait_status() for call in kept])
        self.assertEqual(2, len(self.endpoint.streams()))

    def test_a_client_that_ignores_our_limit_gets_nothing_through(self):
        """It has acknowledged the limit, so it is broken; it may lose the stream or all."""
        self.start_with_own_limit(2)
        self.client.call()
        self.client.call()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            too_many = self.client.call()
            wait_until(lambda: too_many.resets or self.client.closed, "an answer to the third call")
        self.assertLessEqual(len(self.endpoint.streams()), 2)

    def test_too_many_waiting_calls_are_shed_with_a_reason(self):
        endpoint = self.start_endpoint({MAX_CONCURRENT_STREAMS: 1})
        sidecar = self.start_sidecar(
            endpoint, cluster={"connection": {"max_connections": 1}, "max_pending_calls": 2})
        client = self.connect(sidecar)
        served = [client.call()]
        arrived = endpoint.next_stream()  # So that the connection is there, and full.
        served += [client.call(), client.call()]
        shed = client.call()
        self.assertIn(shed.wait_status(), (8, 14))
        self.assertTrue(shed.trailers.get("grpc-message"))
        arrived.respond()
        endpoint.next_stream().respond()
        endpoint.next_stream().respond()
        self.assertEqual([0] * 3, [call.wait_status() for call in served])


def fill(stream, limit=4 * MIB):
    """Sends DATA until no credit is left and none comes; returns how much was taken.

    "None comes" is known by round trips: what a PING overtakes would be a WINDOW_UPDATE sent later.
    """
    sent = 0
    quiet = 0
    while quiet < 3 and sent < limit:
        room = min(stream.send_window, stream.connection.send_window, 16384)
        if room > 0:
            stream.send_data(b"x" * room)
            sent += room
            quiet = 0
        else:
            stream.connection.ping()
            quiet += 1
    return sent


if __name__ == "__main__":
    unittest.main()
