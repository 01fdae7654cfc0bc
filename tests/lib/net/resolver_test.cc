#include "lib/net/resolver.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::net {
namespace {

TEST(ResolverTest, GivesBackWhatNeedsNoLookUp) {
  const auto resolved = Resolve(*base::Address::Parse("127.0.0.1:80"));
  ASSERT_TRUE(resolved);
  ASSERT_EQ(resolved->size(), 1u);
  EXPECT_EQ(resolved->front().ToString(), "127.0.0.1:80");
}

TEST(ResolverTest, LooksUpANameWithItsPort) {
  const auto resolved = Resolve(*base::Address::Parse("localhost:80"));
  ASSERT_TRUE(resolved) << resolved.error();
  for (const SocketAddress& each : *resolved) EXPECT_EQ(each.port(), 80);
}

TEST(ResolverTest, SaysWhichNameItCannotResolve) {
  const auto resolved = Resolve(*base::Address::Parse("no-such-host.invalid:80"));
  ASSERT_FALSE(resolved);
  EXPECT_TRUE(resolved.error().starts_with("cannot resolve \"no-such-host.invalid\": "))
      << resolved.error();
}

}  // namespace
}  // namespace evenkeel::net
