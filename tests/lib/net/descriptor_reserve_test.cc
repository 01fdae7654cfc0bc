#include "lib/net/descriptor_reserve.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace evenkeel::net {
namespace {

TEST(DescriptorReserveTest, KeepsTheLastOnes) {
  DescriptorReserve reserve(100);
  reserve.Keep(20);
  EXPECT_FALSE(reserve.IsReached(79));
  EXPECT_TRUE(reserve.IsReached(80));
}

TEST(DescriptorReserveTest, KeepsHalfAtMost) {
  DescriptorReserve reserve(100);
  reserve.Keep(90);
  EXPECT_FALSE(reserve.IsReached(49));
  EXPECT_TRUE(reserve.IsReached(50));
}

TEST(DescriptorReserveTest, TakesTheSystemsLimit) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  DescriptorReserve reserve;
  reserve.Keep(1);
  EXPECT_TRUE(reserve.IsReached(static_cast<int>(limit.rlim_cur) - 1));
  EXPECT_FALSE(reserve.IsReached(static_cast<int>(limit.rlim_cur) - 2));
}

}  // namespace
}  // namespace evenkeel::net
