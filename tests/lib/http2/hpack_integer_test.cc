#include "lib/http2/hpack_integer.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "tests/lib/http2/hpack_block.h"

namespace evenkeel::http2 {
namespace {

std::string Written(uint8_t pattern, unsigned prefix_bits, uint32_t value) {
  uint8_t bytes[6];
  const uint8_t* const end = WriteInteger(bytes, pattern, prefix_bits, value);
  return ToHex({reinterpret_cast<const char*>(bytes), static_cast<size_t>(end - bytes)});
}

// Null unless all of the bytes are the integer.
std::optional<uint32_t> Read(unsigned prefix_bits, std::string_view hex) {
  const std::string text = FromHex(hex);
  const std::vector<uint8_t> bytes(text.begin(), text.end());
  const uint8_t* const end = bytes.data() + bytes.size();
  uint32_t value;
  return ReadInteger(bytes.data(), end, prefix_bits, value) == end ? std::optional(value)
                                                                   : std::nullopt;
}

TEST(HpackIntegerTest, WritesTheExamplesOfTheRfc) {
  EXPECT_EQ(Written(0xe0, 5, 10), "ea");
  EXPECT_EQ(Written(0, 5, 1337), "1f9a0a");
  EXPECT_EQ(Written(0, 8, 42), "2a");
}

TEST(HpackIntegerTest, ReadsTheExamplesOfTheRfcWhateverStandsAboveThePrefix) {
  EXPECT_EQ(Read(5, "ea"), 10u);
  EXPECT_EQ(Read(5, "1f9a0a"), 1337u);
  EXPECT_EQ(Read(5, "ff9a0a"), 1337u);
  EXPECT_EQ(Read(8, "2a"), 42u);
}

TEST(HpackIntegerTest, BringsBackValuesAroundEveryLength) {
  for (unsigned prefix_bits = 4; prefix_bits <= 8; ++prefix_bits) {
    for (unsigned bit = 0; bit < 32; ++bit) {
      for (const int64_t off : {-1, 0, 1, 15, 16, 31, 127, 128}) {
        const auto value = static_cast<uint32_t>((int64_t{1} << bit) + off);
        EXPECT_EQ(Read(prefix_bits, Written(0, prefix_bits, value)), value);
      }
    }
    EXPECT_EQ(Read(prefix_bits, Written(0, prefix_bits, UINT32_MAX)), UINT32_MAX);
  }
}

TEST(HpackIntegerTest, RefusesWhatDoesNotFit32Bits) {
  EXPECT_EQ(Read(7, "7f80ffffff0f"), UINT32_MAX);
  EXPECT_EQ(Read(7, "7f81ffffff0f"), std::nullopt);
  EXPECT_EQ(Read(7, "7fffffffff7f"), std::nullopt);
}

TEST(HpackIntegerTest, RefusesMoreThanFiveBytesAfterTheFirst) {
  EXPECT_EQ(Read(7, "7f8080808000"), 127u);
  EXPECT_EQ(Read(7, "7f808080808000"), std::nullopt);
  EXPECT_EQ(Read(7, "7f" + std::string(2000, '8')), std::nullopt);
}

TEST(HpackIntegerTest, RefusesAnIntegerThatIsCutOff) {
  EXPECT_EQ(Read(7, "7f"), std::nullopt);
  EXPECT_EQ(Read(7, "7f80"), std::nullopt);
  EXPECT_EQ(Read(4, "0fffff"), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::http2
