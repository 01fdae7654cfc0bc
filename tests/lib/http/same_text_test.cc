#include "lib/http/same_text.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::http2 {
namespace {

TEST(SameTextTest, SeesEveryByteThatDiffers) {
  for (size_t size = 0; size <= 70; ++size) {
    const std::string text(size, 'x');
    EXPECT_TRUE(SameText(text, std::string(size, 'x'))) << size;
    EXPECT_FALSE(SameText(text, text + "x"));
    for (size_t at = 0; at < size; ++at) {
      std::string other = text;
      other[at] = 'y';
      EXPECT_FALSE(SameText(text, other)) << at << " of " << size;
    }
  }
}

}  // namespace
}  // namespace evenkeel::http2
