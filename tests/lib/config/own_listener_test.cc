#include "lib/config/own_listener.h"

#include <gmock/gmock.h>

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;

std::optional<std::string> Find(const std::string& listener, const std::string& endpoint) {
  Config config;
  config.listeners.emplace_back().Edit().address = *base::Address::Parse(listener);
  Cluster& cluster = config.clusters.emplace_back().Edit();
  cluster.name = "users";
  cluster.endpoints.emplace_back().address = *base::Address::Parse(endpoint);
  return FindOwnListener(config);
}

TEST(OwnListenerTest, TheSameAddressIsOurOwn) {
  EXPECT_TRUE(Find("127.0.0.1:50051", "127.0.0.1:50051"));
  EXPECT_TRUE(Find("unix:/run/a.sock", "unix:/run/a.sock"));
  EXPECT_THAT(*Find("127.0.0.1:50051", "127.0.0.1:50051"),
              HasSubstr("endpoint 127.0.0.1:50051 of cluster users"));
}

TEST(OwnListenerTest, LoopbackIsOursWhereWeListenOnAllAddresses) {
  EXPECT_TRUE(Find("0.0.0.0:50051", "127.0.0.1:50051"));
  EXPECT_TRUE(Find("0.0.0.0:50051", "localhost:50051"));
  EXPECT_TRUE(Find("[::]:50051", "[::1]:50051"));
}

TEST(OwnListenerTest, AnotherPortAddressOrFileIsNot) {
  EXPECT_FALSE(Find("127.0.0.1:50051", "127.0.0.1:50061"));
  EXPECT_FALSE(Find("127.0.0.1:50051", "127.0.0.2:50051"));
  EXPECT_FALSE(Find("0.0.0.0:50051", "10.0.0.1:50051"));
  EXPECT_FALSE(Find("unix:/run/a.sock", "unix:/run/b.sock"));
  EXPECT_FALSE(Find("127.0.0.1:0", "127.0.0.1:50051"));
}

}  // namespace
}  // namespace evenkeel::config
