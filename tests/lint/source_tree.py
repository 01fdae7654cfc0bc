"""The project's files, as the lint checks see them: paths relative to the root, and their text."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]

PRODUCT_FOLDERS = ("lib", "balancer", "pool", "health", "proxy")
CPP_FOLDERS = (*PRODUCT_FOLDERS, "backend", "tests", "bench")
CPP_SUFFIXES = (".h", ".cc")


def files(folders, suffixes):
    """Sorted paths, relative to ROOT, of the files with these suffixes below these folders."""
    found = []
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file():
                found.append(path.relative_to(ROOT))
    return sorted(found)


def every_file():
    """Sorted, but for what is built and what git keeps."""
    return sorted(path.relative_to(ROOT) for path in ROOT.rglob("*")
                  if path.is_file() and path.relative_to(ROOT).parts[0] not in ("build", ".git"))


def cpp_files(folders=CPP_FOLDERS):
    return files(folders, CPP_SUFFIXES)


def text(path):
    return (ROOT / path).read_text(encoding="utf-8")


def problems_in_tree(check, paths):
    """All that `check(path, text)` has to say of these files."""
    return [problem for path in paths for problem in check(path, text(path))]
