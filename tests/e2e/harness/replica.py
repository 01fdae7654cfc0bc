"""A user-service replica as a process of its own."""

import itertools
import re

from . import binaries, tls
from .process import Process

ADDRESS = re.compile(r"((?:127\.0\.0\.\d+|0\.0\.0\.0):\d+)")
_ids = itertools.count(1)


class Replica(Process):
    """Listening once constructed. `arguments` are further flags of user-service."""

    def __init__(self, *arguments, listen="127.0.0.1:0", name=None):
        self.name = name or f"replica-{next(_ids)}"
        super().__init__([binaries.USER_SERVICE, "--listen", listen, "--id", self.name, *tls.flags(),
                          *arguments])
        self.address = self.wait_line(_address, "the address it listens on")


def _address(line):
    match = ADDRESS.search(line)
    return match[1] if match else None
