#include "balancer/prequal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

class PrequalTest : public testing::Test {
 protected:
  Fleet& Make(size_t endpoints, Prequal::Settings settings = {}) {
    fleet_.emplace(std::make_unique<Prequal>(std::move(settings)), MakeEndpoints(endpoints));
    return *fleet_;
  }
  void Report(size_t number, double in_flight, double latency_ms) {
    const LoadReport::Metric metrics[] = {{"requests_in_flight", in_flight},
                                          {"latency_ms", latency_ms}};
    LoadReport report;
    report.named_metrics = metrics;
    fleet_->Report(number, report);
  }
  const EndpointPtr& Endpoint(size_t number) { return fleet_->endpoints()[number]; }

  std::optional<Fleet> fleet_;
};

TEST_F(PrequalTest, PicksNothingFromNothing) { EXPECT_EQ(Make(0).Pick(), nullptr); }

TEST_F(PrequalTest, PicksLikeLeastRequestWithoutReports) {
  Make(2);
  const auto busy = fleet_->Start(0);
  EXPECT_EQ(fleet_->Count(50)[1], 50u);
}

TEST_F(PrequalTest, TakesTheLowestLatencyOfTheColdReports) {
  Make(10, {.pool_size = 4, .rif_quantile = 0.5});
  Report(0, 5, 1);  // fast but hot
  Report(1, 2, 8);
  Report(2, 2, 6);
  Report(3, 9, 2);
  EXPECT_EQ(fleet_->Pick(), Endpoint(2));
}

TEST_F(PrequalTest, GoesByRequestsInFlightAloneAtQuantileZero) {
  Make(10, {.pool_size = 3, .rif_quantile = 0});
  Report(0, 5, 1);
  Report(1, 3, 9);
  Report(2, 4, 2);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, GoesByLatencyAloneAtQuantileOne) {
  Make(10, {.pool_size = 2, .rif_quantile = 1});
  Report(0, 500, 1);
  Report(1, 3, 9);
  EXPECT_EQ(fleet_->Pick(), Endpoint(0));
}

TEST_F(PrequalTest, UsesAReportOnlySoOften) {
  Make(10, {.pool_size = 3, .max_uses = 3, .rif_quantile = 1, .removal_rate = 0});
  Report(0, 0, 1);
  Report(1, 0, 5);
  Report(2, 0, 30);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fleet_->Pick(), Endpoint(0));
  Report(3, 1, 90);  // the pool is full again, but not with what was used up
  for (int i = 0; i < 3; ++i) EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, CountsItsOwnPickAsOneMoreInFlight) {
  Make(10, {.pool_size = 2, .max_uses = 10, .rif_quantile = 0, .removal_rate = 0});
  Report(0, 1, 5);
  Report(1, 3, 5);
  std::vector<EndpointPtr> picks;
  for (int i = 0; i < 4; ++i) picks.push_back(fleet_->Pick());
  EXPECT_EQ(picks[0], Endpoint(0));
  EXPECT_EQ(picks[1], Endpoint(0));
  EXPECT_TRUE(picks[2] == Endpoint(1) || picks[3] == Endpoint(1));
}

TEST_F(PrequalTest, DoesNotUseAReportBeyondItsAge) {
  Make(10, {.pool_size = 2});
  Report(0, 1, 1);
  Report(1, 1, 2);
  fleet_->Wait(1100ms);
  EXPECT_EQ(fleet_->Explain().notes.front(), "too few usable load reports: 0");
}

TEST_F(PrequalTest, KeepsOneReportForEachEndpoint) {
  Make(10, {.pool_size = 2, .rif_quantile = 1});
  Report(0, 1, 1);
  Report(1, 1, 2);
  Report(0, 1, 9);
  EXPECT_EQ(fleet_->Explain().candidates.size(), 2u);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, ANewReportTakesThePlaceOfTheOldest) {
  Make(10, {.pool_size = 3, .rif_quantile = 1});
  for (size_t i = 0; i < 4; ++i) {
    Report(i, 1, static_cast<double>(i + 1));
    fleet_->Wait(5ms);
  }
  EXPECT_EQ(fleet_->Explain().candidates.size(), 3u);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, ForgetsReportsSoThatThePoolIsRenewed) {
  Make(1000, {.max_uses = 1000, .removal_rate = 1});
  for (size_t i = 0; i < 16; ++i) Report(i, 1, 5);
  fleet_->Count(200);
  EXPECT_EQ(fleet_->Explain().notes.front(), "too few usable load reports: 1");
}

TEST_F(PrequalTest, KeepsTheReportsOfThoseThatStay) {
  Make(4, {.rif_quantile = 1});
  Report(1, 1, 5);
  Report(2, 1, 4);
  Report(3, 1, 3);
  auto left = fleet_->endpoints();
  const EndpointPtr gone = left.back();
  left.pop_back();
  const EndpointPtr best = left[2];
  fleet_->Keep(left);
  EXPECT_EQ(fleet_->Pick(), best);
}

TEST_F(PrequalTest, IgnoresAReportOfAnEndpointThatLeft) {
  Make(4);
  const EndpointPtr gone = Endpoint(3);
  auto left = fleet_->endpoints();
  left.pop_back();
  fleet_->Keep(left);
  const LoadReport::Metric metric{"requests_in_flight", 1};
  LoadReport report;
  report.named_metrics = {&metric, 1};
  fleet_->picker().Reported(*gone, report, fleet_->clock().Now());
  for (int i = 0; i < 20; ++i) EXPECT_NE(fleet_->Pick(), gone);
}

TEST_F(PrequalTest, TakesAnEndpointWithoutNewsForTypicalInAPoolWithRoomForAll) {
  Make(3, {.rif_quantile = 1});
  for (int i = 0; i < 300; ++i) fleet_->Succeed(2, 20ms);
  Report(0, 1, 30);
  Report(2, 1, 25);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, AsksTheOthersNowAndThenWhenOnlyTrailersReport) {
  Make(40);
  for (int i = 0; i < 20'000; ++i) {
    const EndpointPtr picked = fleet_->Pick();
    const auto found = std::ranges::find(fleet_->endpoints(), picked);
    Report(static_cast<size_t>(found - fleet_->endpoints().begin()), 1, 10);
    InFlight counted(picked);
    fleet_->Wait(100us);
  }
  for (const EndpointPtr& each : fleet_->endpoints()) EXPECT_GT(each->picked(), 10u);
}

TEST_F(PrequalTest, KnowsAReplicaThatDoesNotReportByItsOwnCalls) {
  Make(5, {.rif_quantile = 1});
  fleet_->Succeed(0, 30ms);
  fleet_->Succeed(1, 10ms);
  fleet_->Succeed(2, 20ms);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, AFailingReplicaIsNotFast) {
  Make(5, {.rif_quantile = 1});
  for (int i = 0; i < 100; ++i) fleet_->Succeed(4, 20ms);
  fleet_->Fail(0, 1ms);
  Report(0, 0, 0.1);
  Report(1, 3, 15);
  Report(2, 3, 16);
  EXPECT_EQ(fleet_->Pick(), Endpoint(1));
}

TEST_F(PrequalTest, SkipsWhatTheCallAvoids) {
  Make(3);
  for (size_t i = 0; i < 3; ++i) Report(i, 1, 5);
  EXPECT_EQ(fleet_->PickAvoiding({0, 1}), Endpoint(2));
  EXPECT_EQ(fleet_->PickAvoiding({0, 1, 2}), nullptr);
}

}  // namespace
}  // namespace evenkeel::balancer
