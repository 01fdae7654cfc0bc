"""Does clang-format agree with every C++ file, and shellcheck with every shell script? And does each
pipe in a script have a reader that stays?"""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import source_tree

SHELL_SHEBANG = re.compile(rb"#!\s*\S*[/ ](?:ba|da)?sh\b")


def shell_scripts():
    """What begins as one or is called one, so that none is forgotten."""
    return [path for path in source_tree.every_file()
            if path.suffix == ".sh" or SHELL_SHEBANG.match((source_tree.ROOT / path).read_bytes())]


# A reader that leaves before its writer is done: the writer dies of SIGPIPE, now and then, and with
# pipefail the script with it.
EARLY_READER = re.compile(
    r"(?<!\|)\|(?!\|)\s*(?:head\b|grep\b[^|]*?\s(?:-\w*[qm]|--quiet|--max-count)|"
    r"sed\b[^|]*?[0-9/;{ ]q\b(?!/)|awk\b[^|]*?\bexit\b|read\b)")


def misformatted(paths):
    """clang-format's complaints about these files; empty when there are none."""
    if not paths:
        return ""
    result = subprocess.run(
        ["clang-format", "--dry-run", "-Werror", *map(str, paths)],
        cwd=source_tree.ROOT, stderr=subprocess.PIPE, text=True, check=False,
    )
    return result.stderr


def doubtful(paths):
    """shellcheck's complaints about these scripts; empty when there are none."""
    result = subprocess.run(
        ["shellcheck", "--format=gcc", "--external-sources", *map(str, paths)],
        cwd=source_tree.ROOT, stdout=subprocess.PIPE, text=True, check=False,
    )
    return result.stdout


def early_readers(path):
    """The lines of a script whose pipe has a reader that may leave first."""
    found, begun = [], ""
    lines = (source_tree.ROOT / path).read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if line.lstrip().startswith("#"):
            continue
        whole = begun + line.strip()
        continued = whole.endswith(("|", "\\")) and not whole.endswith("||")
        begun = whole.rstrip("\\") if continued else ""
        if not continued and EARLY_READER.search(whole):
            found.append(f"{path}:{number}: {line.strip()}")
    return found


class FormatTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def test_the_tree_is_formatted(self):
        self.assertEqual("", misformatted(source_tree.cpp_files()))

    def test_a_misformatted_file_is_found(self):
        shutil.copy(source_tree.ROOT / ".clang-format", self.folder)
        self.assertEqual("", misformatted([self.write("good.cc", "int a = 1;\n")]))
        self.assertIn("bad.cc", misformatted([self.write("bad.cc", "int   a=1 ;\n")]))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_shell_scripts_are_sound(self):
        self.assertEqual("", doubtful(shell_scripts()))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_an_unsound_script_is_found(self):
        self.assertIn("bad.sh", doubtful([self.write("bad.sh", "#!/bin/bash\nrm $1/*\n")]))

    def test_scripts_without_a_suffix_are_scripts_too(self):
        found = {str(path) for path in shell_scripts()}
        self.assertLessEqual({".ci/run", "deploy/demo.sh", "deploy/debian/postinst"}, found)

    def test_every_pipe_is_read_to_its_end(self):
        self.assertEqual([], [line for path in shell_scripts() for line in early_readers(path)])

    def test_a_reader_that_leaves_early_is_found(self):
        bad = ["ls | head -1", "ls | grep -q x", "ls | grep -Eq x", "ls | grep -m 1 x",
               "ls | sed -n '/x/{p;q}'", "ls | awk '/x/ {exit}'", "$(ls | head)"]
        good = ["ls | grep x >/dev/null", "test -e x || head -1 y", "grep -q x <y", "# ls | head -1",
                "ls | sed -n 's/quick/q/p'"]
        script = self.write("pipes.sh", "\n".join(bad + good))
        self.assertEqual([f"{script}:{i}: {line}" for i, line in enumerate(bad, start=1)],
                         early_readers(script))
        script = self.write("lines.sh", "ls |\n  # the first\n  head -1\nls \\\n  | head\n")
        self.assertEqual([f"{script}:3: head -1", f"{script}:5: | head"], early_readers(script))


if __name__ == "__main__":
    unittest.main()
