#include "proxy/route/route_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::proxy {
namespace {

using http2::Fields;
using http2::GrpcRequest;

class RouteTableTest : public ::testing::Test {
 protected:
  RouteTableTest() {
    for (const char* each : {"users", "orders", "rest"}) AddCluster(each);
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
    const auto table = Make(nullptr);
    const RouteTable::Route* found = table->Find(*parts, http2::ToHeaderList(fields));
    return found != nullptr ? NameAt(*table, found->cluster) : "";
  }
  static Fields WithAuthority(std::string authority) {
    return {{":method", "POST"}, {":authority", std::move(authority)}};
  }

  std::shared_ptr<const RouteTable> Make(std::shared_ptr<const RouteTable> before) const {
    return RouteTable::Make(1, listener_, clusters_, limits_, access_, base::Time(),
                            std::move(before));
  }
  std::string NameAt(const RouteTable& table, size_t place) const {
    for (const auto& [name, cluster] : clusters_) {
      if (table.clusters().at(place) == cluster.id) return name;
    }
    return "nothing";
  }
  void AddCluster(const std::string& name) {
    config::Cluster cluster;
    cluster.name = name;
    clusters_[name] = {ClusterId{next_id_++}, cluster};
  }

  config::Listener listener_;
  NamedClusters clusters_;
  uint64_t next_id_ = 10;
  mutable RateLimits limits_{1};
  mutable telemetry::AccessMetrics access_;
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

TEST_F(RouteTableTest, ARouteIsCalledByWhatItMatches) {
  config::Match& match = Route("users");
  match = {.authority = "api.example",
           .service = "a.Users",
           .method = "Get",
           .metadata = {{"x-tenant", "secret"}}};
  Route("orders").service = "a.Orders";
  Route("rest");
  Default("rest");
  const auto table = Make(nullptr);
  Fields fields = WithAuthority("api.example");
  fields.push_back({"x-tenant", "secret"});
  const auto name = [&](const std::string& path) {
    return table->Find(*rpc::ParsePath(path), http2::ToHeaderList(fields))->name;
  };
  EXPECT_EQ(name("/a.Users/Get"), "api.example a.Users/Get x-tenant");
  EXPECT_EQ(name("/a.Orders/Get"), "a.Orders/*");
  EXPECT_EQ(name("/x.Y/Z"), "*");
}

class NextRouteTableTest : public RouteTableTest {
 protected:
  NextRouteTableTest() {
    Route("users").service = "a.Users";
    Route("orders").service = "a.Orders";
    Default("rest");
    table_ = Make(nullptr);
  }
  const RouteTable::Route* At(const RouteTable& table, const std::string& path) const {
    return table.Find(*rpc::ParsePath(path), http2::ToHeaderList(GrpcRequest()));
  }
  /// Whether the route's rate limit lets a call start.
  bool Takes(const RouteTable& table, const std::string& path, base::Time now) const {
    for (const Stage& each : At(table, path)->traffic.stages) {
      if (const auto* gate = std::get_if<RateGate>(&each)) return !gate->limit->Take("", now);
    }
    ADD_FAILURE() << "it has none";
    return false;
  }
  /// Whether calls of this path take the same route object in both.
  bool Keeps(const RouteTable& next, const std::string& path) const {
    return At(next, path) == At(*table_, path);
  }

  std::shared_ptr<const RouteTable> table_;
};

TEST_F(NextRouteTableTest, IsTheSameWhereNothingHasChanged) { EXPECT_EQ(Make(table_), table_); }

TEST_F(NextRouteTableTest, IsTheSameWhereClustersChangeThatAreNotItsOwn) {
  AddCluster("other");
  clusters_["orders"].config.Edit().max_pending_calls = 7;  // which is not for routes to know
  EXPECT_EQ(Make(table_), table_);
}

TEST_F(NextRouteTableTest, KeepsTheObjectsOfRoutesThatHaveNotChanged) {
  listener_.routes[1].calls.timeout = std::chrono::seconds(7);
  Route("users").service = "a.New";
  const auto next = Make(table_);
  EXPECT_NE(next, table_);
  EXPECT_TRUE(Keeps(*next, "/a.Users/Get"));
  EXPECT_FALSE(Keeps(*next, "/a.Orders/Get"));
  EXPECT_TRUE(Keeps(*next, "/x.Y/Z")) << "the listener's own cluster";
  EXPECT_EQ(Find("/a.New/Get"), "users");
}

TEST_F(NextRouteTableTest, OtherRulesOfTheListenerMakeTheRoutesAnewThatHaveThem) {
  listener_.routes[0].authorization.emplace();
  table_ = Make(nullptr);
  listener_.authorization.emplace().deny.emplace_back().name = "all";
  const auto next = Make(table_);
  EXPECT_TRUE(Keeps(*next, "/a.Users/Get")) << "it has its own";
  EXPECT_FALSE(Keeps(*next, "/a.Orders/Get"));
  EXPECT_FALSE(Keeps(*next, "/x.Y/Z"));
  EXPECT_NE(next->admission(), nullptr);
  listener_.max_connections = 7;
  const auto same = Make(next);
  EXPECT_NE(same, next);
  EXPECT_EQ(At(*same, "/a.Orders/Get"), At(*next, "/a.Orders/Get"));
}

TEST_F(NextRouteTableTest, RoutesMayMove) {
  std::swap(listener_.routes[0], listener_.routes[1]);
  const auto next = Make(table_);
  EXPECT_NE(next, table_);
  EXPECT_TRUE(Keeps(*next, "/a.Users/Get"));
  EXPECT_TRUE(Keeps(*next, "/a.Orders/Get"));
}

TEST_F(NextRouteTableTest, AClusterKeepsItsPlaceWhenOthersComeAndGo) {
  listener_.routes.erase(listener_.routes.begin());
  const auto next = Make(table_);
  clusters_.erase("users");
  AddCluster("new");
  Route("new").service = "a.New";
  const auto last = Make(next);
  EXPECT_TRUE(Keeps(*last, "/a.Orders/Get"));
  EXPECT_EQ(NameAt(*last, At(*last, "/a.Orders/Get")->cluster), "orders");
  EXPECT_EQ(NameAt(*last, At(*last, "/a.New/Get")->cluster), "new");
  EXPECT_EQ(last->clusters().size(), 3U) << "the place of the one that went is taken again";
}

TEST_F(NextRouteTableTest, AClusterThatIsAnotherOfTheSameNameIsFound) {
  AddCluster("users");  // removed and added again: another id
  const auto next = Make(table_);
  EXPECT_NE(next, table_);
  EXPECT_EQ(NameAt(*next, At(*next, "/a.Users/Get")->cluster), "users");
}

TEST_F(NextRouteTableTest, AnotherServiceConfigMakesTheRoutesOfItsClusterAnew) {
  clusters_["users"].config.Edit().service_config.emplace();
  const auto next = Make(table_);
  EXPECT_FALSE(Keeps(*next, "/a.Users/Get"));
  EXPECT_TRUE(Keeps(*next, "/a.Orders/Get"));
}

TEST_F(NextRouteTableTest, WithAHealthServiceEveryClusterCanBeAskedAbout) {
  listener_.health_service = true;
  const auto next = Make(table_);
  EXPECT_EQ(next->clusters().size(), 3U);
  AddCluster("other");
  EXPECT_EQ(Make(next)->clusters().size(), 4U);
}

TEST_F(NextRouteTableTest, OfFiveHundredRoutesOneThatChangesIsMadeAnew) {
  for (int i = 0; i < 500; ++i) Route("users").service = "b.Service" + std::to_string(i);
  table_ = Make(nullptr);
  listener_.routes[100].calls.timeout = std::chrono::seconds(7);
  const auto next = Make(table_);
  int kept = 0;
  for (int i = 0; i < 500; ++i) {
    kept += Keeps(*next, "/b.Service" + std::to_string(i) + "/Get") ? 1 : 0;
  }
  EXPECT_EQ(kept, 499);
}

TEST_F(NextRouteTableTest, ARateLimitKeepsItsFill) {
  listener_.routes[0].traffic.rate_limit =
      config::RateLimit{.calls = 1, .per = std::chrono::hours(1), .burst = {}, .key = {}};
  table_ = Make(nullptr);
  const base::Time now{std::chrono::hours(1)};
  EXPECT_TRUE(Takes(*table_, "/a.Users/Get", now));
  listener_.routes[0].calls.timeout = std::chrono::seconds(7);
  const auto next = Make(table_);
  EXPECT_FALSE(Keeps(*next, "/a.Users/Get"));
  EXPECT_FALSE(Takes(*next, "/a.Users/Get", now)) << "it is taken";
}

class RouteRulesTest : public RouteTableTest {
 protected:
  RouteRulesTest() {
    Default("users");
    clusters_["users"].config.Edit().service_config.emplace();
  }
  config::CallPolicy& Config(const std::string& service, const std::string& method) {
    auto& methods = clusters_["users"].config.Edit().service_config->methods;
    return methods.emplace_back(config::ServiceConfig::Method{{{service, method}}, {}}).calls;
  }
  /// The timeout of a call in seconds; 0 for none.
  int64_t TimeoutOf(const std::string& path) const {
    const auto table = Make(nullptr);
    const auto parts = rpc::ParsePath(path);
    const auto* route = table->Find(*parts, http2::ToHeaderList(GrpcRequest()));
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
