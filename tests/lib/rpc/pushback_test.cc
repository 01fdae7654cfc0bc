#include "lib/rpc/pushback.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

TEST(PushbackTest, SaysNothingWhereThereIsNoField) {
  EXPECT_EQ(ParsePushback(std::nullopt).kind, Pushback::Kind::kNone);
}

TEST(PushbackTest, WaitsForMilliseconds) {
  for (const auto& [text, wait] : {std::pair{"0", 0}, {"1", 1}, {"2147483647", 2147483647}}) {
    const Pushback pushback = ParsePushback(text);
    EXPECT_EQ(pushback.kind, Pushback::Kind::kWait) << text;
    EXPECT_EQ(pushback.wait, std::chrono::milliseconds(wait)) << text;
  }
}

// gRFC A6: a negative number, and what is none, mean no.
TEST(PushbackTest, StopsForAllElse) {
  for (const char* text :
       {"", "-1", "-0", "01", "00", "+1", "1.5", "1 ", " 1", "x", "2147483648"}) {
    EXPECT_EQ(ParsePushback(text).kind, Pushback::Kind::kStop) << "\"" << text << "\"";
  }
}

}  // namespace
}  // namespace evenkeel::rpc
