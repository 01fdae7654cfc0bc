#include "lib/config/policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string_view>

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

template <typename T>
void ExpectNamed(std::string_view name) {
  const auto policy = DefaultPolicy(name);
  ASSERT_TRUE(policy) << name;
  ASSERT_TRUE(std::holds_alternative<T>(*policy)) << name;
  EXPECT_EQ(std::get<T>(*policy), T()) << name << " has its defaults";
  EXPECT_EQ(PolicyName(Policy(T())), name);
}

TEST(PolicyTest, EachHasItsName) {
  ExpectNamed<LeastRequest>("least_request");
  ExpectNamed<RoundRobin>("round_robin");
  ExpectNamed<WeightedRoundRobin>("weighted_round_robin");
  ExpectNamed<PeakEwma>("peak_ewma");
  ExpectNamed<Prequal>("prequal");
  ExpectNamed<RandomChoice>("random");
  ExpectNamed<PickFirst>("pick_first");
  ExpectNamed<RingHash>("ring_hash");
  ExpectNamed<Maglev>("maglev");
  static_assert(std::variant_size_v<Policy> == 9);
}

TEST(PolicyTest, NobodyHasAnotherName) {
  for (const char* name : {"", "Maglev", "ring-hash", "random "}) {
    EXPECT_FALSE(DefaultPolicy(name)) << name;
  }
}

TEST(PolicyTest, TwoLearnFromLoadReports) {
  using Use = LoadReports::Use;
  const LoadReports heeded{Use::kHeeded, 5s};
  EXPECT_EQ(LoadReportsOf(WeightedRoundRobin{.oob_reporting_period = 5s}), heeded);
  EXPECT_EQ(LoadReportsOf(Prequal{.oob_reporting_period = 5s}), heeded);
  EXPECT_EQ(LoadReportsOf(Prequal()), (LoadReports{Use::kHeeded, 0s})) << "with trailers";
  for (const char* name : {"least_request", "round_robin", "peak_ewma", "random", "pick_first",
                           "ring_hash", "maglev"}) {
    EXPECT_EQ(LoadReportsOf(*DefaultPolicy(name)), LoadReports()) << name;
  }
}

}  // namespace
}  // namespace evenkeel::config
