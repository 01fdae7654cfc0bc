"""Overload: three times what the replicas can do, and most of what they can do is still done.

Each test prints its figures. EVENKEEL_E2E_FULL=1 holds them against the bounds that docs/traffic.md
names, on a machine that has nothing else to do; otherwise load is light and bounds are loose.
"""

import unittest

from harness.case import FULL, E2eTestCase

LEAST_GOODPUT = 0.9 if FULL else 0.6  # of the capacity
MOST_SHED_P99 = 5  # milliseconds


class OverloadTest(E2eTestCase):
    REPLICAS = 3
    WORK_MS = 20 if FULL else 100  # for each call
    AT_ONCE = 5  # calls that a replica works on; more wait in its queue
    CAPACITY = REPLICAS * AT_ONCE * 1000 / WORK_MS  # calls a second
    SECONDS = 10 if FULL else 5

    def overload(self, **cluster):
        replicas = self.start_replicas(
            self.REPLICAS, "--latency", f"{self.WORK_MS}ms", "--concurrency", str(self.AT_ONCE))
        config = {
            "listeners": [{"address": "127.0.0.1:0", "cluster": "users",
                           "http2": {"max_concurrent_streams": 10000}}],
            "admin": {"address": "127.0.0.1:0"},
            "clusters": {"users": {"endpoints": [each.address for each in replicas],
                                   "policy": "least_request", **cluster}},
        }
        sidecar = self.start_sidecar(config=config)
        sidecar.wait_endpoints([each.address for each in replicas])
        report = self.start_load(
            sidecar, "--rate", 3 * self.CAPACITY, "--duration", f"{self.SECONDS}s",
            "--deadline", f"{10 * self.WORK_MS}ms", "--connections", 4).report()
        if report["start_rate"] < 0.95 * report["rate_wanted"]:
            self.skipTest("this machine is too busy to offer three times the capacity")
        return report, sidecar

    def goodput(self, report):
        return (report["calls"] - report["failed"]) / report["elapsed_s"] / self.CAPACITY

    def assert_protected(self, name, report, sidecar, reason):
        goodput = self.goodput(report)
        p99 = report["failed_latency_ms"]["p99"]
        print(f"\n{name}: goodput {goodput:.1%} of the capacity at 3x load; "
              f"shed calls answered in p50 {report['failed_latency_ms']['p50']:.2f} ms, "
              f"p99 {p99:.2f} ms; {report['statuses']}", flush=True)
        self.assertGreater(goodput, LEAST_GOODPUT, report)
        if FULL:  # a busy machine says nothing of it
            self.assertLess(p99, MOST_SHED_P99, report)
        self.assertGreater(
            sidecar.metric("evenkeel_server_call_shed_total", cluster="users", reason=reason), 0)

    def test_with_a_limit_of_calls(self):
        report, sidecar = self.overload(limits={"max_calls": 2 * self.REPLICAS * self.AT_ONCE})
        self.assert_protected("limits.max_calls", report, sidecar, "max_calls")

    def test_with_adaptive_concurrency(self):
        report, sidecar = self.overload(adaptive_concurrency={"max_calls": 1000})
        self.assert_protected("adaptive_concurrency", report, sidecar, "adaptive_concurrency")


if __name__ == "__main__":
    unittest.main()
