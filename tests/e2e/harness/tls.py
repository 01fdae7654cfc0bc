"""EVENKEEL_E2E_TLS=1 runs what the harness starts over mutual TLS on both sides of the sidecar.

Tests that write their own listeners and clusters have to ask for it: {**tls.listener(), …}.
"""

import atexit
import functools
import os

from . import tls_socket
from .pki import Pki

ENABLED = bool(os.environ.get("EVENKEEL_E2E_TLS"))
NAME = "localhost"


@functools.lru_cache(maxsize=None)
def _files():
    """(authority's file, its certificate for everybody)."""
    pki = Pki()
    atexit.register(pki.close)
    return pki.ca, pki.issue("everybody", f"DNS:{NAME},IP:127.0.0.1")


def listener():
    """Keys of a listener; none without the switch, as in all below."""
    if not ENABLED:
        return {}
    ca, pair = _files()
    return {"tls": {"certificate": pair.certificate, "key": pair.key, "client_ca": ca}}


def cluster():
    if not ENABLED:
        return {}
    ca, pair = _files()
    return {"tls": {"ca": ca, "name": NAME, "certificate": pair.certificate, "key": pair.key}}


def client_context():
    return tls_socket.client_context(*_files()) if ENABLED else None


def server_context():
    if not ENABLED:
        return None
    ca, pair = _files()
    return tls_socket.server_context(pair, ca)


def flags(*extra):
    """For user-service, and with `extra` for user-client."""
    if not ENABLED:
        return []
    ca, pair = _files()
    return ["--tls-ca", ca, "--tls-certificate", pair.certificate, "--tls-key", pair.key, *extra]


def client_flags():
    return flags("--tls-name", NAME)
