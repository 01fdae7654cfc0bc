"""Evenkeel's DNS beside glibc's and Go's resolver, of one name in many states of its servers: it finds
the addresses that both find; where they differ, those that one of them finds. MORE is what it finds
and neither of them does."""

import json
import os
import pathlib
import subprocess
import unittest

import fetched

FOLDER = pathlib.Path(__file__).parent
# Where TCP fails, what fits into a datagram: better than nothing for a service.
MORE = {"truncated, no TCP": {"127.0.0.1", "::1"}}


def found(answer):
    return frozenset(answer.get("addresses", ()))


class ResolversTest(unittest.TestCase):
    def test_the_same_addresses(self):
        if os.geteuid() != 0:
            fetched.skip("only root makes network namespaces")
        go = fetched.go_program(FOLDER / "callers/resolve.go")
        result = subprocess.run(
            ["unshare", "--net", "--mount", "/usr/bin/python3", FOLDER / "dns_resolvers.py", go],
            capture_output=True, text=True, timeout=800, check=False)
        self.assertEqual(0, result.returncode, result.stderr)
        for title, answers in json.loads(result.stdout).items():
            with self.subTest(title):
                glibc, of_go, ours = (answers[each] for each in ("glibc", "Go", "Evenkeel"))
                print(f"{title}: glibc {brief(glibc)}; Go {brief(of_go)}; Evenkeel {brief(ours)}",
                      flush=True)
                self.assertIn(found(ours), (MORE.get(title, found(glibc)), found(of_go)))


def brief(answer):
    addresses = sorted(answer.get("addresses", ()))
    if len(addresses) > 4:
        return f"{len(addresses)} addresses"
    return " ".join(addresses) or answer["error"]


if __name__ == "__main__":
    unittest.main()
