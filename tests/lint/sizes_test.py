"""Does a function fit a screen and a file an afternoon? See sizes.py for the limits."""

import sys
import unittest

import sizes
import source_tree

SAMPLE = """#include <string>
namespace evenkeel {
class Thing {
 public:
  int Short() const { return 1; }
  // A brace in a comment: {
  std::string Text() {
    const char c = '{';
    return "}" + Inner([] { return R"(}{)"; });
  }
};

int table[] = {1, 2, 3};

Thing::Thing(int a,
             int b)
    : a_(a) {
  if (a) {
    b();
  }
}
}  // namespace evenkeel
"""


def function_of(lines):
    return "void Long() {\n" + "  f();\n" * (lines - 2) + "}\n"


class SizesTest(unittest.TestCase):
    def test_no_function_of_the_tree_is_endless(self):
        paths = source_tree.cpp_files()
        found = source_tree.problems_in_tree(sizes.check_functions, paths)
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_functions_over_a_screen_are_listed(self):
        """Fails never: what it prints is for the reviewer."""
        for path in source_tree.cpp_files():
            for line in sizes.check_functions(
                path, source_tree.text(path), limit=sizes.FUNCTION_SCREEN
            ):
                print(f"note: {line}", file=sys.stderr)

    def test_no_file_of_the_tree_is_endless(self):
        found = source_tree.problems_in_tree(sizes.check_file, source_tree.cpp_files())
        self.assertEqual([], found)

    def test_functions_are_measured_from_signature_to_brace(self):
        self.assertEqual(
            [("Short", 5, 1), ("Text", 7, 4), ("Thing::Thing", 15, 7)], sizes.functions(SAMPLE)
        )

    def test_a_long_function_is_found(self):
        self.assertEqual([], sizes.check_functions("a.cc", function_of(sizes.FUNCTION_LIMIT)))
        found = sizes.check_functions("a.cc", function_of(sizes.FUNCTION_LIMIT + 1))
        self.assertEqual(["a.cc:1: Long has 101 lines"], found)

    def test_a_long_file_is_found(self):
        self.assertEqual([], sizes.check_file("a.cc", "\n" * sizes.FILE_LIMIT))
        self.assertEqual(1, len(sizes.check_file("a.cc", "\n" * (sizes.FILE_LIMIT + 1))))


if __name__ == "__main__":
    unittest.main()
