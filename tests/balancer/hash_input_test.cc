#include "balancer/hash_input.h"

#include <gtest/gtest.h>

namespace evenkeel::balancer {
namespace {

TEST(HashInputTest, IsThePathOrWhatTheCallBringsAsItsKey) {
  using Kind = HashInput::Kind;
  const CallFacts call{.path = "/a.B/C", .hash_key = "ann"};
  const CallFacts bare{.path = "/a.B/C"};
  EXPECT_EQ(HashKeyOf({Kind::kPath, {}}, call), "/a.B/C");
  EXPECT_EQ(HashKeyOf({Kind::kMetadata, "x-user"}, call), "ann");
  EXPECT_EQ(HashKeyOf({Kind::kSourceAddress, {}}, call), "ann");
  EXPECT_EQ(HashKeyOf({Kind::kMetadata, "x-user"}, bare), "");
}

}  // namespace
}  // namespace evenkeel::balancer
