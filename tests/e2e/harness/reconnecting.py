"""Clients that come and go while something is replaced under them."""

import threading

from .raw_client import RawClient

GET_USER_1 = b"\x0a\x06user-1"


class Reconnecting:
    """Clients that connect, make one call and leave, again and again; as good clients do, without
    the call when a GOAWAY was there before it."""

    def __init__(self, address, count):
        self.calls, self.failures = 0, []
        self._address, self._stopped = address, False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]
        for each in self._threads:
            each.start()

    def _run(self):
        while not self._stopped:
            try:
                outcome = self._call_once()
            except (OSError, AssertionError) as error:
                outcome = repr(error)
            with self._lock:
                self.calls += 1
                if outcome != 0:
                    self.failures.append(outcome)

    def _call_once(self):
        client = RawClient(self._address)
        try:
            with client.held():  # So that no call starts after its GOAWAY was read.
                if client.goaways:
                    return 0
                call = client.call(GET_USER_1, "/user.v1.UserService/GetUser")
            return call.wait_status()
        finally:
            client.close()

    def stop(self):
        self._stopped = True
        for each in self._threads:
            each.join()
