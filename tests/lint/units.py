"""Every unit has a test named after it: for pool/pool.cc there is tests/pool/pool_test.cc.

A unit is a .cc file of a room, with its header; or a header alone that has code. main.cc is none.
"""

import pathlib

import sizes

# What has none yet. The list only gets shorter: it may name nothing that has one.
WITHOUT_TEST = frozenset("""
    lib/base/check
    lib/base/result
    lib/config/policy
    lib/config/traffic
    lib/http2/session_headers
    lib/http2/session_produce
    lib/http2/session_receive
    lib/net/file_descriptor
    lib/net/takeover_message
    lib/net/takeover_offer
    lib/telemetry/balancer_metrics
    lib/telemetry/counter
    lib/telemetry/discovery_metrics
    lib/telemetry/health_metrics
    lib/telemetry/reload_metrics
    lib/telemetry/retry_counters
    lib/telemetry/retry_metrics
    lib/telemetry/samples
    lib/telemetry/shed
    lib/telemetry/shed_metrics
    lib/telemetry/worker_metrics
    lib/yaml/call_policy_reader
    lib/yaml/client_connection_reader
    lib/yaml/flag_key
    lib/yaml/json_types
    lib/yaml/or_off
    lib/yaml/policy_reader
    lib/yaml/status_list_key
    lib/yaml/status_names
    lib/yaml/text_file
    proxy/admin/explain_page
    proxy/call/routes
    proxy/clients/listener_binding
    proxy/program/admin_sources
    proxy/program/check_command
    proxy/program/command_line
    proxy/program/diff_command
    proxy/program/ready_command
    proxy/program/sidecar
""".split())


def is_unit(path, text):
    if path.suffix == ".cc":
        return path.stem != "main"
    return bool(sizes.functions(text))


def unit_of(path):
    """The file's path without its suffix: a .cc and its header are one unit."""
    return path.with_suffix("").as_posix()


def test_of(unit):
    return pathlib.PurePosixPath("tests") / f"{unit}_test.cc"


def without_test(sources, exists):
    """The units among `sources`, (path, text) each, for whose test `exists` is false; sorted."""
    units = {unit_of(path) for path, text in sources if is_unit(path, text)}
    return sorted(unit for unit in units if not exists(test_of(unit)))
