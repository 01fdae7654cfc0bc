#include "balancer/weighted_round_robin.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;
using Settings = WeightedRoundRobin::Settings;

double WeightOf(const LoadReport& report, const Settings& settings = {}) {
  return WeightedRoundRobin::Weight(report, settings);
}
LoadReport Load(double utilization, double qps) {
  return {.application_utilization = utilization, .qps = qps};
}

class WeightedRoundRobinTest : public testing::Test {
 protected:
  Fleet& Make(size_t endpoints, Settings settings = {}) {
    fleet_.emplace(std::make_unique<WeightedRoundRobin>(std::move(settings), 0),
                   MakeEndpoints(endpoints));
    return *fleet_;
  }
  void ReportAll(const std::vector<LoadReport>& reports) {
    for (size_t i = 0; i < reports.size(); ++i) fleet_->Report(i, reports[i]);
  }
  void PassBlackout() {
    fleet_->Wait(10s);
    fleet_->Rebuild();
  }
  std::optional<Fleet> fleet_;
};

TEST(ReportWeightTest, IsQpsByUtilization) { EXPECT_DOUBLE_EQ(WeightOf(Load(0.5, 100)), 200); }

TEST(ReportWeightTest, PrefersTheApplicationsUtilizationToTheCpus) {
  EXPECT_DOUBLE_EQ(WeightOf({.application_utilization = 0.5, .cpu_utilization = 0.9, .qps = 9}),
                   18);
  EXPECT_DOUBLE_EQ(WeightOf({.cpu_utilization = 0.9, .qps = 9}), 10);
}

TEST(ReportWeightTest, CountsErrorsAsUtilization) {
  LoadReport report = Load(0.5, 100);
  report.eps = 50;
  EXPECT_DOUBLE_EQ(WeightOf(report), 100);
  EXPECT_DOUBLE_EQ(WeightOf(report, {.error_utilization_penalty = 3}), 50);
  EXPECT_DOUBLE_EQ(WeightOf(report, {.error_utilization_penalty = 0}), 200);
}

TEST(ReportWeightTest, IsNoneWithoutUtilizationOrQps) {
  EXPECT_EQ(WeightOf(Load(0, 100)), 0);
  EXPECT_EQ(WeightOf(Load(0.5, 0)), 0);
  EXPECT_EQ(WeightOf(Load(-1, 100)), 0);
  EXPECT_EQ(WeightOf(Load(std::numeric_limits<double>::quiet_NaN(), 100)), 0);
}

TEST(ReportWeightTest, TakesTheHighestOfTheMetricsNamed) {
  const Settings settings{.metric_names_for_computing_utilization = {
                              "mem_utilization", "utilization.disk", "named_metrics.queue"}};
  const LoadReport::Metric disk{"disk", 0.4};
  const LoadReport::Metric queue{"queue", 0.8};
  LoadReport report = Load(0.1, 80);
  report.mem_utilization = 0.2;
  EXPECT_DOUBLE_EQ(WeightOf(report, settings), 400);
  report.utilization = {&disk, 1};
  EXPECT_DOUBLE_EQ(WeightOf(report, settings), 200);
  report.named_metrics = {&queue, 1};
  EXPECT_DOUBLE_EQ(WeightOf(report, settings), 100);
}

TEST(ReportWeightTest, IgnoresNamedMetricsThatAreNotPositiveNumbers) {
  const Settings settings{
      .metric_names_for_computing_utilization = {"named_metrics.a", "named_metrics.b"}};
  const LoadReport::Metric metrics[] = {{"a", std::numeric_limits<double>::quiet_NaN()}, {"b", -3}};
  LoadReport report = Load(0.5, 100);
  report.named_metrics = metrics;
  EXPECT_DOUBLE_EQ(WeightOf(report, settings), 200);
}

TEST_F(WeightedRoundRobinTest, TakesEqualTurnsWithoutReports) {
  EXPECT_EQ(Make(3).Count(300), (std::vector<size_t>{100, 100, 100}));
}

TEST_F(WeightedRoundRobinTest, TakesTurnsByWeightOnceTheBlackoutIsOver) {
  Make(2);
  ReportAll({Load(0.5, 100), Load(0.5, 300)});
  fleet_->Rebuild();
  EXPECT_EQ(fleet_->Count(400), (std::vector<size_t>{200, 200}));
  PassBlackout();
  EXPECT_NEAR(fleet_->Count(400)[1], 300, 2);
}

TEST_F(WeightedRoundRobinTest, GivesTheUnknownTheAverage) {
  Make(3);
  ReportAll({Load(0.5, 100), Load(0.5, 300)});
  PassBlackout();
  const auto counts = fleet_->Count(600);
  EXPECT_NEAR(counts[0], 100, 2);
  EXPECT_NEAR(counts[1], 300, 2);
  EXPECT_NEAR(counts[2], 200, 2);
}

TEST_F(WeightedRoundRobinTest, TakesEqualTurnsWithFewerThanTwoWeights) {
  Make(2);
  ReportAll({Load(0.1, 100)});
  PassBlackout();
  EXPECT_EQ(fleet_->Count(200), (std::vector<size_t>{100, 100}));
}

TEST_F(WeightedRoundRobinTest, ForgetsAWeightThatExpired) {
  Make(3);
  ReportAll({Load(0.5, 100), Load(0.5, 300), Load(0.5, 200)});
  fleet_->Wait(2min);
  ReportAll({Load(0.5, 100), Load(0.5, 100)});
  fleet_->Wait(61s);
  fleet_->Rebuild();
  EXPECT_NEAR(fleet_->Count(300)[2], 100, 1);
}

TEST_F(WeightedRoundRobinTest, DealsAnewAtItsUpdatePeriod) {
  EXPECT_EQ(WeightedRoundRobin({.weight_update_period = 250ms}, 0).RefreshPeriod(), 250ms);
}

}  // namespace
}  // namespace evenkeel::balancer
