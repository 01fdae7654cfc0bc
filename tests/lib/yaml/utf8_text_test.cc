#include "lib/yaml/utf8_text.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::config {
namespace {

using namespace std::string_view_literals;

TEST(FindBadByteTest, TakesTextOfAllLengthsOfCharacters) {
  EXPECT_EQ(FindBadByte(""), std::nullopt);
  EXPECT_EQ(FindBadByte("a\tb\r\nc~"), std::nullopt);
  EXPECT_EQ(FindBadByte("é € 😀 \xf4\x8f\xbf\xbf"), std::nullopt);
}

TEST(FindBadByteTest, FindsControlCharacters) {
  EXPECT_EQ(FindBadByte("ab\0c"sv), 2U);
  EXPECT_EQ(FindBadByte("\x1b[0m"), 0U);
  EXPECT_EQ(FindBadByte("a\x7f"), 1U);
}

TEST(FindBadByteTest, FindsWhatIsNotUtf8) {
  EXPECT_EQ(FindBadByte("ab\xff"), 2U);            // never a byte of UTF-8
  EXPECT_EQ(FindBadByte("a\x80"), 1U);             // continuation without a start
  EXPECT_EQ(FindBadByte("a\xe9t\xe9"), 1U);        // Latin-1
  EXPECT_EQ(FindBadByte("a\xe2\x82"), 1U);         // cut off
  EXPECT_EQ(FindBadByte("\xc0\xaf"), 0U);          // overlong, two bytes
  EXPECT_EQ(FindBadByte("\xe0\x9f\xbf"), 0U);      // overlong, three
  EXPECT_EQ(FindBadByte("\xf0\x8f\xbf\xbf"), 0U);  // overlong, four
  EXPECT_EQ(FindBadByte("\xed\xa0\x80"), 0U);      // surrogate
  EXPECT_EQ(FindBadByte("\xf4\x90\x80\x80"), 0U);  // above U+10FFFF
  EXPECT_EQ(FindBadByte("\xf0\x9f\x98"
                        "a"),
            0U);  // last byte missing
}

TEST(MarkOfTest, CountsLinesAndBytesFromOne) {
  EXPECT_EQ(MarkOf("ab\ncd", 0), (Mark{1, 1}));
  EXPECT_EQ(MarkOf("ab\ncd", 2), (Mark{1, 3}));
  EXPECT_EQ(MarkOf("ab\ncd", 3), (Mark{2, 1}));
  EXPECT_EQ(MarkOf("ab\ncd", 5), (Mark{2, 3}));
}

}  // namespace
}  // namespace evenkeel::config
