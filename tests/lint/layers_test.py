"""Does each room stand on those below it? See layers.py for the tower."""

import pathlib
import unittest

import layers
import source_tree


def problems(path, *lines):
    return layers.check(pathlib.PurePosixPath(path), "\n".join(lines))


class LayersTest(unittest.TestCase):
    def test_the_tree_keeps_to_the_tower(self):
        found = source_tree.problems_in_tree(layers.check, source_tree.cpp_files())
        self.assertEqual([], found, "\n" + "\n".join(found))

    def test_every_folder_of_the_product_is_in_the_tower(self):
        folders = {path.parent.as_posix()
                   for path in source_tree.cpp_files(source_tree.PRODUCT_FOLDERS)}
        self.assertEqual(folders, set(layers.TOWER))

    def test_what_is_apart_stands_below(self):
        for room, others in layers.APART.items():
            for other in others:
                self.assertLess(layers.TOWER.index(other), layers.TOWER.index(room), room)

    def test_a_room_may_not_look_up(self):
        found = problems("lib/base/clock.h", "#pragma once", '#include "lib/net/event_loop.h"')
        self.assertEqual(1, len(found))
        self.assertIn("lib/base/clock.h:2", found[0])
        self.assertIn("lib/base may not include lib/net, which stands above it", found[0])
        self.assertTrue(problems("proxy/server/server.cc", '#include "proxy/admin/server.h"'))

    def test_what_is_pure_knows_no_socket(self):
        self.assertTrue(problems("balancer/maglev.cc", '#include "lib/net/timer.h"'))
        self.assertTrue(problems("lib/http2/session.cc", '#include "lib/net/timer.h"'))
        self.assertTrue(problems("proxy/admin/pages.cc", '#include "proxy/server/server.h"'))

    def test_the_own_room_and_lower_ones_are_fine(self):
        self.assertEqual([], problems("pool/pool.cc", '#include "pool/pool.h"',
                                      '#include "lib/net/event_loop.h"', "#include <vector>"))

    def test_an_unknown_folder_is_named(self):
        self.assertIn("no room", problems("pool/pool.cc", '#include "misc/pool.h"')[0])
        self.assertIn("write includes", problems("pool/pool.cc", '#include "pool.h"')[0])

    def test_each_library_has_its_one_place(self):
        for header, bad in [
            ("event2/event.h", "proxy/server/worker.cc"),
            ("event2/http.h", "proxy/server/worker.cc"),
            ("event2/event.h", "proxy/admin/server.cc"),
            ("nghttp2/nghttp2.h", "lib/http2/session.cc"),
            ("openssl/ssl.h", "lib/http2/session.cc"),
            ("yaml-cpp/yaml.h", "proxy/program/main.cc"),
            ("prometheus/registry.h", "proxy/admin/server.cc"),
            ("CLI/CLI.hpp", "proxy/admin/server.cc"),
            ("nlohmann/json.hpp", "lib/yaml/loader.cc"),
            ("google/protobuf/message.h", "lib/rpc/status.cc"),
            ("grpc/health/v1/health.pb.h", "lib/rpc/status.cc"),
            ("grpcpp/grpcpp.h", "lib/rpc/status.cc"),
            ("sys/socket.h", "lib/http2/session.cc"),
            ("netinet/in.h", "lib/base/clock.h"),
        ]:
            with self.subTest(header=header, file=bad):
                self.assertTrue(problems(bad, f"#include <{header}>"))

    def test_the_one_place_may_include_its_library(self):
        for header, good in [
            ("event2/event.h", "lib/net/event_loop.cc"),
            ("event2/http.h", "proxy/admin/server.cc"),
            ("nghttp2/nghttp2.h", "tests/lib/http2/native_hpack.h"),
            ("arpa/inet.h", "lib/base/address.cc"),
            ("grpcpp/grpcpp.h", "backend/user_service.cc"),
            ("grpcpp/grpcpp.h", "tests/backend/user_service_test.cc"),
        ]:
            with self.subTest(header=header, file=good):
                self.assertEqual([], problems(good, f"#include <{header}>"))


if __name__ == "__main__":
    unittest.main()
