"""Are folders layers? See layers.py for the table."""

import pathlib
import unittest

import layers
import source_tree


def problems(path, *lines):
    return layers.check(pathlib.PurePosixPath(path), "\n".join(lines))


class LayersTest(unittest.TestCase):
    def test_the_tree_keeps_to_the_table(self):
        found = source_tree.problems_in_tree(layers.check, source_tree.cpp_files())
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_every_folder_of_src_is_in_the_table(self):
        folders = {path.name for path in (source_tree.ROOT / "src").iterdir() if path.is_dir()}
        self.assertLessEqual(folders, set(layers.RANKS))

    def test_every_exception_is_still_used(self):
        for file, folder in layers.LAYER_EXCEPTIONS:
            texts = [source_tree.text(path) for path in source_tree.cpp_files(("src",))
                     if path.with_suffix("").as_posix() == file]
            used = any(f'#include "{folder}/' in text for text in texts)
            self.assertTrue(used, f"{file} no longer includes {folder}/: remove the exception")

    def test_a_lower_layer_may_not_look_up(self):
        found = problems("src/base/clock.h", "#pragma once", '#include "net/event_loop.h"')
        self.assertEqual(1, len(found))
        self.assertIn("src/base/clock.h:2", found[0])
        self.assertIn("base (rank 0) may not include net (rank 1)", found[0])

    def test_layers_of_one_rank_do_not_know_each_other(self):
        self.assertTrue(problems("src/rpc/status.cc", '#include "balancer/policy.h"'))
        self.assertTrue(problems("src/proxy/call.cc", '#include "admin/admin_server.h"'))
        self.assertTrue(problems("src/admin/admin_server.cc", '#include "proxy/server.h"'))

    def test_own_folder_and_lower_ones_are_fine(self):
        self.assertEqual([], problems("src/pool/pool.cc", '#include "pool/pool.h"',
                                      '#include "net/event_loop.h"', "#include <vector>"))

    def test_main_may_start_the_admin_listener(self):
        self.assertEqual([], problems("src/proxy/main.cc", '#include "admin/server.h"'))
        self.assertTrue(problems("src/proxy/server.cc", '#include "admin/server.h"'))

    def test_an_unknown_folder_is_named(self):
        self.assertIn("no folder", problems("src/pool/pool.cc", '#include "misc/pool.h"')[0])
        self.assertIn("write includes", problems("src/pool/pool.cc", '#include "pool.h"')[0])

    def test_each_library_has_its_one_place(self):
        for header, bad in [
            ("event2/event.h", "src/proxy/worker.cc"),
            ("event2/http.h", "src/proxy/worker.cc"),
            ("event2/event.h", "src/admin/admin_server.cc"),
            ("nghttp2/nghttp2.h", "src/http2/session.cc"),
            ("openssl/ssl.h", "src/http2/session.cc"),
            ("yaml-cpp/yaml.h", "src/proxy/main.cc"),
            ("prometheus/registry.h", "src/admin/admin_server.cc"),
            ("spdlog/spdlog.h", "src/pool/pool.cc"),
            ("CLI/CLI.hpp", "src/admin/admin_server.cc"),
            ("nlohmann/json.hpp", "src/config/loader.cc"),
            ("google/protobuf/message.h", "src/rpc/status.cc"),
            ("grpc/health/v1/health.pb.h", "src/rpc/status.cc"),
            ("grpcpp/grpcpp.h", "src/rpc/status.cc"),
            ("sys/socket.h", "src/http2/session.cc"),
            ("netinet/in.h", "src/base/clock.h"),
        ]:
            with self.subTest(header=header, file=bad):
                self.assertTrue(problems(bad, f"#include <{header}>"))

    def test_the_one_place_may_include_its_library(self):
        for header, good in [
            ("event2/event.h", "src/net/event_loop.cc"),
            ("event2/http.h", "src/admin/admin_server.cc"),
            ("nghttp2/nghttp2.h", "tests/http2/native_hpack.h"),
            ("arpa/inet.h", "src/base/address.cc"),
            ("grpcpp/grpcpp.h", "backend/user_service.cc"),
            ("grpcpp/grpcpp.h", "tests/backend/user_service_test.cc"),
        ]:
            with self.subTest(header=header, file=good):
                self.assertEqual([], problems(good, f"#include <{header}>"))


if __name__ == "__main__":
    unittest.main()
