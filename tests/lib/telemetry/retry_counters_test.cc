#include "lib/telemetry/retry_counters.h"

#include <gmock/gmock.h>

#include <thread>

namespace evenkeel::telemetry {
namespace {

using rpc::NoRetry;
using ::testing::ElementsAre;

// "group name: value" of each.
std::vector<std::string> Texts(const RetryCounters& counters) {
  std::vector<std::string> texts;
  for (const NamedCount& each : counters.Named()) {
    texts.push_back(each.group + " " + each.name + ": " + std::to_string(each.value));
  }
  return texts;
}

TEST(SharedCounterTest, SeveralThreadsRaiseIt) {
  SharedCounter counter;
  const auto raise = [&] {
    for (int i = 0; i < 10'000; ++i) counter.Add();
    counter.Add(7);
  };
  std::thread other(raise);
  raise();
  other.join();
  EXPECT_EQ(counter.value(), 20'014u);
}

TEST(RetryCountersTest, HaveTheirLoneNumbersAlways) {
  EXPECT_THAT(Texts({}), ElementsAre("transparent_retries : 0", "try_timeouts : 0", "hedges : 0",
                                     "hedges_won : 0", "hedges_wasted : 0"));
}

TEST(RetryCountersTest, NameWhatWasCounted) {
  RetryCounters counters;
  counters.retries[static_cast<size_t>(rpc::StatusCode::kUnavailable)].Add(3);
  counters.refused[static_cast<size_t>(NoRetry::kBudget)].Add();
  counters.pushback_waits.Add(2);
  counters.pushback_stops.Add();
  counters.replay_overflows[static_cast<size_t>(ReplayLimit::kCall)].Add();
  counters.replay_overflows[static_cast<size_t>(ReplayLimit::kProcess)].Add(4);
  counters.transparent.Add(5);
  counters.try_timeouts.Add(6);
  counters.hedges.Add(9);
  counters.hedges_won.Add(7);
  counters.hedges_wasted.Add(8);
  EXPECT_THAT(
      Texts(counters),
      ElementsAre("retries UNAVAILABLE: 3",
                  "retries_refused " + std::string(rpc::NoRetryName(NoRetry::kBudget)) + ": 1",
                  "pushbacks wait: 2", "pushbacks stop: 1", "replay_overflows call: 1",
                  "replay_overflows process: 4", "transparent_retries : 5", "try_timeouts : 6",
                  "hedges : 9", "hedges_won : 7", "hedges_wasted : 8"));
}

}  // namespace
}  // namespace evenkeel::telemetry
