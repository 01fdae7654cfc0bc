"""Does clang-format agree with every C++ file, and shellcheck with every shell script?"""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import source_tree

SHELL_SCRIPTS = (".ci/run", "deploy/demo.sh", "deploy/install-deps.sh", "tests/run.sh",
                 "deploy/debian/postinst", "deploy/debian/prerm", "deploy/debian/postrm",
                 "deploy/screenshots.sh", "tests/e2e/compose_test.sh", "tests/e2e/package_test.sh",
                 "tests/e2e/docker/engine.sh")


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
        self.assertEqual("", doubtful(SHELL_SCRIPTS))

    @unittest.skipUnless(shutil.which("shellcheck"), "shellcheck is not installed")
    def test_an_unsound_script_is_found(self):
        self.assertIn("bad.sh", doubtful([self.write("bad.sh", "#!/bin/bash\nrm $1/*\n")]))


if __name__ == "__main__":
    unittest.main()
