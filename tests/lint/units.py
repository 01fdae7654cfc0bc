"""Every unit has a test named after it: for pool/pool.cc there is tests/pool/pool_test.cc.

A unit is a .cc file of a room, with its header; or a header alone that has code. main.cc is none.
A .cc file without a header of its own is a part of the unit whose header it implements, and of whose
name it makes its own: session_receive.cc of session. What it promises stands in that header, and a
test is named after promises.
"""

import pathlib
import re

import sizes

# A constructor that only takes over its parts, a default of an interface: nothing to test.
_DOES_NOTHING = re.compile(r"\{\s*\}")


def is_unit(path, text):
    if path.suffix == ".cc":
        return path.stem != "main"
    return bool(sizes.functions(_DOES_NOTHING.sub(";", text)))


def unit_of(path, headers):
    """The file's path without its suffix, or that of the unit among `headers` that it is a part of."""
    own = path.with_suffix("")
    if own in headers:
        return own.as_posix()
    wholes = [each for each in headers
              if each.parent == own.parent and own.name.startswith(each.name + "_")]
    return max(wholes, key=lambda each: len(each.name), default=own).as_posix()


def test_of(unit):
    return pathlib.PurePosixPath("tests") / f"{unit}_test.cc"


def without_test(sources, exists):
    """The units among `sources`, (path, text) each, for whose test `exists` is false; sorted."""
    headers = {path.with_suffix("") for path, _ in sources if path.suffix == ".h"}
    units = {unit_of(path, headers) for path, text in sources if is_unit(path, text)}
    return sorted(unit for unit in units if not exists(test_of(unit)))
