#include "proxy/route/route_table.h"

#include <gtest/gtest.h>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::Fields;
using http2::GrpcRequest;

class RouteTableTest : public ::testing::Test {
 protected:
  RouteTableTest() {
    for (const char* each : {"users", "orders", "rest"})
      clusters_.emplace_back().Edit().name = each;
  }

  /// Appends a route to `cluster`; the test fills in what it matches.
  config::Match& Route(std::string cluster) {
    listener_.routes.emplace_back().cluster = std::move(cluster);
    return listener_.routes.back().match;
  }
  void Default(std::string cluster) { listener_.cluster = std::move(cluster); }

  /// The cluster of a call; "" for none.
  std::string Find(const std::string& path, const Fields& fields = GrpcRequest()) const {
    const auto parts = rpc::ParsePath(path);
    EXPECT_TRUE(parts) << path;
    const RouteTable table(listener_, clusters_);
    const RouteTable::Route* found = table.Find(*parts, http2::ToHeaderList(fields));
    return found != nullptr ? clusters_[found->cluster]->name : "";
  }
  static Fields WithAuthority(std::string authority) {
    return {{":method", "POST"}, {":authority", std::move(authority)}};
  }

  config::Listener listener_;
  config::Clusters clusters_;
};

TEST_F(RouteTableTest, WithoutRoutesAllGoesToTheListenersCluster) {
  Default("orders");
  EXPECT_EQ(Find("/a.B/C"), "orders");
}

TEST_F(RouteTableTest, FindsNothingWithoutRoutesAndCluster) { EXPECT_EQ(Find("/a.B/C"), ""); }

TEST_F(RouteTableTest, TheFirstMatchWins) {
  Route("users").service = "a.Users";
  Route("orders");
  Route("rest").service = "a.Rest";
  EXPECT_EQ(Find("/a.Users/Get"), "users");
  EXPECT_EQ(Find("/a.Rest/Get"), "orders");
}

TEST_F(RouteTableTest, FallsBackToTheListenersCluster) {
  Route("users").service = "a.Users";
  Default("rest");
  EXPECT_EQ(Find("/a.Other/Get"), "rest");
}

TEST_F(RouteTableTest, MatchesServiceAndMethodExactly) {
  config::Match& match = Route("users");
  match.service = "a.Users";
  match.method = "Get";
  EXPECT_EQ(Find("/a.Users/Get"), "users");
  EXPECT_EQ(Find("/a.Users/GetAll"), "");
  EXPECT_EQ(Find("/a.users/Get"), "");
  EXPECT_EQ(Find("/b.a.Users/Get"), "");
  EXPECT_EQ(Find("/x/a.Users/Get"), "");
}

TEST_F(RouteTableTest, MatchesTheAuthorityWithoutCase) {
  Route("users").authority = "Users.Example:443";
  EXPECT_EQ(Find("/a.B/C", WithAuthority("users.example:443")), "users");
  EXPECT_EQ(Find("/a.B/C", WithAuthority("USERS.EXAMPLE:443")), "users");
  EXPECT_EQ(Find("/a.B/C", WithAuthority("users.example")), "");
  EXPECT_EQ(Find("/a.B/C", WithAuthority("users.example:4433")), "");
}

TEST_F(RouteTableTest, TakesHostWhereThereIsNoAuthority) {
  Route("users").authority = "users.example";
  EXPECT_EQ(Find("/a.B/C", {{"host", "users.example"}}), "users");
  EXPECT_EQ(Find("/a.B/C", {{":authority", "other"}, {"host", "users.example"}}), "");
  EXPECT_EQ(Find("/a.B/C", {}), "");
}

TEST_F(RouteTableTest, MatchesAllOfItsMetadata) {
  Route("users").metadata = {{"x-a", "1"}, {"x-b", "2"}};
  EXPECT_EQ(Find("/a.B/C", {{"x-a", "1"}, {"x-b", "2"}}), "users");
  EXPECT_EQ(Find("/a.B/C", {{"x-a", "1"}}), "");
  EXPECT_EQ(Find("/a.B/C", {{"x-a", "1"}, {"x-b", "3"}}), "");
}

TEST_F(RouteTableTest, MatchesAnyOfSeveralValues) {
  Route("users").metadata = {{"x-a", "2"}};
  EXPECT_EQ(Find("/a.B/C", {{"x-a", "1"}, {"x-a", "2"}}), "users");
}

TEST_F(RouteTableTest, NeedsEveryPartOfAMatch) {
  config::Match& match = Route("users");
  match.authority = "users.example";
  match.service = "a.B";
  match.metadata = {{"x-a", "1"}};
  Fields fields = WithAuthority("users.example");
  EXPECT_EQ(Find("/a.B/C", fields), "");
  fields.push_back({"x-a", "1"});
  EXPECT_EQ(Find("/a.B/C", fields), "users");
  EXPECT_EQ(Find("/a.X/C", fields), "");
}

class RouteRulesTest : public RouteTableTest {
 protected:
  RouteRulesTest() {
    Default("users");
    clusters_[0].Edit().service_config.emplace();
  }
  config::CallPolicy& Config(const std::string& service, const std::string& method) {
    auto& methods = clusters_[0].Edit().service_config->methods;
    return methods.emplace_back(config::ServiceConfig::Method{{{service, method}}, {}}).calls;
  }
  /// The timeout of a call in seconds; 0 for none.
  int64_t TimeoutOf(const std::string& path) const {
    const RouteTable table(listener_, clusters_);
    const auto parts = rpc::ParsePath(path);
    const auto* route = table.Find(*parts, http2::ToHeaderList(GrpcRequest()));
    const auto timeout = route->rules.For(*parts).timeout;
    return timeout ? std::chrono::duration_cast<std::chrono::seconds>(*timeout).count() : 0;
  }
};

TEST_F(RouteRulesTest, TheNarrowestNameCounts) {
  Config("", "").timeout = std::chrono::seconds(1);
  Config("a.B", "").timeout = std::chrono::seconds(2);
  Config("a.B", "C").timeout = std::chrono::seconds(3);
  EXPECT_EQ(TimeoutOf("/a.B/C"), 3);
  EXPECT_EQ(TimeoutOf("/a.B/D"), 2);
  EXPECT_EQ(TimeoutOf("/x.Y/C"), 1);
}

TEST_F(RouteRulesTest, WithoutANameThatFitsNothingIsLimited) {
  Config("a.B", "C").timeout = std::chrono::seconds(3);
  EXPECT_EQ(TimeoutOf("/a.B/D"), 0);
}

TEST_F(RouteRulesTest, TheRoutesOwnSettingWins) {
  Route("users");
  listener_.routes[0].calls.timeout = std::chrono::seconds(9);
  Config("a.B", "").timeout = std::chrono::seconds(2);
  Config("a.B", "").wait_for_ready = true;
  EXPECT_EQ(TimeoutOf("/a.B/C"), 9);
}

}  // namespace
}  // namespace evenkeel::proxy
