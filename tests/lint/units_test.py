"""Has each unit a test named after it? See units.py for what a unit is."""

import pathlib
import unittest

import source_tree
import units

CODE = "namespace evenkeel {\nint Two() {\n  return 2;\n}\n}  // namespace evenkeel\n"
PLAIN = "#pragma once\nnamespace evenkeel {\nstruct Size {\n  int width = 0;\n};\n}\n"


def without_test(sources, tests):
    return units.without_test(
        [(pathlib.PurePosixPath(name), text) for name, text in sources.items()],
        lambda path: str(path) in tests)


class UnitsTest(unittest.TestCase):
    def test_each_unit_has_a_test(self):
        paths = source_tree.cpp_files(source_tree.PRODUCT_FOLDERS)
        found = units.without_test([(path, source_tree.text(path)) for path in paths],
                                   lambda path: (source_tree.ROOT / path).is_file())
        missing = [f"{unit} has no {units.test_of(unit)}" for unit in found]
        self.assertEqual([], missing, "\n" + "\n".join(missing))

    def test_a_unit_without_a_test_is_found(self):
        sources = {"pool/pool.cc": CODE, "pool/pool.h": PLAIN, "lib/net/loop.cc": CODE}
        self.assertEqual(["lib/net/loop"], without_test(sources, {"tests/pool/pool_test.cc"}))
        self.assertEqual(["pool/pool"], without_test(sources, {"tests/lib/net/loop_test.cc"}))

    def test_a_header_with_code_is_a_unit_and_plain_structs_are_none(self):
        self.assertEqual(["lib/base/ring"], without_test({"lib/base/ring.h": CODE}, set()))
        self.assertEqual([], without_test({"lib/base/size.h": PLAIN}, set()))

    def test_a_function_that_does_nothing_is_no_code(self):
        taker = "struct Pair {\n  explicit Pair(int a) : a(a) {}\n  const int a;\n};\n"
        self.assertEqual([], without_test({"lib/base/pair.h": taker}, set()))

    def test_a_part_without_a_header_of_its_own_belongs_to_the_whole(self):
        sources = {"lib/net/loop.h": PLAIN, "lib/net/loop_timers.cc": CODE,
                   "lib/net/loop_time.h": CODE, "lib/net/loop_time_wrap.cc": CODE}
        self.assertEqual(["lib/net/loop", "lib/net/loop_time"], without_test(sources, set()))
        self.assertEqual(["lib/net/loop_timers"],
                         without_test({"lib/net/loop_timers.cc": CODE}, set()))
        self.assertEqual(["lib/net/loop_timers"],
                         without_test({"lib/http/loop.h": PLAIN, "lib/net/loop_timers.cc": CODE},
                                      set()))

    def test_main_is_no_unit(self):
        self.assertEqual([], without_test({"proxy/program/main.cc": CODE}, set()))


if __name__ == "__main__":
    unittest.main()
