#include "lib/config/bounds.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

TEST(BoundsTest, HoldBothEnds) {
  constexpr WholeNumbers kFew{2, 5};
  static_assert(kFew.Hold(2U) && kFew.Hold(5U));
  static_assert(!kFew.Hold(1U) && !kFew.Hold(6U));
}

TEST(BoundsTest, HoldDurationsToTheirLastDigit) {
  constexpr Durations kShort{10ms, 5min};
  static_assert(kShort.Hold(10ms) && kShort.Hold(300s));
  static_assert(!kShort.Hold(9'999'999ns) && !kShort.Hold(300s + 1ns));
}

TEST(BoundsTest, HoldNoNumberThatIsNone) {
  EXPECT_FALSE((Decimals{0, 1}.Hold(std::nan(""))));
  EXPECT_FALSE((Decimals{0, 1}.Hold(HUGE_VAL)));
  EXPECT_FALSE((Sizes{0, 1 << 20}.Hold(UINT64_MAX)));
}

TEST(BoundsTest, SayWhatIsAllowed) {
  const Complaint complaint = Durations{10ms, 5min}.Refusal("9ms");
  EXPECT_EQ(complaint.reason + "; " + complaint.hint,
            "\"9ms\" is out of range; allowed is 10ms to 5m");
  EXPECT_EQ((Sizes{1024, 1 << 20}.ToString()), "1KiB to 1MiB");
}

}  // namespace
}  // namespace evenkeel::config
