// Seeds that the sidecar lives through at each run, and what the world itself promises.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "tests/world/life/life.h"

namespace evenkeel::world {
namespace {

std::string Told(uint64_t seed, const Verdict& verdict) {
  std::string text =
      "seed " + std::to_string(seed) + "; see evenkeel-world --seed " + std::to_string(seed) + "\n";
  for (const std::string& each : verdict.violations) text += "  " + each + "\n";
  return text;
}

class WorldTest : public testing::TestWithParam<uint64_t> {};

TEST_P(WorldTest, Lives) {
  const Verdict verdict = Live(GetParam());
  EXPECT_TRUE(verdict.violations.empty()) << Told(GetParam(), verdict);
  EXPECT_GT(verdict.calls, 20U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, WorldTest, testing::Range<uint64_t>(1, 13));

TEST(WorldItselfTest, EqualSeedsLiveEqually) {
  const Verdict first = Live(4, true);
  const Verdict second = Live(4, true);
  EXPECT_EQ(first.fingerprint, second.fingerprint);
  EXPECT_EQ(first.log, second.log);
}

TEST(WorldItselfTest, AnotherSeedLivesAnotherLife) {
  EXPECT_NE(Live(4).fingerprint, Live(5).fingerprint);
}

}  // namespace
}  // namespace evenkeel::world
