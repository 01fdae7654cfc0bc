#include "proxy/route/method_rules.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class MethodRulesTest : public ::testing::Test {
 protected:
  // The service config says so of a method, of a service (`method` empty), or of all (both empty).
  void Say(const std::string& service, const std::string& method, base::Duration timeout) {
    if (!cluster_.service_config) cluster_.service_config.emplace();
    auto& each = cluster_.service_config->methods.emplace_back();
    each.names = {{service, method}};
    each.calls.timeout = timeout;
  }
  std::optional<base::Duration> TimeoutOf(const std::string& path) const {
    const MethodRules rules(route_, cluster_);
    return rules.For(*rpc::ParsePath(path)).timeout;
  }

  config::CallPolicy route_;
  config::Cluster cluster_;
};

TEST_F(MethodRulesTest, WithoutServiceConfigTheRoutesHoldForAll) {
  route_.timeout = 1s;
  EXPECT_EQ(TimeoutOf("/a.B/C"), 1s);
}

TEST_F(MethodRulesTest, TheMethodsComeBeforeTheServicesAndThoseBeforeAll) {
  Say("", "", 3s);
  Say("a.B", "", 2s);
  Say("a.B", "C", 1s);
  EXPECT_EQ(TimeoutOf("/a.B/C"), 1s);
  EXPECT_EQ(TimeoutOf("/a.B/D"), 2s);
  EXPECT_EQ(TimeoutOf("/a.C/C"), 3s);
}

TEST_F(MethodRulesTest, TheRoutesOwnSettingsWin) {
  route_.timeout = 5s;
  Say("a.B", "C", 1s);
  EXPECT_EQ(TimeoutOf("/a.B/C"), 5s);
}

TEST_F(MethodRulesTest, WhatTheRouteDoesNotSayComesFromTheServiceConfig) {
  route_.idle_timeout = 5s;
  Say("a.B", "C", 1s);
  EXPECT_EQ(TimeoutOf("/a.B/C"), 1s);
  EXPECT_EQ(TimeoutOf("/a.B/D"), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::proxy
