"""What is measured: each experiment yields figures (case, peer, metric, value), round after round."""

import contextlib
import random
import time

import backend
import closed_loop
import idle_clients
import open_loop
import peer
import process_cost

DIRECT = "direct"
POLICIES = ["round_robin", "random", "least_request", "peak_ewma", "prequal"]
POLICIES += ["weighted_round_robin", "pick_first", "ring_hash", "maglev"]

_SMALL = 16
_USUAL = closed_loop.Shape(16, 32, _SMALL)
_SETTLE_SECONDS = 1.5  # until a proxy has connected, or an idle crowd's memory is what it stays


class Lab:
    """Programs, scratch space and the processes of one run; all end when the `with` block is left."""

    def __init__(self, options, scratch, stack):
        self.options = options
        self.scratch = scratch
        self._stack = stack
        self._certificates = peer.make_certificates(scratch) if options.tls else None
        self.names = [n for n in options.peers if peer.installed(n, options.evenkeel)]

    @property
    def others(self):
        """All but the TCP floor, which does not know what a call is."""
        return [name for name in self.names if name != "tcp"]

    def run(self, server):
        return self._stack.enter_context(server).await_ready()

    def cheap_backends(self, sizes):
        servers = [self.run(backend.start(self.scratch, sizes, self._certificates)) for _ in range(2)]
        return [("127.0.0.1", each.port) for each in servers]

    def services(self):
        program = self.options.build / "bin/user-service"
        servers = [self.run(backend.start_service(program, self.scratch)) for _ in range(2)]
        return [("127.0.0.1", each.port) for each in servers]

    def proxy(self, name, endpoints, **settings):
        return peer.start(name, endpoints, self.scratch, self.options.evenkeel,
                          certificates=self._certificates, **settings)

    def proxies(self, names, endpoints):
        servers = {name: self.run(self.proxy(name, endpoints)) for name in names}
        time.sleep(_SETTLE_SECONDS)
        return servers

    @property
    def scheme(self):
        return "https" if self.options.tls else "http"

    def drive(self, server, shape):
        return closed_loop.run(server.port, shape, self.scratch, self.options.seconds, self.scheme)

    def closed(self, server, shape):
        """Microseconds of the proxy per call, and calls a second."""
        before = process_cost.cpu_seconds(server.pid)
        load = self.drive(server, shape)
        cost = (process_cost.cpu_seconds(server.pid) - before) / load.calls * 1e6
        return cost, load.calls_per_second

    def interleaved(self, cases):
        """Each round every (case, peer, server, shape) once, in an order of its own."""
        for _, _, server, shape in cases:  # not counted: tables and pools fill
            self.drive(server, shape)
        # Cases come out in the order they were given, whatever the order they are driven in.
        for _ in range(self.options.rounds):
            found = {}
            for case, name, server, shape in random.sample(cases, len(cases)):
                found[case, name] = self.closed(server, shape)
            for case, name, _, shape in cases:
                cost, rate = found[case, name]
                yield case, name, "cpu_us_per_call", cost
                yield case, name, "calls_per_s", rate
                if shape.size >= 64 * 1024:
                    moved = 2 * shape.size / 2**20
                    yield case, name, "mib_per_cpu_s", moved / cost * 1e6
                    yield case, name, "mib_per_s", moved * rate


def shapes(lab):
    """Small calls in all arrangements."""
    servers = lab.proxies(lab.names, lab.cheap_backends([_SMALL]))
    wanted = [(1, 1), (16, 1), (1, 100), (16, 32), (100, 10), (1000, 1)]
    all_shapes = [closed_loop.Shape(*each, _SMALL) for each in wanted]
    return lab.interleaved(
        [(str(s), n, server, s) for s in all_shapes for n, server in servers.items()]
    )


def sizes(lab):
    """Larger messages, the same both ways."""
    wanted = [(16, 32, 1024), (4, 4, 64 * 1024), (4, 4, 2**20)]
    servers = lab.proxies(lab.names, lab.cheap_backends([size for _, _, size in wanted]))
    all_shapes = [closed_loop.Shape(*each) for each in wanted]
    return lab.interleaved(
        [(f"{s.size // 1024} KiB", n, server, s) for s in all_shapes for n, server in servers.items()]
    )


def policies(lab):
    """Evenkeel with each policy."""
    endpoints = lab.cheap_backends([_SMALL])
    servers = [(p, lab.run(lab.proxy("evenkeel", endpoints, policy=p))) for p in POLICIES]
    time.sleep(_SETTLE_SECONDS)
    return lab.interleaved([(p, "evenkeel", server, _USUAL) for p, server in servers])


def endpoints(lab):
    """More and more endpoints: addresses of the loopback net, the same two servers.

    With one call at a time each has its reads and writes to itself, however many endpoints there
    are; with many at a time those to few endpoints share theirs.
    """
    real = lab.cheap_backends([_SMALL])
    servers = []
    for count in (2, 20, 1000):
        many = [(f"127.0.{i // 200 + 1}.{i % 200 + 1}", real[i % 2][1]) for i in range(count)]
        servers += [(count, name, lab.run(lab.proxy(name, many))) for name in lab.others]
    time.sleep(5 * _SETTLE_SECONDS)
    return lab.interleaved([(f"{count} endpoints, {shape}", name, server, shape)
                            for shape in (closed_loop.Shape(1, 1, _SMALL), _USUAL)
                            for count, name, server in servers])


def crowd(lab):
    """Calls with 10,000 idle connections beside them, and without."""
    servers = lab.proxies(["evenkeel"], lab.cheap_backends([_SMALL]))
    alone = lab.run(lab.proxy("evenkeel", lab.cheap_backends([_SMALL])))
    crowded = servers["evenkeel"]
    with idle_clients.IdleClients(crowded.port, lab.options.crowd):
        cases = [("no others", "evenkeel", alone, _USUAL)]
        cases += [(f"{lab.options.crowd} idle connections", "evenkeel", crowded, _USUAL)]
        yield from lab.interleaved(cases)


def memory(lab):
    """Resident memory of a fresh proxy: idle, with idle connections, with open calls."""
    ends = lab.cheap_backends([_SMALL])
    crowds = [(1000, 0), (lab.options.crowd, 0), (100, 100)]
    for name in lab.others:
        for connections, streams in crowds:
            with contextlib.ExitStack() as stack:
                server = stack.enter_context(lab.proxy(name, ends)).await_ready()
                time.sleep(_SETTLE_SECONDS)
                idle = process_cost.resident_bytes(server.pid)
                yield "idle", name, "resident_mib", idle / 2**20
                yield "idle", name, "rss_mib", process_cost.rss_bytes(server.pid) / 2**20
                try:
                    stack.enter_context(idle_clients.IdleClients(server.port, connections, streams))
                except (OSError, RuntimeError):
                    continue  # this peer takes no such crowd with its usual limits
                time.sleep(_SETTLE_SECONDS)
                added = process_cost.resident_bytes(server.pid) - idle
            if streams:
                yield "100x100 open calls", name, "kib_per_call", added / 1024 / 10_000
            else:
                yield f"{connections} connections", name, "kib_each", added / 1024 / connections


def latency(lab):
    """Real gRPC calls at a fixed rate below the knee; what a proxy adds is the gap to direct."""
    client = lab.options.build / "bin/user-client"
    ends = lab.services()
    ports = {name: each.port for name, each in lab.proxies(lab.names, ends).items()}
    ports[DIRECT] = ends[0][1]
    case = f"GetUser at {lab.options.rate}/s"
    for _ in range(lab.options.rounds):
        found = {}
        for name in random.sample(list(ports), len(ports)):
            summary = open_loop.at_rate(client, ports[name], lab.options.rate, 3)
            found[name] = summary["latency_ms"]
        for quantile in ("p50", "p99", "p99.9"):
            for name in ports:
                micros = found[name][quantile] * 1000
                metric = quantile.replace(".", "_")
                yield case, name, f"{metric}_us", micros
                if name != DIRECT:
                    yield case, name, f"{metric}_added_us", micros - found[DIRECT][quantile] * 1000


def messages(lab):
    """Bidirectional streams: messages a second, and what the proxy spends on one."""
    client = lab.options.build / "bin/user-client"
    servers = lab.proxies(lab.names, lab.services())
    calls, each_way = 200, 100
    for _ in range(lab.options.rounds):
        for name in random.sample(list(servers), len(servers)):
            before = process_cost.cpu_seconds(servers[name].pid)
            summary = open_loop.messages(client, servers[name].port, calls, each_way)
            used = process_cost.cpu_seconds(servers[name].pid) - before
            count = 2 * calls * each_way
            yield "SyncUsers", name, "messages_per_s", summary["rate"] * 2 * each_way
            yield "SyncUsers", name, "cpu_us_per_message", used / count * 1e6


def connects(lab):
    """Clients that connect and make one call: over TLS a full handshake each."""
    servers = lab.proxies(lab.others, lab.cheap_backends([_SMALL]))
    for _ in range(lab.options.rounds):
        for name in random.sample(list(servers), len(servers)):
            before = process_cost.cpu_seconds(servers[name].pid)
            calls = closed_loop.connect_and_call(
                servers[name].port, 200, _SMALL, lab.scratch, lab.scheme)
            used = process_cost.cpu_seconds(servers[name].pid) - before
            yield "connect and call", name, "cpu_us_per_call", used / calls * 1e6


ALL = {
    each.__name__: each
    for each in (shapes, sizes, policies, endpoints, crowd, memory, latency, messages, connects)
}

# Those that h2load alone drives.
OVER_TLS = ("shapes", "sizes", "connects")
