"""Sorts the source files of a target into groups that can be compiled as one file each.

Usage: unity_groups.py LINES FILE...

Run it in the project's root. Prints the group's number for each file, in the order given. Two files
share a group only if no name that one keeps to itself (in an unnamed namespace, as a macro, as the
name of a test, or in a header for tests that the other does not include) is a word of the other: then
neither can change what the other means. A group has some LINES at most. This looks at words, not at
C++: where it is in doubt it opens one group more, which costs seconds.
"""

import pathlib
import re
import sys

UNNAMED_NAMESPACE = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
# A definition or declaration that begins in the first column: the name before ( { [ = ; or :.
PRIVATE_NAME = re.compile(
    r"^(?!using (?:namespace )?[\w:]+;)(?:[\w:<>,*& ]|\[\[.*?\]\])*?\b(\w+)(?:\[\w*\])*\s*"
    r"(?:[({=;]|:(?!:)|final\b)",
    re.MULTILINE)
MACRO = re.compile(r"^#define (\w+)", re.MULTILINE)
TEST_NAME = re.compile(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", re.MULTILINE)
COMMENT = re.compile(r" *//[^\n]*")
TEXT = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
TEST_HEADER = re.compile(r'^#include "(tests/[^"]+)"', re.MULTILINE)
INDENTED = re.compile(r"^[ }].*\n", re.MULTILINE)
NO_NAMES = {"TEST", "TEST_F", "TEST_P", "INSTANTIATE_TEST_SUITE_P", "static_assert", "MATCHER",
            "MATCHER_P"}


class Source:
    def __init__(self, path):
        whole = pathlib.Path(path).read_text(encoding="utf-8")
        self.lines = whole.count("\n")
        plain = TEXT.sub('""', re.sub(r"^#include.*\n", "", whole, flags=re.MULTILINE))
        code = COMMENT.sub("", plain)
        self.words = set(re.findall(r"\w+", code))
        self.private = set(MACRO.findall(code))
        self.private.update(f"{suite}_{test}_Test" for suite, test in TEST_NAME.findall(code))
        for body in UNNAMED_NAMESPACE.findall(plain):
            self.private |= names_in(body)
        self.private -= NO_NAMES
        self.headers = {header: names_in(header.read_text(encoding="utf-8"))
                        for header in map(pathlib.Path, TEST_HEADER.findall(whole))
                        if header.is_file()}

    def may_stand_with(self, other):
        return self.says_nothing_to(other) and other.says_nothing_to(self)

    def says_nothing_to(self, other):
        names = set(self.private)
        for header, its_names in self.headers.items():
            if header not in other.headers:
                names |= its_names
        return not names & other.words


def names_in(code):
    """What is defined in the first column."""
    return set(PRIVATE_NAME.findall(INDENTED.sub("", COMMENT.sub("", code))))


class Group:
    def __init__(self):
        self.sources, self.lines = [], 0

    def takes(self, source, limit):
        return (not self.sources or self.lines + source.lines <= limit) and all(
            source.may_stand_with(each) for each in self.sources)

    def add(self, source):
        self.lines += source.lines
        self.sources.append(source)


def main():
    limit, groups = int(sys.argv[1]), []
    for source in map(Source, sys.argv[2:]):
        number = next((i for i, group in enumerate(groups) if group.takes(source, limit)), None)
        if number is None:
            number = len(groups)
            groups.append(Group())
        groups[number].add(source)
        print(number)


if __name__ == "__main__":
    main()
