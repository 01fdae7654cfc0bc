#include "proxy/cluster/retry_state.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

TEST(RetryStateTest, ALimitOfNoneIsNoBrake) {
  telemetry::RetryCounters counters;
  RetryState state(counters);
  EXPECT_EQ(state.brakes().at_once, nullptr);
  state.limits->retries.set_max(1);
  EXPECT_EQ(state.brakes().at_once, &state.limits->retries);
}

TEST(RetryStateTest, AShareKeepsItsStateAlive) {
  telemetry::RetryCounters counters;
  auto state = std::make_shared<RetryState>(counters);
  const auto share = base::MakeLocal<const RetryShare>(state);
  const std::weak_ptr<RetryState> weak = std::exchange(state, nullptr);
  EXPECT_FALSE(weak.expired());
}

}  // namespace
}  // namespace evenkeel::proxy
