"""Is the release build hardened? Reads a program of build/release, as readelf shows it: the
sidecar, or the replay, which is built with the same flags and which tests/run.sh has anyway."""

import pathlib
import platform
import subprocess
import sys
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import binaries  # noqa: E402
from harness.waiting import BOUND  # noqa: E402

PROGRAMS = [binaries.ROOT / "build/release/bin" / name for name in ("evenkeel", "evenkeel-replay")]
PROGRAM = next((program for program in PROGRAMS if program.is_file()), None)


def output(*command):
    return subprocess.run([str(each) for each in command], check=True, capture_output=True,
                          text=True, timeout=10 * BOUND).stdout


@unittest.skipUnless(PROGRAM, "there is no release build")
class HardeningTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.segments = output("readelf", "--segments", "--wide", PROGRAM)
        cls.dynamic = output("readelf", "--dynamic", PROGRAM)
        cls.imports = output("readelf", "--dyn-syms", "--wide", PROGRAM)
        cls.units = output("objdump", "--dwarf=info", "--dwarf-depth=1", PROGRAM)

    def test_its_place_in_memory_is_random(self):
        self.assertRegex(self.segments, r"Elf file type is DYN")
        self.assertRegex(self.dynamic, r"FLAGS_1.*\bPIE\b")

    def test_what_the_loader_fills_in_is_read_only_afterwards(self):
        self.assertRegex(self.segments, r"(?m)^ *GNU_RELRO ")
        self.assertRegex(self.dynamic, r"FLAGS_1.*\bNOW\b")

    def test_its_stack_holds_no_code(self):
        self.assertRegex(self.segments, r"(?m)^ *GNU_STACK( +0x\w+){5} RW +")

    def test_frames_are_guarded(self):
        self.assertIn("__stack_chk_fail", self.imports)
        self.assert_all_built_with("-fstack-protector-strong")

    def test_copies_into_known_arrays_are_checked(self):
        self.assertRegex(self.imports, r"__(?!stack)\w+_chk\b")

    @unittest.skipUnless(platform.machine() == "x86_64", "CET is for x86-64")
    def test_return_addresses_have_a_shadow_stack(self):
        self.assertRegex(output("readelf", "--notes", PROGRAM), r"x86 feature:.*\bSHSTK\b")

    @unittest.skipUnless(platform.machine() == "x86_64", "CET is for x86-64")
    def test_indirect_calls_have_landing_places(self):
        # No note says so: the C library's own start files, to which we are linked, have none.
        self.assert_all_built_with("-fcf-protection=full")

    def assert_all_built_with(self, flag):
        """Each of our files, as the compiler's note on it says."""
        producers = [line for line in self.units.splitlines() if "DW_AT_producer" in line]
        ours = [line for line in producers if "-std=c++20" in line]
        self.assertGreater(len(ours), 100)
        self.assertEqual([line for line in ours if flag not in line.split()], [])


if __name__ == "__main__":
    unittest.main()
