// The claims of docs/balancing.md in small: shorter runs, smaller fleets, looser bounds, one seed.
#include <gtest/gtest.h>

#include <string>

#include "sim/simulation.h"

namespace evenkeel::sim {
namespace {

class ClaimsTest : public testing::Test {
 protected:
  void Use(const std::string& yaml) {
    auto scenario = ParseScenario(yaml, "test");
    ASSERT_TRUE(scenario.has_value()) << scenario.error();
    scenario_ = *std::move(scenario);
  }
  Result Run(const std::string& policy, uint64_t seed = 1) {
    for (const Contender& each : scenario_.contenders) {
      if (each.label == policy) return Simulation(scenario_, each, seed).Run();
    }
    ADD_FAILURE() << "no policy " << policy;
    return {};
  }
  static double P99(const Result& result) {
    return static_cast<double>(result.latency.Quantile(0.99)) / 1e6;
  }
  double Favour(const std::string& policy) {
    const Result result = Run(policy);
    return result.watched_share / result.fair_share;
  }
  Scenario scenario_;
};

TEST_F(ClaimsTest, TheSameSeedGivesTheSameRun) {
  Use("{load: 0.7, warm_up: 1s, duration: 3s, replicas: [{count: 5}]}");
  const Result first = Run("peak_ewma");
  const Result second = Run("peak_ewma");
  EXPECT_EQ(first.events, second.events);
  EXPECT_EQ(P99(first), P99(second));
  EXPECT_NE(first.events, Run("peak_ewma", 2).events);
}

TEST_F(ClaimsTest, EveryCallEndsOnceAndIsCounted) {
  Use("{rate: 1000, warm_up: 0s, duration: 5s, timeout: 200ms, replicas: [{count: 4}], changes: "
      "[{at: 1s, replicas: [0], black_hole: 1}, {at: 2s, replicas: [1], state: down}, "
      "{at: 3s, replicas: [2], fail: 0.5}]}");
  for (const char* policy : {"round_robin", "least_request", "prequal"}) {
    const Result result = Run(policy);
    uint64_t ended = 0;
    for (const uint64_t each : result.endings) ended += each;
    EXPECT_EQ(ended, result.calls) << policy;
    EXPECT_NEAR(static_cast<double>(result.calls), 5000, 350);
    EXPECT_EQ(result.endings[static_cast<size_t>(Ending::kUnfinished)], 0u) << policy;
  }
}

TEST_F(ClaimsTest, LeastRequestIsNearTheFloorOverEqualReplicas) {
  Use("{load: 0.75, warm_up: 1s, duration: 8s, replicas: [{count: 10}]}");
  EXPECT_LT(P99(Run("least_request")), 1.05 * P99(Run("omniscient")));
}

TEST_F(ClaimsTest, PrequalIsNearTheFloorOverThreeSpeeds) {
  Use("{load: 0.75, warm_up: 3s, duration: 1500ms, replicas: [{count: 4, concurrency: 16}, "
      "{count: 4, speed: 2, concurrency: 16}, {count: 4, speed: 4, concurrency: 16}]}");
  const double prequal = P99(Run("prequal"));
  EXPECT_LT(prequal, 1.4 * P99(Run("omniscient")));
  EXPECT_LT(prequal, P99(Run("least_request")));
}

TEST_F(ClaimsTest, ReportsHalveTheTailOfAFleetWhereEachSidecarSeesLittle) {
  Use("{sidecars: 50, load: 0.75, work: {mean: 20ms}, warm_up: 3s, duration: 5s, out_of_band: "
      "500ms, replicas: [{count: 17, concurrency: 1}, {count: 17, speed: 2, concurrency: 1}, "
      "{count: 16, speed: 4, concurrency: 1}]}");
  EXPECT_LT(P99(Run("prequal")), 0.5 * P99(Run("least_request")));
}

TEST_F(ClaimsTest, NoPolicyFavoursAReplicaThatFailsFast) {
  Use("{load: 0.6, warm_up: 1s, duration: 4s, watch: [3], replicas: [{count: 10}], "
      "changes: [{at: 0s, replicas: [3], fail: 1}], policies: [round_robin, random, "
      "least_request, weighted_round_robin, peak_ewma, prequal, ring_hash, maglev]}");
  for (const Contender& each : scenario_.contenders)
    EXPECT_LT(Favour(each.label), 1.1) << each.label;
}

TEST_F(ClaimsTest, LoadAwarePoliciesLoseFewCallsToABlackHole) {
  Use("{load: 0.6, warm_up: 1s, duration: 4s, timeout: 1s, replicas: [{count: 10}], "
      "changes: [{at: 2s, replicas: [3], black_hole: 1}]}");
  EXPECT_GT(Run("round_robin").ErrorShare(), 0.05);
  for (const char* policy : {"least_request", "peak_ewma"}) {
    EXPECT_LT(Run(policy).ErrorShare(), 0.01) << policy;
  }
}

TEST_F(ClaimsTest, TheFinagleTableIsMatched) {
  Use("{rate: 1000, warm_up: 2s, duration: 12s, threshold: 1s, work: {distribution: lognormal, "
      "median: 167ms, sigma: 0.2}, replicas: [{count: 11, concurrency: 10000}], changes: "
      "[{at: 5s, replicas: [0], fixed: 2s}, {at: 11s, replicas: [0], fixed: 0s}]}");
  EXPECT_GT(Run("round_robin").below_threshold, 0.95);
  EXPECT_GT(Run("least_request").below_threshold, 0.99);
  // The calls that discover the trouble weigh five times as much in a run a fifth as long.
  EXPECT_GT(Run("peak_ewma").below_threshold, 0.997);
}

TEST_F(ClaimsTest, AGracefulRollingRestartFailsNoCall) {
  Use("{load: 0.5, warm_up: 0s, duration: 8s, replicas: [{count: 4, concurrency: 4}], "
      "rolling_restart: {at: 1s, each: 1500ms, grace: 500ms, down: 500ms}}");
  for (const char* policy : {"round_robin", "least_request", "peak_ewma", "prequal"}) {
    EXPECT_EQ(Run(policy).Errors(), 0u) << policy;
  }
}

}  // namespace
}  // namespace evenkeel::sim
