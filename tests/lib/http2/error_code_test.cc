#include "lib/http2/error_code.h"

#include <gtest/gtest.h>

#include <set>

namespace evenkeel::http2 {
namespace {

TEST(ErrorCodeTest, HasTheNamesOfRfc9113) {
  EXPECT_EQ(ErrorCodeName(ErrorCode::kNoError), "NO_ERROR");
  EXPECT_EQ(ErrorCodeName(ErrorCode::kRefusedStream), "REFUSED_STREAM");
  EXPECT_EQ(ErrorCodeName(ErrorCode::kEnhanceYourCalm), "ENHANCE_YOUR_CALM");
  EXPECT_EQ(ErrorCodeName(ErrorCode::kHttp11Required), "HTTP_1_1_REQUIRED");
}

TEST(ErrorCodeTest, NamesEachOfThemDifferently) {
  std::set<std::string_view> names;
  for (uint32_t code = 0; code <= 0xd; ++code) {
    names.insert(ErrorCodeName(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), 14u);
  EXPECT_FALSE(names.contains("UNKNOWN_ERROR"));
}

TEST(ErrorCodeTest, KnowsNoOthers) {
  EXPECT_EQ(ErrorCodeName(static_cast<ErrorCode>(0xe)), "UNKNOWN_ERROR");
  EXPECT_EQ(ErrorCodeName(static_cast<ErrorCode>(0xffffffff)), "UNKNOWN_ERROR");
}

}  // namespace
}  // namespace evenkeel::http2
