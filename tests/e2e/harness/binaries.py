"""Where the programs under test are.

EVENKEEL_BUILD_DIR   a CMake build directory (default: build/release); gives all three
EVENKEEL_SIDECAR     the sidecar alone, for example that of a ThreadSanitizer build
"""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("EVENKEEL_BUILD_DIR", ROOT / "build" / "release"))

SIDECAR = pathlib.Path(os.environ.get("EVENKEEL_SIDECAR", BUILD / "bin/evenkeel"))
USER_SERVICE = BUILD / "bin/user-service"
USER_CLIENT = BUILD / "bin/user-client"
