"""The backends: nghttpd, which answers any POST with a file and a grpc-status trailer, as the cheap
one; user-service, a real gRPC server."""

import pathlib
import struct

import peer



def message(size):
    """A gRPC message of `size` bytes, uncompressed, with its prefix."""
    return struct.pack(">BI", 0, size) + bytes(size)


def method(size):
    """The path that answers with a message of `size` bytes.

    nghttpd finds a file's content-type by its suffix.
    """
    return f"/bench.Echo/Call{size}.grpc"


def start(scratch, sizes, certificates=None):
    """An nghttpd that answers method(size) for each of `sizes`; with certificates over TLS."""
    root = pathlib.Path(scratch) / "backend"
    (root / "bench.Echo").mkdir(parents=True, exist_ok=True)
    for size in sizes:
        (root / method(size)[1:]).write_bytes(message(size))
    types = root / "mime.types"
    types.write_text("application/grpc\tgrpc\n")
    port = peer.free_port()
    command = ["nghttpd", "--no-content-length", "--max-concurrent-streams=10000"]
    command += [] if certificates else ["--no-tls"]
    command += ["--window-bits=20", "--connection-window-bits=24"]
    command += [f"--htdocs={root}", f"--mime-types-file={types}", "--trailer=grpc-status: 0"]
    command += [str(port)]
    if certificates:
        command += [certificates["key"], certificates["certificate"]]
    return peer.Server(command, port, f"{scratch}/backend-{port}.log")


def start_service(program, scratch):
    port = peer.free_port()
    command = [str(program), "--listen", f"127.0.0.1:{port}"]
    return peer.Server(command, port, f"{scratch}/service-{port}.log")
