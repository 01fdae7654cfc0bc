#include "backend/client/load_stats.h"

#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;
using rpc::StatusCode;

class LoadStatsTest : public testing::Test {
 protected:
  void Succeed(const std::string& replica) {
    stats_.Started();
    stats_.Finished({.latency = 1ms, .status = {}, .replica = replica});
  }
  void Fail(StatusCode code, const std::string& message) {
    stats_.Started();
    stats_.Finished({.latency = 1ms, .status = {code, message}, .replica = ""});
  }

  LoadStats stats_;
};

TEST_F(LoadStatsTest, CountsByReplicaAndStatus) {
  Succeed("a");
  Succeed("b");
  Succeed("b");
  Fail(StatusCode::kUnavailable, "gone");
  const LoadSnapshot snapshot = stats_.Snapshot();
  EXPECT_EQ(snapshot.calls, 4u);
  EXPECT_EQ(snapshot.failed, 1u);
  EXPECT_EQ(snapshot.latency.count(), 4u);
  EXPECT_EQ(snapshot.replicas, (std::map<std::string, uint64_t>{{"a", 1}, {"b", 2}}));
  EXPECT_EQ(snapshot.statuses,
            (std::map<StatusCode, uint64_t>{{StatusCode::kOk, 3}, {StatusCode::kUnavailable, 1}}));
}

TEST_F(LoadStatsTest, CallsAreInFlightBetweenStartAndEnd) {
  stats_.Started();
  stats_.Started();
  stats_.Abandoned();
  const LoadSnapshot snapshot = stats_.Snapshot();
  EXPECT_EQ(snapshot.in_flight, 1u);
  EXPECT_EQ(snapshot.abandoned, 1u);
  EXPECT_EQ(snapshot.calls, 0u);
}

TEST_F(LoadStatsTest, TellsFailuresApartByMessageUpToALimit) {
  for (size_t i = 0; i < LoadStats::kMaxFailures + 5; ++i) {
    Fail(StatusCode::kInternal, "message " + std::to_string(i));
  }
  Fail(StatusCode::kInternal, "message 0");
  const LoadSnapshot snapshot = stats_.Snapshot();
  EXPECT_EQ(snapshot.failures.at({StatusCode::kInternal, "message 0"}), 2u);
  EXPECT_EQ(snapshot.failures.at({StatusCode::kInternal, "(others)"}), 5u);
}

TEST_F(LoadStatsTest, SinceHoldsOnlyWhatCameAfter) {
  Succeed("a");
  const LoadSnapshot earlier = stats_.Snapshot();
  Succeed("b");
  Fail(StatusCode::kAborted, "x");
  const LoadSnapshot recent = stats_.Snapshot().Since(earlier);
  EXPECT_EQ(recent.calls, 2u);
  EXPECT_EQ(recent.failed, 1u);
  EXPECT_EQ(recent.replicas, (std::map<std::string, uint64_t>{{"a", 0}, {"b", 1}}));
}

}  // namespace
}  // namespace evenkeel::backend
