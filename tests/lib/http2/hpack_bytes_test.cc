#include "lib/http2/hpack_bytes.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace evenkeel::http2 {
namespace {

TEST(HpackBytesTest, TheSameTextHasTheSameHashWhereverItStands) {
  const std::string text = "grpc-timeout: 100m";
  for (size_t before = 0; before < 8; ++before) {
    const std::string longer = std::string(before, '-') + text + "-";
    EXPECT_EQ(HashBytes(std::string_view(longer).substr(before, text.size())), HashBytes(text));
  }
}

TEST(HpackBytesTest, SpreadsTextsThatDifferInLittle) {
  std::set<uint16_t> hashes;
  for (int i = 0; i < 1'000; ++i) hashes.insert(HashBytes("x-request-" + std::to_string(i)));
  EXPECT_GT(hashes.size(), 980u);
}

TEST(HpackBytesTest, HashesTextsThatDifferApart) {
  // Not a promise for any two, but those that calls send should not all fall on one hash.
  EXPECT_NE(HashBytes("grpc-timeout"), HashBytes("grpc-message"));
  EXPECT_NE(HashBytes("a"), HashBytes("b"));
  EXPECT_NE(HashBytes(""), HashBytes("a"));
  EXPECT_NE(HashBytes("abcdefgh12345678"), HashBytes("abcdefgh12345679"));
}

TEST(HpackBytesTest, LoadsTheFirstByteLowest) {
  EXPECT_EQ(LoadFour("\x01\x02\x03\x84"), 0x84030201u);
  EXPECT_EQ(LoadEight("\x01\x02\x03\x04\x05\x06\x07\x88"), 0x8807060504030201u);
}

}  // namespace
}  // namespace evenkeel::http2
