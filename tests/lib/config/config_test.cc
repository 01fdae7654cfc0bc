#include "lib/config/config.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace evenkeel::config {
namespace {

Cluster Named(const std::string& name) {
  Cluster cluster;
  cluster.name = name;
  return cluster;
}

Listener At(const std::string& address) {
  Listener listener;
  listener.address = *base::Address::Parse(address);
  return listener;
}

Config Made(Listeners listeners, Clusters clusters) {
  Config config;
  config.listeners = std::move(listeners);
  config.clusters = std::move(clusters);
  return config;
}

TEST(ShareEqualTest, WhatIsEqualIsSharedWhereverItStands) {
  const Config before = Made({At("127.0.0.1:1"), At("127.0.0.1:2")}, {Named("a"), Named("b")});
  Config next = Made({At("127.0.0.1:2")}, {Named("b"), Named("a")});
  ShareEqual(before, next);
  EXPECT_TRUE(next.listeners[0].IsShared(before.listeners[1]));
  EXPECT_TRUE(next.clusters[0].IsShared(before.clusters[1]));
  EXPECT_TRUE(next.clusters[1].IsShared(before.clusters[0]));
}

TEST(ShareEqualTest, WhatDiffersStaysItsOwn) {
  const Config before = Made({At("127.0.0.1:1")}, {Named("a")});
  Config next = before;
  next.listeners[0].Edit().cluster = "a";
  next.clusters[0].Edit().max_pending_calls = 7;
  ShareEqual(before, next);
  EXPECT_FALSE(next.listeners[0].IsShared(before.listeners[0]));
  EXPECT_FALSE(next.clusters[0].IsShared(before.clusters[0]));
  EXPECT_EQ(next.clusters[0]->max_pending_calls, 7U);
}

TEST(ShareEqualTest, AConfigurationReadAgainIsEqualAndThenShared) {
  const Config before = Made({}, {Named("a")});
  Config next = Made({}, {Named("a")});
  EXPECT_EQ(next, before);
  EXPECT_FALSE(next.clusters[0].IsShared(before.clusters[0]));
  ShareEqual(before, next);
  EXPECT_TRUE(next.clusters[0].IsShared(before.clusters[0]));
}

}  // namespace
}  // namespace evenkeel::config
