"""Packages that Debian does not have, from where this machine's pip and npm get theirs. Nothing
is fetched unless EVENKEEL_EXTRA is set; what cannot be had makes its tests skip, and say so loudly.
"""

import os
import subprocess
import sys
import unittest

LIMIT = 240  # seconds, for one package


def skip(reason):
    print(f"SKIPPED: {reason}", file=sys.stderr)
    raise unittest.SkipTest(reason)


def run(*command, folder, what):
    """Runs a command that fetches `what` into the folder."""
    if not os.environ.get("EVENKEEL_EXTRA"):
        skip(f"EVENKEEL_EXTRA is not set, so {what} is not fetched")
    try:
        result = subprocess.run([str(each) for each in command], cwd=folder, capture_output=True,
                                text=True, timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        skip(f"cannot have {what}: {error}")
    if result.returncode != 0:
        said = (result.stderr.strip() or "no reason given").splitlines()
        skip(f"cannot have {what}: {next((line for line in said if 'rror' in line), said[-1])}")


def python_packages(folder, *packages):
    """The Python of a new environment that has them."""
    run(sys.executable, "-m", "venv", folder / "python", folder=folder, what="a Python environment")
    python = folder / "python/bin/python3"
    run(python, "-m", "pip", "install", "--quiet", *packages, folder=folder,
        what=" ".join(packages))
    return python


def node_packages(folder, *packages):
    """Puts them into the folder's node_modules; none of their scripts run."""
    run("npm", "install", "--loglevel=error", "--no-audit", "--no-fund", "--ignore-scripts",
        "--prefix", folder, *packages, folder=folder, what=" ".join(packages))
