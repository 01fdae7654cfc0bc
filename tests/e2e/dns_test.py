"""Endpoints from DNS: a service grows and shrinks under load, and no call notices.

EVENKEEL_E2E_FULL=1 runs the load of issue "Live": 2,000 calls/s and 100 open streams.
"""

import json
import tempfile
import time
import unittest

from harness.case import FULL, E2eTestCase
from harness.dns_server import DnsServer
from harness.waiting import let_time_pass, wait_until

RATE, STREAMS = (2000, 100) if FULL else (300, 20)
TTL = 2  # seconds
NAME = "users.test"


class DnsTestCase(E2eTestCase):
    def setUp(self):
        self.dns = DnsServer()
        self.addCleanup(self.dns.close)

    def start_fleet(self, count):
        """Replicas at 127.0.0.1, 127.0.0.2, …, all on one port."""
        replicas = [self.start_replica(listen="127.0.0.1:0")]
        port = replicas[0].address.split(":")[1]
        for number in range(2, count + 1):
            replicas.append(self.start_replica(listen=f"127.0.0.{number}:{port}"))
        return replicas, port

    def start_on(self, endpoints, **options):
        config = {
            "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
            "clusters": {"test": {"endpoints": endpoints, "policy": "round_robin",
                                  "dns": {"resolvers": [self.dns.address]}}},
            "admin": {"address": "127.0.0.1:0"},
        }
        return self.start_sidecar(config=config, **options)

    def publish(self, replicas, ttl=TTL):
        self.dns.set_addresses(NAME, [each.address.split(":")[0] for each in replicas], ttl)


class ScaleTest(DnsTestCase):
    def shares(self, sidecar, seconds):
        """Calls by endpoint over the next `seconds`, each as a share of them all."""

        def counts():
            cluster = sidecar.clusters()["clusters"][0]
            return {each["address"]: each["picked"] for each in cluster["endpoints"]
                    if each["state"] != "draining"}  # it has open streams still

        before = counts()
        let_time_pass(seconds)
        calls = {address: count - before.get(address, 0) for address, count in counts().items()}
        total = sum(calls.values())
        return {address: count / total for address, count in calls.items()}

    def assert_even(self, sidecar, replicas, what):
        shares = self.shares(sidecar, 1.0)
        print(f"{what}: shares {', '.join(f'{share:.3f}' for share in shares.values())}")
        self.assertEqual({each.address for each in replicas}, set(shares))
        for share in shares.values():
            self.assertAlmostEqual(1 / len(replicas), share, delta=0.3 / len(replicas))

    def test_from_three_to_six_replicas_and_down_to_two(self):
        replicas, port = self.start_fleet(6)
        self.publish(replicas[:3])
        sidecar = self.start_on(f"dns:///{NAME}.:{port}", workers=2)
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")
        duration = f"{3 * (TTL + 1) + 9}s"
        calls = self.start_load(sidecar, "--rate", RATE, "--duration", duration,
                                "--connections", 4)
        streams = self.start_load(sidecar, "--method", "watch", "--concurrency", STREAMS,
                                  "--deadline", "0", "--duration", duration, "--connections", 4)
        let_time_pass(2)
        self.assert_even(sidecar, replicas[:3], "3 replicas")
        self.publish(replicas)
        let_time_pass(TTL + 1)
        self.assert_even(sidecar, replicas, f"6 replicas, {TTL + 1} s after the change")
        self.publish(replicas[:2])
        let_time_pass(TTL + 1)
        self.assert_even(sidecar, replicas[:2], f"2 replicas, {TTL + 1} s after the change")
        unary, open_streams = calls.report(), streams.report()
        print(f"calls: {unary['calls']}, failed {unary['failed']}; streams: "
              f"{open_streams['calls']}, failed {open_streams['failed']}")
        self.assert_all_calls_well(unary, rate=RATE if FULL else RATE / 2)
        self.assert_all_calls_well(open_streams, streams=STREAMS)


class AnswerTest(DnsTestCase):
    def test_the_sidecar_starts_without_an_answer_and_calls_wait_for_it(self):
        replicas, port = self.start_fleet(1)
        self.dns.fail(NAME, None)
        sidecar = self.start_on(f"dns:///{NAME}.:{port}")
        status, body = sidecar.get("/ready")
        self.assertEqual(503, status)
        self.assertIn("has not answered yet", body)
        load = self.start_load(sidecar, "--calls", 1, "--deadline", "30s")
        let_time_pass(0.3)
        self.publish(replicas)
        self.assertEqual(0, load.report()["failed"])
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")

    def test_a_failure_keeps_the_last_good_answer(self):
        replicas, port = self.start_fleet(1)
        self.publish(replicas, ttl=0)
        sidecar = self.start_on(f"dns:///{NAME}.:{port}")
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")
        self.dns.fail(NAME)
        sidecar.wait_metric("evenkeel_discovery_resolutions_total", lambda count: count >= 1,
                            result="refused")
        self.assertEqual(0, self.start_load(sidecar, "--calls", 20).report()["failed"])
        self.assertEqual(1, sidecar.metric("evenkeel_discovery_endpoints", cluster="test"))

    def test_names_in_a_file_are_looked_up_without_blocking(self):
        replicas, port = self.start_fleet(2)
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(f"endpoints: ['{NAME}:{port}']\n")
            file.flush()
            self.dns.fail(NAME, None)
            sidecar = self.start_on({"file": file.name})
            wait_until(lambda: self.dns.questions, "the question")
            start = time.monotonic()
            self.assertEqual(503, sidecar.get("/ready")[0])
            self.assertLess(time.monotonic() - start, 1, "no answer for 2 s holds nothing up")
            self.publish(replicas[1:])
            wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")
        report = self.start_load(sidecar, "--calls", 20).report()
        self.assertEqual({replicas[1].name: 20}, report["replicas"])

    def test_services_bring_their_ports_weights_and_priorities(self):
        first, second, spare = (self.start_replica() for _ in range(3))
        ports = [int(each.address.split(":")[1]) for each in (first, second, spare)]
        self.dns.set_services("_grpc._tcp." + NAME, [
            (10, 30, ports[0], "one.test"), (10, 10, ports[1], "one.test"),
            (20, 10, ports[2], "one.test")], ttl=60)
        self.dns.set_addresses("one.test", ["127.0.0.1"], ttl=60)
        sidecar = self.start_on(f"dns+srv:///_grpc._tcp.{NAME}.")
        sidecar.wait_endpoints([each.address for each in (first, second, spare)])
        replicas = self.start_load(sidecar, "--calls", 400).report()["replicas"]
        print(f"SRV weights 30:10, one of lower priority: {replicas}")
        self.assertEqual({first.name: 300, second.name: 100}, replicas)


class ListedNameTest(DnsTestCase):
    def test_a_name_that_is_not_found_costs_its_own_endpoint_only(self):
        replicas, port = self.start_fleet(2)
        sidecar = self.start_on([replicas[0].address, f"{NAME}:{port}"])
        line = sidecar.wait_log("endpoints not found, those known stay")
        self.assertEqual(f"{NAME}:{port}", line["source"])
        self.assertEqual(0, self.start_load(sidecar, "--calls", 20).report()["failed"])
        wait_until(lambda: sidecar.get("/ready")[0] == 200, "the sidecar to be ready")
        self.assertIn(NAME, sidecar.get("/ready")[1])
        self.assertIn("not found", sidecar.clusters()["clusters"][0]["discovery_failure"])
        self.publish(replicas[1:])
        sidecar.wait_endpoints([replicas[0].address, f"{NAME}:{port}"])
        self.assertEqual("", sidecar.clusters()["clusters"][0]["discovery_failure"])

    def test_a_silent_server_holds_up_neither_start_nor_reload(self):
        replicas, port = self.start_fleet(1)
        self.dns.fail(NAME, None)
        config = {
            "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
            "clusters": {"test": {"endpoints": [replicas[0].address]},
                         "late": {"endpoints": [f"{NAME}:{port}"],
                                  "dns": {"resolvers": [self.dns.address]}}},
            "admin": {"address": "127.0.0.1:0"},
        }
        sidecar = self.start_sidecar(config=config)
        self.assertEqual(0, self.start_load(sidecar, "--calls", 20).report()["failed"])
        config["clusters"]["later"] = {
            "endpoints": [f"{number}.{NAME}:{port}" for number in range(6)],
            "dns": {"resolvers": [self.dns.address]}}
        for number in range(6):
            self.dns.fail(f"{number}.{NAME}", None)
        with open(sidecar.config_path, "w", encoding="utf-8") as file:
            json.dump(config, file)
        start = time.monotonic()
        wait_until(lambda: len(sidecar.clusters()["clusters"]) == 3, "the reload")
        self.assertLess(time.monotonic() - start, 2, "no answer for 2 s holds nothing up")
        self.publish(replicas)
        wait_until(lambda: sidecar.clusters()["clusters"][1]["endpoints"], "the late endpoint")

    def test_a_cluster_that_waits_for_dns_holds_up_readiness_for_its_startup_grace(self):
        replicas, _ = self.start_fleet(1)
        self.dns.fail(NAME)
        for endpoints in (f"dns:///{NAME}.:1", [f"{NAME}:1"]):
            sidecar = self.start_sidecar(config={
                "listeners": [{"address": "127.0.0.1:0", "cluster": "test"}],
                "clusters": {
                    "test": {"endpoints": [replicas[0].address]},
                    "late": {"endpoints": endpoints, "health_check": {"startup_grace": "2s"},
                             "dns": {"resolvers": [self.dns.address]}}},
                "admin": {"address": "127.0.0.1:0"},
            })
            status, body = sidecar.get("/ready")
            self.assertEqual(503, status, endpoints)
            self.assertIn("cluster late", body)
            wait_until(lambda sidecar=sidecar: sidecar.get("/ready")[0] == 200, "the grace's end")
            self.assertIn("cluster late", sidecar.get("/ready")[1], "which it says all the same")


if __name__ == "__main__":
    unittest.main()
