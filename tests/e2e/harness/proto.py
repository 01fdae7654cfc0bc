"""Python classes from .proto text, made when a test runs, with Debian's protoc."""

import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

PLUGIN = "/usr/bin/grpc_python_plugin"  # of Debian's protobuf-compiler-grpc


def compile_proto(name, text):
    """(messages module, services module) of the proto file `name`.proto with this text."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="evenkeel-e2e-proto-"))
    (folder / f"{name}.proto").write_text(text, encoding="utf-8")
    subprocess.run(
        ["protoc", f"--proto_path={folder}", f"--python_out={folder}",
         f"--grpc_python_out={folder}", f"--plugin=protoc-gen-grpc_python={PLUGIN}",
         f"{name}.proto"],
        check=True,
    )
    sys.path.insert(0, str(folder))
    try:
        return (importlib.import_module(f"{name}_pb2"),
                importlib.import_module(f"{name}_pb2_grpc"))
    finally:
        sys.path.remove(str(folder))
        shutil.rmtree(folder)
