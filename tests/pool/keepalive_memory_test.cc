#include "pool/keepalive_memory.h"

#include <gtest/gtest.h>

namespace evenkeel::pool {
namespace {

using namespace std::chrono_literals;

TEST(KeepaliveMemoryTest, EachComplaintDoublesTheTime) {
  KeepaliveMemory memory;
  EXPECT_EQ(memory.Stretch(10s), 10s);
  memory.Double();
  EXPECT_EQ(memory.Stretch(10s), 20s);
  memory.Double();
  EXPECT_EQ(memory.Stretch(10s), 40s);
  for (int i = 0; i < 100; ++i) memory.Double();
  EXPECT_LT(memory.Stretch(24h), base::Duration::max());
}

}  // namespace
}  // namespace evenkeel::pool
