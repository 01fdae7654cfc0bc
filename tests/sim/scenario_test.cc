#include "sim/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/report.h"
#include "sim/simulation.h"

namespace evenkeel::sim {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& yaml) {
  const auto scenario = ParseScenario(yaml, "x.yaml");
  return scenario ? "" : scenario.error();
}

TEST(ScenarioTest, LoadIsAShareOfTheCapacity) {
  const auto scenario = ParseScenario(
      "{load: 0.5, work: {mean: 10ms}, replicas: [{count: 2, speed: 3, concurrency: 4}]}", "x");
  ASSERT_TRUE(scenario.has_value());
  EXPECT_DOUBLE_EQ(scenario->rate, 0.5 * 2 * 3 * 4 * 100);
}

TEST(ScenarioTest, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(ErrorOf("load: 0.5\nreplicas: [{count: 1}]\nlaod: 1"),
            "x.yaml:3: unknown key \"laod\"");
  EXPECT_THAT(ErrorOf("load: 0.5\nreplicas: []"), HasSubstr("at least one group"));
  EXPECT_THAT(ErrorOf("replicas: [{count: 1}]"), HasSubstr("load or rate"));
  EXPECT_THAT(ErrorOf("load: 1\nduration: 5\nreplicas: [{count: 1}]"), HasSubstr("x.yaml:2"));
  EXPECT_THAT(ErrorOf("load: 1\nreplicas: [{count: 1}]\npolicies: [best]"),
              HasSubstr("unknown policy \"best\""));
  EXPECT_THAT(ErrorOf("load: 1\nreplicas: [{count: 1}]\nwatch: [1]"), HasSubstr("no replica 1"));
}

TEST(ReportTest, AllFormsHoldTheNumbers) {
  auto scenario = ParseScenario(
      "{about: small, load: 0.5, warm_up: 1s, duration: 2s, replicas: [{count: 2}], "
      "policies: [round_robin, omniscient]}",
      "small");
  ASSERT_TRUE(scenario.has_value());
  ScenarioResults results{*scenario, {}};
  for (const Contender& each : results.scenario.contenders) {
    results.results.push_back(Simulation(results.scenario, each, 1).Run());
  }
  std::ostringstream table, json, html;
  WriteTable(table, results);
  WriteJson(json, {results}, 1, "evenkeel-sim small.yaml");
  WriteHtml(html, {results}, 1, "evenkeel-sim small.yaml");
  EXPECT_THAT(table.str(), HasSubstr("round_robin"));
  EXPECT_THAT(json.str(), HasSubstr("\"p99.9\""));
  EXPECT_THAT(html.str(), HasSubstr("<svg"));
  EXPECT_EQ(html.str().find("http"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::sim
