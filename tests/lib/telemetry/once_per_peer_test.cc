#include "lib/telemetry/once_per_peer.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

using namespace std::chrono_literals;

TEST(OncePerPeerTest, TellsOfEachPeerOnceAMinute) {
  OncePerPeer told;
  const base::Time start{};
  EXPECT_TRUE(told.Admit("192.0.2.1", start));
  EXPECT_FALSE(told.Admit("192.0.2.1", start + 59s));
  EXPECT_TRUE(told.Admit("192.0.2.2", start + 59s));
  EXPECT_TRUE(told.Admit("192.0.2.1", start + 60s));
}

TEST(OncePerPeerTest, RemembersSoManyAndNoMore) {
  OncePerPeer told;
  const base::Time start{};
  for (size_t i = 0; i < OncePerPeer::kMost; ++i) EXPECT_TRUE(told.Admit(std::to_string(i), start));
  EXPECT_FALSE(told.Admit("another", start + 1s));
  EXPECT_TRUE(told.Admit("another", start + 60s)) << "what is past is forgotten";
}

}  // namespace
}  // namespace evenkeel::telemetry
