#include "lib/trace/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "lib/base/random.h"

namespace evenkeel::trace {
namespace {

TEST(SamplerTest, WritesItsThreshold) {
  EXPECT_EQ(Sampler(1).threshold_text(), "0");
  EXPECT_EQ(Sampler(0.5).threshold_text(), "8");
  EXPECT_EQ(Sampler(0.25).threshold_text(), "c");
  EXPECT_EQ(Sampler(0.01).threshold_text(), "fd70a3d70a3d7");
}

TEST(SamplerTest, TakesAllOrNone) {
  base::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const uint64_t id = random();
    EXPECT_TRUE(Sampler(1).Samples(id));
    EXPECT_FALSE(Sampler(0).Samples(id));
  }
  EXPECT_FALSE(Sampler(0).Samples(Sampler::kMaxRandomness));
}

TEST(SamplerTest, TakesItsShareOfAMillionIds) {
  constexpr int kIds = 1'000'000;
  for (const double share : {0.01, 0.25}) {
    base::Random random(2);
    const Sampler sampler(share);
    int taken = 0;
    for (int i = 0; i < kIds; ++i) taken += sampler.Samples(random()) ? 1 : 0;
    const double sigma = std::sqrt(kIds * share * (1 - share));
    EXPECT_NEAR(taken, kIds * share, 4 * sigma) << share;
  }
}

TEST(SamplerTest, WhoIsTakenByLessIsTakenByMore) {
  base::Random random(3);
  const Sampler less(0.01);
  const Sampler more(0.25);
  for (int i = 0; i < 1'000'000; ++i) {
    const uint64_t id = random();
    ASSERT_TRUE(more.Samples(id) || !less.Samples(id));
  }
}

}  // namespace
}  // namespace evenkeel::trace
