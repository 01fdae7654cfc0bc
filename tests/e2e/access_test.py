"""Who may call what, as a stranger's Python client and service see it: tokens, rules, reloads."""

import collections
import hashlib
import json
import os
import pathlib
import shutil
import tempfile
import threading
import unittest

import grpc

from harness.case import FULL, E2eTestCase, configuration
from harness.guarded_replica import GET_USER, GuardedReplica
from harness.python_replica import PythonReplica
from harness.waiting import wait_until

DELETE_USER = GET_USER.replace("Get", "Delete")
OK = grpc.StatusCode.OK
UNAUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED
PERMISSION_DENIED = grpc.StatusCode.PERMISSION_DENIED


def line(name, token):
    return f"{name}: {hashlib.sha256(token.encode()).hexdigest()}\n"


def bearer(token):
    return (("authorization", f"Bearer {token}"),)


class AccessTest(E2eTestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("tokens", line("team-a", "swordfish") + line("team-b", "marlin"))

    def write(self, name, text):
        """As Kubernetes and Docker do: another file in its place."""
        (self.folder / "new").write_text(text, encoding="utf-8")
        os.replace(self.folder / "new", self.folder / name)
        return self.folder / name

    def start(self, endpoint, authorization=None, **authentication):
        tokens = {"file": str(self.folder / "tokens"), "name_to_metadata": "x-team"}
        listener = {"authentication": {"bearer_tokens": tokens, **authentication}}
        if authorization:
            listener["authorization"] = authorization
        sidecar = self.start_sidecar(
            config=configuration([endpoint.address], listener=listener))
        sidecar.wait_endpoints([endpoint.address])
        self.channel = self.enterContext(grpc.insecure_channel(sidecar.address))
        return sidecar

    def start_service(self):
        """A service that checks nothing, and answers who calls by the metadata that it gets."""
        replica = PythonReplica(lambda _, context: repr(sorted(
            (each.key, each.value) for each in context.invocation_metadata()
            if each.key in ("authorization", "x-team"))).encode())
        self.addCleanup(replica.close)
        return replica

    def status(self, method=GET_USER, metadata=()):
        try:
            self.answer = self.channel.unary_unary(method)(b"", metadata=metadata, timeout=10)
            return OK
        except grpc.RpcError as error:
            self.details = error.details()
            return error.code()

    def test_a_service_without_an_interceptor_is_guarded(self):
        service = self.start_service()
        rules = {"allow": [{"name": "readers", "methods": [GET_USER[1:]]},
                           {"name": "admins", "tokens": ["team-a"]}]}
        sidecar = self.start(service, rules)
        self.assertEqual(UNAUTHENTICATED, self.status())
        self.assertEqual(UNAUTHENTICATED, self.status(metadata=bearer("shark")))
        self.assertEqual(UNAUTHENTICATED, self.status(metadata=bearer("marlin") + bearer("marlin")))
        self.assertEqual(OK, self.status(metadata=bearer("marlin")))
        self.assertEqual(PERMISSION_DENIED, self.status(DELETE_USER, bearer("marlin")))
        self.assertNotIn("readers", self.details)
        self.assertEqual(1, service.calls)
        self.assertEqual(OK, self.status(DELETE_USER, bearer("swordfish") + (("x-team", "root"),)))
        self.assertEqual(b"[('x-team', 'team-a')]", self.answer)
        metrics = sidecar.get("/metrics")[1]
        self.assertIn('call_denied_total{listener="127.0.0.1:0",rule="(no rule)",mode="enforce"} 1',
                      metrics)
        self.assertIn('call_unauthenticated_total{listener="127.0.0.1:0",reason="unknown"} 1', metrics)
        for page in (metrics, sidecar.get("/config")[1], sidecar.output()):
            self.assertNotIn("marlin", page)
            self.assertNotIn(hashlib.sha256(b"marlin").hexdigest(), page)

    def test_an_interceptor_that_is_left_in_the_service_gets_its_token(self):
        replica = GuardedReplica()
        self.addCleanup(replica.close)
        self.start(replica, forward=True)
        self.assertEqual(OK, self.status(metadata=bearer("swordfish")))
        self.assertEqual(UNAUTHENTICATED, self.status())
        self.assertNotEqual("who are you?", self.details)
        self.assertEqual(UNAUTHENTICATED, self.status(metadata=bearer("marlin")))
        self.assertEqual("who are you?", self.details)  # ours, but not the service's

    def test_another_file_counts_at_once_and_a_bad_one_not_at_all(self):
        sidecar = self.start(self.start_service())
        self.assertEqual(OK, self.status(metadata=bearer("swordfish")))
        self.write("tokens", line("team-a", "next"))
        sidecar.wait_log("configuration applied")
        self.assertEqual(UNAUTHENTICATED, self.status(metadata=bearer("swordfish")))
        self.assertEqual(OK, self.status(metadata=bearer("next")))
        self.write("tokens", "team-a: next\n")
        error = sidecar.wait_log("configuration rejected")["error"]
        self.assertIn("has no token in line 1", error)
        self.assertEqual(OK, self.status(metadata=bearer("next")))

    def test_each_call_is_judged_by_one_generation(self):
        """Each generation calls the same token otherwise and allows that name alone: whoever took
        the name of one and the rules of another would be refused."""
        service = self.start_service()
        generations = []
        for i in range(2):
            self.write(f"tokens-{i}", line(f"name-{i}", "swordfish"))
            listener = {"authentication": {"bearer_tokens": {"file": f"tokens-{i}"}},
                        "authorization": {"allow": [{"name": "it", "tokens": [f"name-{i}"]}]}}
            generations.append(json.dumps(configuration([service.address], listener=listener)))
        config = self.write("evenkeel.yaml", generations[0])
        sidecar = self.start_sidecar(config=config, workers=2)
        sidecar.wait_endpoints([service.address])
        statuses, done = collections.Counter(), threading.Event()

        def call():
            with grpc.insecure_channel(sidecar.address) as channel:
                method = channel.unary_unary(GET_USER)
                while not done.is_set():
                    statuses[method.future(b"", metadata=bearer("swordfish"),
                                           timeout=30).code()] += 1

        callers = [threading.Thread(target=call) for _ in range(4)]
        for each in callers:
            each.start()
        reloads = 200 if FULL else 20
        try:
            for i in range(reloads):
                before = sum(statuses.values())
                self.write("evenkeel.yaml", generations[(i + 1) % 2])
                wait_until(lambda count=i: self.applied(sidecar) > count, "a reload")
                wait_until(lambda count=before: sum(statuses.values()) > count, "a call")
        finally:
            done.set()
            for each in callers:
                each.join()
        self.assertEqual([OK], list(statuses), statuses)
        self.assertNotIn("call_denied_total{", sidecar.get("/metrics")[1])

    @staticmethod
    def applied(sidecar):
        return sum(each["msg"] == "configuration applied" for each in sidecar.log())


if __name__ == "__main__":
    unittest.main()
