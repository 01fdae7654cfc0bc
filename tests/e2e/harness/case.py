"""Base classes of the suite: start things in one line; what was started ends with the test.

A sidecar started here must, at the test's end, exit with 0 after SIGTERM, with no finding of a
sanitizer. So each test is a leak test too.
"""

import os
import unittest

from . import tls
from .load import Load
from .raw_client import RawClient
from .raw_endpoint import RawEndpoint
from .replica import Replica
from .sidecar import Sidecar
from .waiting import BOUND, wait_until

# The loads and bounds of the issues, for a machine of one's own; without it a sanitizer's build on
# two busy cores has to get through them.
FULL = bool(os.environ.get("EVENKEEL_E2E_FULL"))


def configuration(endpoints, policy="round_robin", listener=None, cluster=None, **top):
    """The configuration of one listener on a free port and one cluster, named "test"."""
    return {
        # Raw clients ping to know what the sidecar has seen.
        "listeners": [{"address": "127.0.0.1:0", "cluster": "test",
                       "keepalive": {"permit_time": "0s", "permit_without_calls": True},
                       **tls.listener(), **(listener or {})}],
        "clusters": {"test": {"endpoints": list(endpoints), "policy": policy, **tls.cluster(),
                              **(cluster or {})}},
        "admin": {"address": "127.0.0.1:0"},
        **top,
    }


class E2eTestCase(unittest.TestCase):
    maxDiff = None

    def start_sidecar(self, *endpoints, workers=1, arguments=(), config=None, environment=None,
                      **options):
        """A ready sidecar over endpoints (raw endpoints, replicas or addresses). `config` replaces
        what is otherwise configuration(endpoints, **options)."""
        if config is None:
            addresses = [getattr(each, "address", each) for each in endpoints]
            config = configuration(addresses, **options)
        if isinstance(config, dict):
            self._leave_raw_endpoints_alone(config)
        sidecar = Sidecar(
            config, "--workers", str(workers), *arguments, environment=environment)
        self.addCleanup(self._stop_sidecar, sidecar)
        return sidecar

    def _leave_raw_endpoints_alone(self, config):
        """Raw endpoints get the calls of the test and no others, unless it asks for health checks."""
        raw = getattr(self, "_raw_addresses", set())
        for cluster in config.get("clusters", {}).values():
            if raw.intersection(str(each) for each in cluster.get("endpoints", ())):
                cluster.setdefault("health_check", "off")

    def _stop_sidecar(self, sidecar):
        try:
            sidecar.terminate()
            code = sidecar.wait_exit(2 * BOUND)
            self.assertEqual(0, code, f"the sidecar's exit code; its output:\n{sidecar.output()}")
            self.assertEqual([], sidecar.sanitizer_findings(), sidecar.output())
        finally:
            sidecar.close()

    def start_replica(self, *arguments, **options):
        replica = Replica(*arguments, **options)
        self.addCleanup(replica.close)
        return replica

    def start_replicas(self, count, *arguments):
        return [self.start_replica(*arguments) for _ in range(count)]

    def start_load(self, sidecar, *arguments):
        load = Load(sidecar.address, *map(str, arguments))
        self.addCleanup(load.close)
        return load

    def assert_all_calls_well(self, report, rate=None, streams=None):
        """Of a load's report: no call failed or was given up. `rate`: so many calls a second were
        really started; `streams`: so many streams were open, each from the beginning to the end."""
        self.assertEqual((0, 0, 0),
                         (report["failed"], report["abandoned"], report["unstarted"]), report)
        if rate is not None:
            self.assertGreater(report["start_rate"], 0.95 * rate, report)
        if streams is not None:
            self.assertEqual(streams, report["calls"], report)

    def start_endpoint(self, settings=None, **options):
        endpoint = RawEndpoint(settings, **options)
        self._raw_addresses = {endpoint.address, *getattr(self, "_raw_addresses", ())}
        self.addCleanup(endpoint.close)
        return endpoint

    def connect(self, sidecar, settings=None, **options):
        """A raw client, connected to the sidecar's first listener."""
        client = RawClient(sidecar.address, settings, **options)
        self.addCleanup(client.close)
        return client


class WireTestCase(E2eTestCase):
    """One raw client, the sidecar, one raw endpoint: `client`, `sidecar`, `endpoint`."""

    def setUp(self):
        self.endpoint = self.start_endpoint()
        self.sidecar = self.start_sidecar(self.endpoint)
        self.client = self.connect(self.sidecar)

    def open(self, *arguments, **options):
        """Opens a call; returns (the client's stream, the endpoint's stream), headers arrived."""
        stream = self.client.open(*arguments, **options)
        return stream, self.endpoint.next_stream()

    def exchange(self, client=None, endpoint=None):
        """One whole unary call that must go well: proof that client and endpoint still work."""
        call = (client or self.client).call(b"ping")
        arrived = (endpoint or self.endpoint).next_stream()
        arrived.wait_end()
        self.assertEqual([b"ping"], arrived.messages())
        arrived.respond(b"pong")
        self.assertEqual(0, call.wait_status())
        self.assertEqual([b"pong"], call.messages())

    def exchange_once_reconnected(self):
        """The same after the endpoint lost its connection: a young one is replaced with a delay,
        and until then calls end UNAVAILABLE."""
        call = None

        def reaches_the_endpoint():
            nonlocal call
            call = self.client.call()
            wait_until(lambda: call.end_streams or self.endpoint.has_stream(), "a call's fate")
            return self.endpoint.has_stream()

        wait_until(reaches_the_endpoint, "a call to reach the endpoint again")
        self.endpoint.next_stream().respond()
        self.assertEqual(0, call.wait_status())
