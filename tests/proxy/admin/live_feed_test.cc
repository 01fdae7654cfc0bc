#include "proxy/admin/live_feed.h"

#include <gmock/gmock.h>

#include <string>

namespace evenkeel::admin {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LiveFeedTest : public ::testing::Test {
 protected:
  LiveFeedTest() {
    view_.ready = true;
    view_.clusters.push_back({"users", "round_robin"});
    for (const char* each : {"a:1", "b:1"}) {
      LiveEndpoint endpoint;
      endpoint.view.address = each;
      endpoint.view.state = "ready";
      Cluster().endpoints.push_back(endpoint);
    }
  }
  LiveCluster& Cluster() { return view_.clusters[0]; }
  /// So many calls on an endpoint since the last view, each taking `latency`.
  void Call(size_t endpoint, uint64_t calls, base::Duration latency, uint64_t failed = 0) {
    LiveEndpoint& each = Cluster().endpoints[endpoint];
    each.view.picked += calls;
    each.ended += calls;
    each.failed += failed;
    const auto bound = std::ranges::lower_bound(telemetry::kLatencyBounds, latency);
    each.latencies[static_cast<size_t>(bound - telemetry::kLatencyBounds.begin())] += calls;
  }
  void Second() {
    view_.now += 1s;
    feed_.Add(view_);
  }
  Json Tick() const { return Json::parse(feed_.Tick()); }
  Json ClusterNow() const { return Tick()["clusters"][0]; }
  std::vector<std::string> Verdict() const { return Tick()["verdict"]; }

  LiveView view_;
  LiveFeed feed_{false};
};

TEST_F(LiveFeedTest, WhatWasCountedBeforeItsFirstViewIsNoRate) {
  Call(0, 1'000'000, 1ms);
  Second();
  EXPECT_EQ(ClusterNow()["rate"], 0);
  EXPECT_EQ(ClusterNow()["p50"], -1) << "nothing is known of latencies";
}

TEST_F(LiveFeedTest, RatesAreByTheSecondAndSharesOfTheCluster) {
  Second();
  Call(0, 30, 2ms, 3);
  Call(1, 10, 2ms);
  Second();
  EXPECT_EQ(ClusterNow()["rate"], 40);
  EXPECT_EQ(ClusterNow()["failed"], 3);
  EXPECT_EQ(ClusterNow()["endpoints"][0]["share"], 0.75);
  EXPECT_EQ(ClusterNow()["endpoints"][1]["rate"], 10);
  view_.now += 1s;
  Call(0, 20, 2ms);
  Second();
  EXPECT_EQ(ClusterNow()["rate"], 10) << "over two seconds";
}

TEST_F(LiveFeedTest, LatenciesAreThoseOfTheLastSeconds) {
  Second();
  Call(0, 100, 2ms);
  Second();
  EXPECT_GT(ClusterNow()["p50"], 1);
  EXPECT_LE(ClusterNow()["p99"], 2);
  for (int i = 0; i < 20; ++i) {
    Call(0, 100, 100ms);
    Second();
  }
  EXPECT_GT(ClusterNow()["p50"], 80);
  EXPECT_LE(ClusterNow()["p50"], 100);
  for (int i = 0; i < 60; ++i) Second();
  EXPECT_EQ(ClusterNow()["p50"], -1) << "of a minute ago";
}

TEST_F(LiveFeedTest, ACounterThatBeginsAnewIsNoHugeRate) {
  Second();
  Call(0, 50, 1ms);
  Second();
  Cluster().endpoints[0].view.picked = 3;
  Cluster().endpoints[0].latencies = {};
  Second();
  EXPECT_EQ(ClusterNow()["rate"], 0);
}

TEST_F(LiveFeedTest, TheVerdictSaysWhoIsOutAndWhy) {
  Second();
  EXPECT_THAT(Verdict(), IsEmpty());
  Cluster().endpoints[1].view.state = "not_connected";
  Second();
  EXPECT_THAT(Verdict(), ElementsAre("users: 1 of 2 endpoints out (1 not connected)"));
  Cluster().panic = true;
  Second();
  EXPECT_THAT(Verdict(), ElementsAre(HasSubstr("panic")));
  Cluster().trouble = "users.example: no such name";
  Second();
  EXPECT_THAT(Verdict(), ElementsAre("users: users.example: no such name"));
}

TEST_F(LiveFeedTest, TheVerdictSaysWhatFailsAndWhatIsSlow) {
  Second();
  Call(0, 100, 1ms, 25);
  Second();
  EXPECT_THAT(Verdict(), ElementsAre("users: 25 % of its attempts fail"));
  for (int i = 0; i < 60; ++i) {
    Call(0, 100, 1ms);
    Second();
  }
  EXPECT_THAT(Verdict(), IsEmpty());
  Call(0, 1000, 80ms);
  Second();
  EXPECT_THAT(Verdict(), ElementsAre(HasSubstr("users: p99 is ")));
  Cluster().shed = 7;
  Second();
  EXPECT_THAT(Verdict(), ::testing::Contains(HasSubstr("a limit is reached")));
}

TEST_F(LiveFeedTest, HistoryEndsBeforeTheLastViewAndIsBounded) {
  for (size_t i = 0; i < LiveFeed::kHistory + 50; ++i) {
    Call(0, 5, 1ms);
    Second();
  }
  const Json history = Json::parse(feed_.History());
  EXPECT_EQ(history["clusters"]["users"]["rate"].size(), LiveFeed::kHistory - 1);
  EXPECT_EQ(history["clusters"]["users"]["rate"][0], 5);
  EXPECT_EQ(history["actions"], false);
}

TEST_F(LiveFeedTest, WhatHasGoneIsForgotten) {
  Second();
  Second();
  view_.clusters.clear();
  Second();
  EXPECT_THAT(Json::parse(feed_.History())["clusters"], IsEmpty());
  EXPECT_THAT(Tick()["clusters"], IsEmpty());
}

TEST_F(LiveFeedTest, OfVeryManyEndpointsTheWorstAreShown) {
  for (int i = 0; i < 300; ++i) {
    LiveEndpoint endpoint;
    endpoint.view.address = "c:" + std::to_string(i);
    endpoint.view.state = i == 299 ? "ejected" : "ready";
    Cluster().endpoints.push_back(endpoint);
  }
  Second();
  EXPECT_EQ(ClusterNow()["endpoints"].size(), LiveFeed::kMaxEndpoints);
  EXPECT_EQ(ClusterNow()["endpoints"][0]["address"], "c:299");
  EXPECT_EQ(ClusterNow()["hidden"], 302 - LiveFeed::kMaxEndpoints);
  EXPECT_EQ(ClusterNow()["total"], 302);
  EXPECT_LT(feed_.Tick().size(), 64u * 1024);
}

TEST_F(LiveFeedTest, EachIsOneLine) {
  Cluster().name = "a\nb\xff";
  Second();
  EXPECT_EQ(feed_.Tick().find('\n'), std::string::npos);
  EXPECT_EQ(feed_.History().find('\n'), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::admin
