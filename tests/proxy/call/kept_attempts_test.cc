#include "proxy/call/kept_attempts.h"

#include <gtest/gtest.h>

#include "lib/base/local_ptr.h"

namespace evenkeel::proxy {
namespace {

TEST(KeptAttemptsTest, KeepsTheFirstOnesWithTheirEndpoints) {
  const balancer::Endpoint endpoint("10.0.0.1:50051", {.zone = "a"});
  const auto member = base::MakeLocal<Cluster::Member>();
  KeptAttempts kept;
  for (size_t i = 0; i < KeptAttempts::kMost; ++i) {
    const base::Time now(std::chrono::seconds(1 + i));
    telemetry::AttemptRecord* const added =
        kept.Add(now, *member, endpoint, telemetry::AttemptKind::kRetry);
    ASSERT_EQ(added, &kept.all().back());
    EXPECT_EQ(added->started, now);
    EXPECT_EQ(added->ended, base::Time{});
    EXPECT_EQ(added->endpoint, "10.0.0.1:50051");
    EXPECT_EQ(added->zone, "a");
    EXPECT_FALSE(added->won);
  }
  EXPECT_EQ(kept.Add({}, *member, endpoint, telemetry::AttemptKind::kRetry), nullptr);
  EXPECT_EQ(kept.all().size(), KeptAttempts::kMost);
}

}  // namespace
}  // namespace evenkeel::proxy
