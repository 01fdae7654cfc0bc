"""Do names say what things are? See names.py for the rules."""

import pathlib
import unittest

import names
import source_tree


class NamesTest(unittest.TestCase):
    def test_no_file_of_the_tree_has_an_empty_name(self):
        folders = source_tree.CPP_FOLDERS + ("proto",)
        paths = source_tree.files(folders, (".h", ".cc", ".py", ".proto"))
        found = [problem for path in paths for problem in names.check_file_name(path)]
        self.assertEqual([], found)

    def test_the_product_and_backend_say_client_and_endpoint(self):
        found = source_tree.problems_in_tree(
            names.check_vocabulary, source_tree.cpp_files((*source_tree.PRODUCT_FOLDERS, "backend"))
        )
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_an_empty_name_is_found(self):
        for name in ("string_util.h", "pool_manager.cc", "common.h", "session-impl.h"):
            with self.subTest(name=name):
                path = pathlib.PurePosixPath("lib/base") / name
                self.assertEqual(1, len(names.check_file_name(path)))

    def test_a_word_inside_a_word_is_no_offence(self):
        path = pathlib.PurePosixPath("lib/base/utilization.h")
        self.assertEqual([], names.check_file_name(path))

    def test_ambiguous_words_are_found_with_their_line(self):
        text = "int a;\nint upstream_port;  // Downstream"
        found = names.check_vocabulary("pool/pool.cc", text)
        self.assertEqual(2, len(found))
        self.assertIn("pool/pool.cc:2", found[0])


if __name__ == "__main__":
    unittest.main()
