#include "lib/rpc/outcome.h"

#include <gtest/gtest.h>

namespace evenkeel::rpc {
namespace {

TEST(OutcomeTest, NamesEveryOriginAsMetricsAndLogsWriteIt) {
  EXPECT_EQ(OriginName(Origin::kEndpoint), "endpoint");
  EXPECT_EQ(OriginName(Origin::kClient), "client");
  EXPECT_EQ(OriginName(Origin::kProxy), "proxy");
}

TEST(OutcomeTest, CountsItsOrigins) {
  EXPECT_EQ(kOriginCount, static_cast<int>(Origin::kProxy) + 1);
}

TEST(OutcomeTest, IsOurFaultUntilSomeoneSaysOtherwise) {
  const AttemptOutcome outcome;
  EXPECT_EQ(outcome.status, StatusCode::kUnknown);
  EXPECT_EQ(outcome.origin, Origin::kProxy);
  EXPECT_EQ(outcome.duration, base::Duration::zero());
}

}  // namespace
}  // namespace evenkeel::rpc
