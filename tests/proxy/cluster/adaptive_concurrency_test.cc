// AdaptiveConcurrency: what its windows do to the limit; the gradient has tests of its own.
#include "proxy/cluster/adaptive_concurrency.h"

#include <gtest/gtest.h>

#include <vector>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

TEST(AdaptiveConcurrencyTest, MovesTheLimitWithEachWindow) {
  base::Limit limit;
  base::Time now(1h);
  AdaptiveConcurrency concurrency({}, limit, now);
  EXPECT_EQ(limit.max(), 20u);
  std::vector<base::Permit> permits;
  for (int i = 0; i < 30; ++i) permits.emplace_back(limit);
  for (int i = 0; i < 10; ++i) concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_EQ(limit.max(), 24u);
}

TEST(AdaptiveConcurrencyTest, AWindowWithFewCallsGoesOn) {
  base::Limit limit;
  base::Time now(1h);
  AdaptiveConcurrency concurrency({}, limit, now);
  for (int i = 0; i < 9; ++i) concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_EQ(concurrency.gradient().baseline(), 0ms);
  concurrency.Observe(10ms);
  concurrency.Turn(now += 100ms);
  EXPECT_GT(concurrency.gradient().baseline(), 0ms);
}

}  // namespace
}  // namespace evenkeel::proxy
