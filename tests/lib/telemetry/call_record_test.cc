#include "lib/telemetry/call_record.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

TEST(CallRecordTest, HasTheFlagsThatWereSet) {
  CallRecord record;
  EXPECT_FALSE(record.Has(CallFlag::kHedged));
  record.Set(CallFlag::kHedged);
  record.Set(CallFlag::kMoved);
  EXPECT_TRUE(record.Has(CallFlag::kHedged));
  EXPECT_TRUE(record.Has(CallFlag::kMoved));
  EXPECT_FALSE(record.Has(CallFlag::kRetried));
}

TEST(CallRecordTest, EachKindOfAttemptHasAName) {
  EXPECT_EQ(AttemptKindName(AttemptKind::kFirst), "first");
  EXPECT_EQ(AttemptKindName(AttemptKind::kRetry), "retry");
  EXPECT_EQ(AttemptKindName(AttemptKind::kTransparent), "transparent");
  EXPECT_EQ(AttemptKindName(AttemptKind::kHedge), "hedge");
}

}  // namespace
}  // namespace evenkeel::telemetry
