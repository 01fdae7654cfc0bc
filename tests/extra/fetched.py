"""Packages that Debian does not have, from where this machine's pip, npm, go and mvn get theirs.
Nothing is fetched unless EVENKEEL_EXTRA is set; what cannot be had makes its tests skip, and say so
loudly. What takes long to make is kept in build/extra."""

import os
import pathlib
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / "build/extra"
LIMIT = 240  # seconds, for one package
BUILD_LIMIT = 900  # seconds, for a program of many


def skip(reason):
    print(f"SKIPPED: {reason}", file=sys.stderr)
    raise unittest.SkipTest(reason)


def run(*command, folder, what, limit=LIMIT, **environment):
    """Runs a command that fetches `what` into the folder; its output."""
    if not os.environ.get("EVENKEEL_EXTRA"):
        skip(f"EVENKEEL_EXTRA is not set, so {what} is not fetched")
    try:
        result = subprocess.run([str(each) for each in command], cwd=folder, capture_output=True,
                                text=True, timeout=limit, check=False,
                                env={**os.environ, **environment})
    except (OSError, subprocess.TimeoutExpired) as error:
        skip(f"cannot have {what}: {error}")
    if result.returncode != 0:
        said = (result.stderr.strip() or "no reason given").splitlines()
        skip(f"cannot have {what}: {next((line for line in said if 'rror' in line), said[-1])}")
    return result.stdout


def kept(name):
    """A folder for what is made once and kept."""
    folder = CACHE / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


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


def go_program(source, *modules):
    """The program made of this file and the modules, each "path@version"."""
    what = " with ".join([source.name, *modules])
    folder = kept("-".join([source.stem, *modules]).replace("/", "_").replace("@", "-"))
    (folder / source.name).write_bytes(source.read_bytes())
    if not (folder / "go.mod").exists():
        run("go", "mod", "init", "example.org/extra", folder=folder, what=what)
    if modules:
        run("go", "get", *modules, folder=folder, what=what)
        run("go", "mod", "tidy", folder=folder, what=what)
    run("go", "build", "-o", source.stem, ".", folder=folder, what=what, limit=BUILD_LIMIT)
    return folder / source.stem


def go_install(package):
    """The program that a module's package ("path@version") is."""
    folder = kept("go")
    run("go", "install", package, folder=folder, what=package, limit=BUILD_LIMIT,
        GOBIN=str(folder))
    return folder / package.split("@")[0].rsplit("/", 1)[1]


def java_class(source, *packages):
    """The command that runs this file's class with the packages, each "group:artifact:version"."""
    what = " ".join(packages)
    folder = kept(source.stem)
    dependencies = "".join(
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>"
        "</dependency>".format(*each.split(":")) for each in packages)
    (folder / "pom.xml").write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>org.example</groupId><artifactId>extra</artifactId><version>1</version>"
        f"<dependencies>{dependencies}</dependencies></project>", encoding="utf-8")
    run("mvn", "-q", "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'jars'}",
        folder=folder, what=what, limit=BUILD_LIMIT)
    path = f"{folder / 'jars'}/*"
    run("javac", "-cp", path, "-d", folder, source, folder=folder, what=what)
    return ["java", "-cp", f"{path}:{folder}", source.stem]
