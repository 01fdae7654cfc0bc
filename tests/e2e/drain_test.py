"""SIGTERM: the sidecar leaves without losing a call.

EVENKEEL_E2E_FULL=1 runs the load of issue "Live" beside the 100 streams: 2,000 calls/s.
"""

import json
import pathlib
import signal
import tempfile
import unittest
from concurrent import futures

from harness import binaries
from harness.case import FULL, E2eTestCase, WireTestCase, configuration
from harness.process import Process
from harness.raw_client import connect_socket
from harness.raw_connection import MAX_STREAM_ID, NO_ERROR
from harness.waiting import BOUND, wait_until


RATE = 2000 if FULL else 200


class TwoPhaseGoawayTest(WireTestCase):
    def test_first_the_largest_id_then_the_real_one(self):
        call, arrived = self.open()
        self.sidecar.terminate()
        self.assertEqual((MAX_STREAM_ID, NO_ERROR), self.client.wait_goaway(1)[:2])
        self.assertEqual((call.id, NO_ERROR), self.client.wait_goaway(2)[:2])
        self.assertTrue(self.sidecar.is_running(), "a call is still open")
        arrived.respond()
        self.assertEqual(0, call.wait_status())
        self.client.wait_closed()
        self.assertEqual(0, self.sidecar.wait_exit())

    def test_the_ping_that_measures_the_round_trip_follows_the_first_goaway(self):
        """The other way round, its answer would not say that the client has seen the GOAWAY."""
        client = self.connect(self.sidecar, answers_pings=False)
        client.open()
        self.endpoint.next_stream()
        self.sidecar.terminate()
        client.wait(lambda: client.goaways and client.pings_unanswered, "GOAWAY and PING")
        self.assertEqual(1, client.goaways_before_ping)

    def test_a_call_that_crosses_the_first_goaway_is_served(self):
        client = self.connect(self.sidecar, answers_pings=False)
        early = client.open()
        early_arrived = self.endpoint.next_stream()
        self.sidecar.terminate()
        client.wait_goaway(1)
        late = client.open()  # It had not read the GOAWAY when it sent this.
        late_arrived = self.endpoint.next_stream()
        client.answer_pings()
        self.assertEqual(late.id, client.wait_goaway(2)[0])
        early_arrived.respond()
        late_arrived.respond()
        self.assertEqual([0, 0], [early.wait_status(), late.wait_status()])
        self.assertEqual(0, self.sidecar.wait_exit())

    def test_an_idle_connection_does_not_hold_up_the_exit(self):
        self.exchange()
        self.sidecar.terminate()
        self.assertEqual(0, self.sidecar.wait_exit())
        self.assertEqual(2, len(self.client.goaways))

    def test_new_connections_are_turned_away(self):
        call, arrived = self.open()
        self.sidecar.terminate()
        self.client.wait_goaway(2)

        def refused():
            try:
                with connect_socket(self.sidecar.address):
                    return False
            except OSError:
                return True

        wait_until(refused, "the listener to close")
        arrived.respond()
        self.assertEqual(0, call.wait_status())


class DrainTest(E2eTestCase):
    def test_readiness_goes_first_and_liveness_stays(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint)
        client = self.connect(sidecar)
        call = client.open()
        arrived = endpoint.next_stream()
        self.assertEqual(200, sidecar.get("/ready")[0])
        sidecar.terminate()
        wait_until(lambda: sidecar.get("/ready")[0] == 503, "/ready to say 503")
        self.assertEqual(200, sidecar.get("/live")[0])
        arrived.respond()
        self.assertEqual(0, call.wait_status())

    def test_a_call_that_never_ends_is_cut_at_the_drain_timeout(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, arguments=("--drain-timeout", "200ms"))
        client = self.connect(sidecar)
        call = client.open()
        arrived = endpoint.next_stream()
        sidecar.terminate()
        call.wait(lambda s: s.end_streams or s.resets or client.closed, "the call's end")
        arrived.connection.wait_closed()
        self.assertEqual(0, sidecar.wait_exit())

    def test_a_second_signal_ends_at_once(self):
        endpoint = self.start_endpoint()
        sidecar = self.start_sidecar(endpoint, arguments=("--drain-timeout", "1h"))
        client = self.connect(sidecar)
        client.open()
        endpoint.next_stream()
        sidecar.signal(signal.SIGINT)
        client.wait_goaway(1)
        sidecar.signal(signal.SIGINT)
        sidecar.wait_exit()
        client.wait_closed()

    def test_under_load_with_open_streams_no_call_fails(self):
        replicas = self.start_replicas(3, "--latency", "20ms")
        sidecar = self.start_sidecar(*replicas, workers=2)
        streams = []
        for _ in range(10):
            client = self.connect(sidecar)
            stream = client.open("/user.v1.UserService/SyncUsers").send_message(SYNC_ONE_USER)
            stream.wait(lambda s: s.messages(), "the first answer")
            streams.append(stream)
        with futures.ThreadPoolExecutor(max_workers=16) as pool:
            callers = [pool.submit(call_until_goaway, self.connect(sidecar)) for _ in range(16)]
            sidecar.wait_metric("evenkeel_server_call_finished_total", lambda done: done > 500)
            sidecar.terminate()
            statuses = [status for caller in callers for status in caller.result(2 * BOUND)]
        self.assertGreater(len(statuses), 500)
        self.assertEqual({0}, set(statuses))
        self.assertTrue(sidecar.is_running(), "the streams are still open")
        for stream in streams:
            stream.send_message(SYNC_ONE_USER, end_stream=True)
        self.assertEqual([0] * 10, [stream.wait_status() for stream in streams])
        self.assertEqual([2] * 10, [len(stream.messages()) for stream in streams])
        self.assertEqual(0, sidecar.wait_exit())


class HundredStreamsTest(E2eTestCase):
    """Streams that are open at SIGTERM: those that end do, the rest end at the limit."""

    def test_each_client_sees_goaway_and_each_stream_its_end_or_unavailable(self):
        replica = self.start_replica()
        sidecar = self.start_sidecar(replica, workers=2, arguments=("--drain-timeout", "2s"))
        clients = [self.connect(sidecar) for _ in range(10)]
        streams = [client.open("/user.v1.UserService/SyncUsers").send_message(SYNC_ONE_USER)
                   for client in clients for _ in range(10)]
        for stream in streams:
            stream.wait(lambda s: s.messages(), "the first answer")
        load = self.start_load(sidecar, "--rate", RATE, "--connections", 4, "--duration", "4s")
        finished = "evenkeel_server_call_finished_total"
        sidecar.wait_metric(finished, lambda count: count > RATE)
        sidecar.terminate()
        for client in clients:
            self.assertEqual(NO_ERROR, client.wait_goaway(2)[1])
        for stream in streams[:50]:
            stream.send_message(SYNC_ONE_USER, end_stream=True)
        ended = [stream.wait_status() for stream in streams[:50]]
        cut = [stream.wait_status() for stream in streams[50:]]
        code = sidecar.wait_exit()
        unary = load.report()
        print(f"100 streams: {ended.count(0)} ended by themselves with OK, {cut.count(14)} at the "
              f"limit with UNAVAILABLE; GOAWAY seen by {len(clients)} of 10 clients; exit code {code}; "
              f"beside them {unary['start_rate']:.0f} calls/s: {unary['statuses']}")
        self.assertEqual([0] * 50, ended)
        self.assertEqual([14] * 50, cut)
        self.assertEqual(0, code)
        self.assertGreater(unary["statuses"]["OK"], RATE)
        for each in unary["failures"]:  # only who finds no sidecar any more
            self.assertIn("Failed to connect to remote host", each["message"], unary)


# Protobuf by hand: GetUserRequest{user_id: "user-1"} and SyncUsersRequest{user: {user_id: "a"}}.
GET_USER_1 = b"\x0a\x06user-1"
SYNC_ONE_USER = b"\x0a\x03\x0a\x01a"


def call_until_goaway(client):
    """Calls without a pause until told to go, as a good client does; returns the statuses."""
    statuses = []
    while True:
        with client.held():  # So that no call starts after its GOAWAY was read.
            if client.goaways:
                return statuses
            call = client.call(GET_USER_1, "/user.v1.UserService/GetUser")
        statuses.append(call.wait_status())


class EarlySignalTest(E2eTestCase):
    """While the configuration is read, which takes long when it is long."""

    def setUp(self):
        routes = [{"match": {"service": f"users.v{i}"}, "cluster": "test"} for i in range(1_000)]
        self.config = tempfile.NamedTemporaryFile("w", suffix=".yaml")  # pylint: disable=R1732
        self.addCleanup(self.config.close)
        json.dump(configuration(["127.0.0.1:1"], listener={"routes": routes}), self.config)
        self.config.flush()

    def start(self, number):
        """A process that has got the signal before it has read its configuration."""
        process = Process([binaries.SIDECAR, "run", "--config", self.config.name,
                           "--log-format", "json"])
        self.addCleanup(process.close)
        status = pathlib.Path(f"/proc/{process.pid}/status")
        bit = 1 << (number - 1)
        wait_until(lambda: int(dict(line.split(":\t") for line in status.read_text().splitlines())
                               ["SigBlk"], 16) & bit, "it to hold signals")
        process.signal(number)
        self.assertEqual([], process.lines)
        return process

    def test_those_that_drain_do_so(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(number):
                process = self.start(number)
                self.assertEqual(0, process.wait_exit(), process.output())
                self.assertIn('"msg":"draining"', process.output())

    def test_sighup_reads_the_configuration_again(self):
        process = self.start(signal.SIGHUP)
        process.wait_line(lambda line: '"trigger":"SIGHUP"' in line, "the reload")
        process.terminate()
        self.assertEqual(0, process.wait_exit())

    def test_those_of_other_programs_do_nothing(self):
        sidecar = self.start_sidecar("127.0.0.1:1")
        sidecar.signal(signal.SIGUSR1)
        sidecar.signal(signal.SIGUSR2)
        self.assertEqual(200, sidecar.get("/live")[0])


if __name__ == "__main__":
    unittest.main()
