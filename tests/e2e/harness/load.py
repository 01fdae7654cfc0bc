"""`user-client load` as a process, and what it reports."""

import json
import os
import tempfile

from . import binaries, tls
from .process import Process
from .waiting import BOUND


class Load(Process):
    """A running load generator against `address`; `report()` waits for its end.

    Failed calls are the test's to judge, from the report; they do not fail the load.
    """

    def __init__(self, address, *arguments):
        handle, self._json = tempfile.mkstemp(suffix=".json", prefix="evenkeel-e2e-")
        os.close(handle)
        super().__init__([binaries.USER_CLIENT, "load", "--target", address, "--allow-failures",
                          "--json", self._json, *tls.client_flags(), *arguments])

    def report(self, bound=20 * BOUND):
        """The summary as a dict: calls, failed, replicas (calls by id), statuses, failures, …"""
        self.wait_exit(bound)
        with open(self._json, encoding="utf-8") as file:
            text = file.read()
        if not text:
            raise AssertionError(f"no summary from user-client:\n{self.output()}")
        return json.loads(text)

    def close(self):
        super().close()
        if os.path.exists(self._json):
            os.unlink(self._json)
