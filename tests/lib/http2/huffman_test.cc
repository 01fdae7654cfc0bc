#include "lib/http2/huffman.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "tests/lib/http2/hpack_block.h"

namespace evenkeel::http2 {
namespace {

std::string Encoded(std::string_view text) {
  std::vector<uint8_t> bytes(HuffmanSize(text));
  EXPECT_EQ(HuffmanEncode(text, bytes.data()), bytes.data() + bytes.size());
  return {bytes.begin(), bytes.end()};
}

std::optional<std::string> Decoded(std::string_view encoded) {
  const std::vector<uint8_t> bytes(encoded.begin(), encoded.end());
  std::vector<char> text(HuffmanDecodedBound(bytes.size()));
  const auto size = HuffmanDecode(bytes, text.data());
  if (!size) return std::nullopt;
  return std::string(text.data(), *size);
}

TEST(HuffmanTest, EncodesTheExamplesOfTheRfc) {
  EXPECT_EQ(ToHex(Encoded("www.example.com")), "f1e3c2e5f23a6ba0ab90f4ff");
  EXPECT_EQ(ToHex(Encoded("no-cache")), "a8eb10649cbf");
  EXPECT_EQ(ToHex(Encoded("custom-key")), "25a849e95ba97d7f");
  EXPECT_EQ(ToHex(Encoded("302")), "6402");
  EXPECT_EQ(ToHex(Encoded("Mon, 21 Oct 2013 20:13:21 GMT")),
            "d07abe941054d444a8200595040b8166e082a62d1bff");
  EXPECT_EQ(ToHex(Encoded("")), "");
}

TEST(HuffmanTest, BringsEveryByteBackAtEveryPlaceInAByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string symbol(1, static_cast<char>(byte));
    for (size_t before = 0; before < 8; ++before) {
      const std::string text = std::string(before, '0') + symbol + "z" + symbol;
      EXPECT_EQ(Decoded(Encoded(text)), text) << byte;
      EXPECT_EQ(Decoded(Encoded(text + symbol)), text + symbol) << byte;
    }
  }
}

TEST(HuffmanTest, BringsRandomTextsBack) {
  base::Random random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random.Below(200), ' ');
    const uint64_t symbols = random.Below(2) == 0 ? 256 : 128;
    for (char& each : text) each = static_cast<char>(random.Below(symbols));
    EXPECT_EQ(Decoded(Encoded(text)), text);
  }
}

TEST(HuffmanTest, TakesPaddingOfUpToSevenOnes) {
  EXPECT_EQ(Decoded(FromHex("07")), "0");     // 00000 111
  EXPECT_EQ(Decoded(FromHex("f8")), "&");     // 11111000, no padding
  EXPECT_EQ(Decoded(FromHex("fc07")), "X0");  // 11111100 00000 111
  EXPECT_EQ(Decoded(""), "");
}

TEST(HuffmanTest, RefusesPaddingThatIsNotAllOnes) {
  EXPECT_EQ(Decoded(FromHex("00")), std::nullopt);  // 00000 000
  EXPECT_EQ(Decoded(FromHex("06")), std::nullopt);  // 00000 110
  EXPECT_EQ(Decoded(FromHex("03")), std::nullopt);  // 00000 011
}

TEST(HuffmanTest, RefusesPaddingOfAByteAndMore) {
  EXPECT_EQ(Decoded(FromHex("ff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("07ff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("f8ffff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("f8ffffff")), std::nullopt);
}

TEST(HuffmanTest, RefusesTheEndOfStringSymbol) {
  EXPECT_EQ(Decoded(FromHex("ffffffff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("ffffffffff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("f8ffffffff")), std::nullopt);
  EXPECT_EQ(Decoded(FromHex("07fffffffc07")), std::nullopt);  // 0, EOS and more
}

TEST(HuffmanTest, RefusesACodeThatIsCutOff) {
  EXPECT_EQ(Decoded(FromHex("fe")), std::nullopt);      // the start of a code of 10 bits
  EXPECT_EQ(Decoded(FromHex("fffc")), std::nullopt);    // of one of 15
  EXPECT_EQ(Decoded(FromHex("fffffe")), std::nullopt);  // of one of 28
}

}  // namespace
}  // namespace evenkeel::http2
