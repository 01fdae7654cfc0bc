#include "lib/telemetry/log_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class LogLimiterTest : public ::testing::Test {
 protected:
  /// How many of `lines` lines are let through.
  int Admit(std::string_view cause, int lines) {
    int admitted = 0;
    for (int i = 0; i < lines; ++i) admitted += limiter_.Admit(cause, clock_.Now()).has_value();
    return admitted;
  }

  base::ManualClock clock_;
  LogLimiter limiter_;
};

TEST_F(LogLimiterTest, LetsTenLinesASecondThrough) {
  EXPECT_EQ(Admit("refused", 10), 10);
  EXPECT_EQ(Admit("refused", 90), 0);
  clock_.Advance(std::chrono::milliseconds(999));
  EXPECT_EQ(Admit("refused", 1), 0);
  clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(Admit("refused", 100), 10);
}

TEST_F(LogLimiterTest, CountsEachCauseForItself) {
  EXPECT_EQ(Admit("refused", 100), 10);
  EXPECT_EQ(Admit("reset", 5), 5);
}

TEST_F(LogLimiterTest, SaysOnceHowManyItSuppressed) {
  Admit("refused", 25);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(limiter_.Admit("refused", clock_.Now()), 15u);
  EXPECT_EQ(limiter_.Admit("refused", clock_.Now()), 0u);
}

TEST_F(LogLimiterTest, HandsOverWhatItHasNotSaid) {
  Admit("refused", 25);
  Admit("reset", 11);
  Admit("quiet", 3);
  EXPECT_THAT(limiter_.TakeSuppressed(),
              UnorderedElementsAre(Pair("refused", 15), Pair("reset", 1)));
  EXPECT_THAT(limiter_.TakeSuppressed(), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::telemetry
