#include "lib/telemetry/shed.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace evenkeel::telemetry {
namespace {

TEST(ShedTest, EachReasonHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < kShedCount; ++i) names.insert(ShedName(static_cast<Shed>(i)));
  EXPECT_EQ(names,
            (std::set<std::string_view>{"memory", "rate_limit", "max_calls", "adaptive_concurrency",
                                        "endpoint_max_calls", "max_pending_calls"}));
  EXPECT_EQ(ShedName(Shed::kEndpointMaxCalls), "endpoint_max_calls");
}

TEST(ShedCountersTest, CountEachReasonByItself) {
  ShedCounters counters;
  counters.Add(Shed::kMemory);
  counters.Add(Shed::kMaxPendingCalls);
  counters.Add(Shed::kMaxPendingCalls);
  counters.AddMoved();
  EXPECT_EQ(counters.value(Shed::kMemory), 1u);
  EXPECT_EQ(counters.value(Shed::kRateLimit), 0u);
  EXPECT_EQ(counters.value(Shed::kMaxPendingCalls), 2u);
  EXPECT_EQ(counters.moved(), 1u);
}

TEST(ShedCountersTest, SeveralThreadsCount) {
  ShedCounters counters;
  const auto count = [&] {
    for (int i = 0; i < 10'000; ++i) counters.Add(Shed::kMaxCalls);
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(counters.value(Shed::kMaxCalls), 20'000u);
}

}  // namespace
}  // namespace evenkeel::telemetry
