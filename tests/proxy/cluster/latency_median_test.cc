#include "proxy/cluster/latency_median.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

TEST(LatencyMedianTest, IsTheMiddleToWithinSevenPercent) {
  for (const base::Duration each : {base::Duration(3ns), base::Duration(17us), base::Duration(5ms),
                                    base::Duration(123ms), base::Duration(90s)}) {
    LatencyMedian median;
    median.Observe(each / 100);
    for (int i = 0; i < 3; ++i) median.Observe(each);
    median.Observe(each * 100);
    const auto result = median.Take();
    EXPECT_EQ(result.samples, 5u);
    EXPECT_NEAR(double(result.median.count()), double(each.count()), 0.07 * double(each.count()));
  }
}

TEST(LatencyMedianTest, TakingForgets) {
  LatencyMedian median;
  median.Observe(1ms);
  median.Take();
  EXPECT_EQ(median.Take().samples, 0u);
}

}  // namespace
}  // namespace evenkeel::proxy
