#include "health/cluster_health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "balancer/round_robin.h"

namespace evenkeel::health {
namespace {

using rpc::StatusCode;
using rpc::Verdict;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClusterHealthTest : public ::testing::Test {
 protected:
  ClusterHealthTest() { config_.name = "users"; }

  void Start(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      endpoints_.push_back(std::make_shared<balancer::Endpoint>("e" + std::to_string(i)));
    }
    set_.emplace([] { return std::make_unique<balancer::RoundRobin>(0); }, endpoints_,
                 config_.balancing, clock_);
    health_.emplace(config_, *set_, clock_, random_, metrics_, log_);
  }
  void StartReady(size_t count) {
    Start(count);
    for (size_t i = 0; i < count; ++i) {
      Connect(i);
      Say(i, Health::kServing, ProbeResult::kServing);
    }
  }

  /// Makes the set and what is known of it those of endpoints_ and config_.
  void Update() {
    set_->Update(endpoints_);
    health_->Update(config_);
  }

  bool Connect(size_t i) { return health_->OnConnection(*endpoints_[i], +1, "connected"); }
  bool Lose(size_t i) { return health_->OnConnection(*endpoints_[i], -1, "closed by peer"); }
  bool Say(size_t i, Health health, std::optional<ProbeResult> result) {
    return health_->OnProbe(*endpoints_[i], {health, result, "said so"});
  }
  void FailFive(size_t i) {
    for (int n = 0; n < 5; ++n) {
      if (health_->OutcomesOf(*endpoints_[i])
              ->Record(Verdict::kFailure, StatusCode::kInternal, 1ms)) {
        health_->OnConsecutiveFailures(*endpoints_[i]);
      }
    }
  }
  EndpointFacts Facts(size_t i) const { return health_->FactsOf(*endpoints_[i]); }
  std::string_view State(size_t i) const { return Facts(i).state; }
  bool IsPicked(size_t i) {
    for (int n = 0; n < 20; ++n) {
      if (set_->picker()->Pick({"/s/m", clock_.Now(), {}}, random_) == endpoints_[i]) return true;
    }
    return false;
  }

  config::Cluster config_;
  base::ManualClock clock_;
  base::Random random_{1};
  telemetry::HealthMetrics metrics_;
  std::ostringstream lines_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, lines_};
  std::vector<balancer::EndpointPtr> endpoints_;
  std::optional<balancer::EndpointSet> set_;
  std::optional<ClusterHealth> health_;
};

TEST_F(ClusterHealthTest, NobodyIsPickedBeforeItsFirstGoodAnswerNotEvenInPanic) {
  Start(1);
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, true);
  Say(0, Health::kAsked, std::nullopt);
  Connect(0);
  EXPECT_EQ(State(0), "not_serving");
  EXPECT_FALSE(IsPicked(0));
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, true) << "its answer is awaited";
  EXPECT_TRUE(Say(0, Health::kServing, ProbeResult::kServing));
  EXPECT_EQ(State(0), "ready");
  EXPECT_TRUE(IsPicked(0));
}

TEST_F(ClusterHealthTest, WithoutHealthChecksAConnectionIsEnough) {
  config_.health_check.reset();
  Start(1);
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, true);
  Connect(0);
  EXPECT_TRUE(IsPicked(0));
}

TEST_F(ClusterHealthTest, ThereIsNoHopeInAnEndpointThatCannotBeReached) {
  Start(1);
  EXPECT_TRUE(health_->OnConnection(*endpoints_[0], 0, "connection refused"));
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, false);
  EXPECT_EQ(Facts(0).why, "connection refused");
}

TEST_F(ClusterHealthTest, HopeOutlivesTheConnectionOfAWorkerThatDoesNotAsk) {
  Start(1);
  Connect(0);
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, true);
}

TEST_F(ClusterHealthTest, ThereIsNoHopeInOneThatCannotBeAskedAnyMore) {
  StartReady(1);
  Connect(0);  // of another worker, and idle
  Say(0, Health::kUnknown, std::nullopt);
  Lose(0);
  EXPECT_EQ(State(0), "not_serving");
  EXPECT_EQ(health_->GetAvailability().expects_endpoint, false);
}

TEST_F(ClusterHealthTest, WhoLosesItsLastConnectionIsOut) {
  StartReady(2);
  Connect(0);  // of another worker
  EXPECT_FALSE(Lose(0));
  EXPECT_TRUE(IsPicked(0));
  EXPECT_TRUE(Lose(0));
  EXPECT_FALSE(IsPicked(0));
  EXPECT_EQ(State(0), "not_connected");
  EXPECT_EQ(Facts(0).why, "closed by peer");
}

TEST_F(ClusterHealthTest, WhoSaysNotServingIsOutAtOnce) {
  StartReady(3);
  EXPECT_TRUE(Say(0, Health::kNotServing, ProbeResult::kNotServing));
  EXPECT_FALSE(IsPicked(0));
}

TEST_F(ClusterHealthTest, ConsecutiveFailuresEjectAndTheSweepReturns) {
  StartReady(3);
  FailFive(0);
  EXPECT_EQ(State(0), "ejected");
  EXPECT_FALSE(IsPicked(0));
  EXPECT_THAT(Facts(0).why, HasSubstr("5 failures in a row"));
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint ejected"));
  clock_.Advance(1min);
  EXPECT_TRUE(health_->Sweep());
  EXPECT_EQ(State(0), "ready");
}

TEST_F(ClusterHealthTest, AGoodAnswerAfterABadOneEndsAnEjection) {
  StartReady(3);
  FailFive(0);
  Say(0, Health::kServing, ProbeResult::kServing);
  EXPECT_EQ(State(0), "ejected") << "it said so all the time";
  Say(0, Health::kNotServing, ProbeResult::kNotServing);
  Say(0, Health::kServing, ProbeResult::kServing);
  EXPECT_EQ(State(0), "ready");
}

TEST_F(ClusterHealthTest, ComesBackThroughSlowStart) {
  config_.balancing.slow_start.window = 10s;
  StartReady(3);
  clock_.Advance(1min);
  FailFive(0);
  clock_.Advance(1min);
  health_->Sweep();
  EXPECT_EQ(endpoints_[0]->warming_since(), clock_.Now());
}

TEST_F(ClusterHealthTest, TheSummaryCountsEndpointsByState) {
  config_.outlier_detection->max_ejection_percent = 100;
  StartReady(4);
  FailFive(0);
  Say(1, Health::kNotServing, ProbeResult::kNotServing);
  Lose(2);
  EXPECT_EQ(health_->GetAvailability().summary,
            "4 endpoints: 1 eligible, 1 not connected, 1 not serving, 1 ejected");
}

TEST_F(ClusterHealthTest, HoldsUpReadinessUntilTheGraceIsOver) {
  Start(1);
  EXPECT_THAT(health_->WhyNotReady().value_or(""), HasSubstr("1 endpoint: 1 not connected"));
  clock_.Advance(10s);
  EXPECT_FALSE(health_->WhyNotReady());
}

TEST_F(ClusterHealthTest, HoldsUpReadinessAgainWhenAllHaveGone) {
  StartReady(1);
  clock_.Advance(1h);
  EXPECT_FALSE(health_->WhyNotReady());
  Lose(0);
  EXPECT_TRUE(health_->WhyNotReady());
}

TEST_F(ClusterHealthTest, EndpointsThatStayKeepTheirHealthAndEjection) {
  StartReady(4);
  FailFive(0);
  Say(1, Health::kNotServing, ProbeResult::kNotServing);
  endpoints_.erase(endpoints_.begin() + 2);
  endpoints_.push_back(std::make_shared<balancer::Endpoint>("new"));
  Update();
  EXPECT_EQ(State(0), "ejected");
  EXPECT_EQ(State(1), "not_serving");
  EXPECT_EQ(State(2), "ready");
  EXPECT_EQ(State(3), "not_connected");
  clock_.Advance(1min);
  EXPECT_TRUE(health_->Sweep());
  EXPECT_EQ(State(0), "ready");
}

TEST_F(ClusterHealthTest, WhatIsSaidOfAnEndpointThatHasGoneIsNoNews) {
  StartReady(2);
  const balancer::EndpointPtr gone = endpoints_[0];
  endpoints_.erase(endpoints_.begin());
  Update();
  EXPECT_FALSE(health_->OnConnection(*gone, -1, "closed"));
  EXPECT_FALSE(health_->OnProbe(*gone, {Health::kNotServing, std::nullopt, ""}));
  EXPECT_FALSE(health_->OnConsecutiveFailures(*gone));
}

TEST_F(ClusterHealthTest, AnEndpointThatComesLaterIsNotPickedBeforeItsFirstGoodAnswer) {
  StartReady(1);
  endpoints_.push_back(std::make_shared<balancer::Endpoint>("new"));
  Update();
  Connect(1);
  EXPECT_FALSE(IsPicked(1));
  Say(1, Health::kServing, ProbeResult::kServing);
  EXPECT_TRUE(IsPicked(1));
}

TEST_F(ClusterHealthTest, AnAnswerHoldsWhileACheckWithOtherSettingsBegins) {
  StartReady(1);
  config_.health_check->interval = 9s;
  Update();
  EXPECT_FALSE(Say(0, Health::kAsked, std::nullopt));
  EXPECT_EQ(State(0), "ready");
  Say(0, Health::kNotServing, ProbeResult::kNotServing);
  EXPECT_EQ(State(0), "not_serving");
}

TEST_F(ClusterHealthTest, WhoIsNewlyAskedServesUntilItSaysOtherwise) {
  config_.health_check.reset();
  Start(1);
  Connect(0);
  config_.health_check.emplace();
  Update();
  EXPECT_EQ(State(0), "ready");
}

TEST_F(ClusterHealthTest, WhoIsNoLongerAskedServes) {
  StartReady(1);
  Say(0, Health::kNotServing, ProbeResult::kNotServing);
  config_.health_check.reset();
  Update();
  EXPECT_EQ(State(0), "ready");
}

TEST_F(ClusterHealthTest, OutlierDetectionThatIsSwitchedOffEndsEjections) {
  StartReady(3);
  FailFive(0);
  config_.outlier_detection.reset();
  Update();
  EXPECT_EQ(State(0), "ready");
  EXPECT_FALSE(health_->sweep_interval());
  EXPECT_EQ(health_->OutcomesOf(*endpoints_[0]), nullptr);
  config_.outlier_detection.emplace();
  Update();
  FailFive(0);
  EXPECT_EQ(State(0), "ejected");
}

TEST_F(ClusterHealthTest, AnotherThresholdAppliesToTheCountersThatWorkersHold) {
  StartReady(3);
  const auto counters = health_->OutcomesOf(*endpoints_[0]);
  config_.outlier_detection->consecutive_failures->threshold = 2;
  Update();
  EXPECT_EQ(health_->OutcomesOf(*endpoints_[0]), counters);
  counters->Record(Verdict::kFailure, StatusCode::kInternal, 1ms);
  EXPECT_TRUE(counters->Record(Verdict::kFailure, StatusCode::kInternal, 1ms));
}

TEST_F(ClusterHealthTest, SaysOnceThatThereIsNoHealthService) {
  StartReady(2);
  for (size_t i : {0, 1, 0}) Say(i, Health::kServing, ProbeResult::kUnimplemented);
  const std::string text = lines_.str();
  const size_t first = text.find("health service missing");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("health service missing", first + 1), std::string::npos);
}

TEST_F(ClusterHealthTest, AnEndpointThatNeverCameUpIsLoggedOnce) {
  Start(1);
  health_->OnConnection(*endpoints_[0], 0, "Connection refused");
  health_->OnConnection(*endpoints_[0], 0, "Connection refused");
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint has not come up"));
  EXPECT_THAT(lines_.str(), HasSubstr("Connection refused"));
  EXPECT_EQ(lines_.str().find("not come up"), lines_.str().rfind("not come up"));
}

TEST_F(ClusterHealthTest, AnotherReasonForAnEndpointToBeDownIsLogged) {
  StartReady(1);
  Lose(0);
  const auto fail = [&](const std::string& reason) {
    lines_.str("");
    health_->OnConnection(*endpoints_[0], 0, reason);
    return lines_.str();
  };
  EXPECT_THAT(fail("the peer speaks TLS"), HasSubstr("endpoint still down"));
  EXPECT_EQ(Facts(0).why, "the peer speaks TLS");
  EXPECT_EQ(fail("the peer speaks TLS"), "");
  EXPECT_THAT(fail("Connection refused"), HasSubstr("Connection refused"));
  EXPECT_THAT(fail("timed out"), HasSubstr("timed out"));
  EXPECT_EQ(fail("Connection refused"), "") << "not with each try";
  clock_.Advance(1min);
  EXPECT_THAT(fail("timed out"), HasSubstr("timed out"));
}

TEST_F(ClusterHealthTest, AnEndpointThatStaysDownIsRememberedLessAndLessOften) {
  Start(1);
  health_->OnConnection(*endpoints_[0], 0, "Connection refused");
  std::vector<int> minutes;
  for (int minute = 0; minute < 300; ++minute) {
    lines_.str("");
    health_->Remind();
    if (!lines_.str().empty()) minutes.push_back(minute);
    clock_.Advance(1min);
  }
  EXPECT_THAT(minutes, ElementsAre(1, 3, 7, 15, 31, 63, 123, 183, 243));
  EXPECT_EQ(log_.events().count(telemetry::Event::kEndpointStillDown), minutes.size());
  EXPECT_THAT(log_.events().Recent().back(), AllOf(HasSubstr("\"reason\":\"Connection refused\""),
                                                   HasSubstr("\"seconds\":14580")));
}

TEST_F(ClusterHealthTest, NobodyIsRemindedOfAnEndpointThatIsUpAgain) {
  StartReady(2);
  Lose(0);
  Lose(1);
  Connect(0);
  clock_.Advance(1min);
  lines_.str("");
  health_->Remind();
  EXPECT_EQ(log_.events().count(telemetry::Event::kEndpointStillDown), 1u);
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint still down"));
  health_->StopLogging();
  clock_.Advance(1h);
  lines_.str("");
  health_->Remind();
  EXPECT_EQ(lines_.str(), "") << "the process ends";
}

TEST_F(ClusterHealthTest, AnEndpointThatReturnsIsToldApartFromOneThatComesUp) {
  StartReady(3);
  FailFive(0);
  lines_.str("");
  clock_.Advance(1min);
  health_->Sweep();
  EXPECT_EQ(State(0), "ready");
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint returned"));
}

TEST_F(ClusterHealthTest, LevelDebugTellsOfEachConnectionAndAnswer) {
  log_.levels().Set(telemetry::LogLevel::kDebug);
  StartReady(1);
  EXPECT_THAT(lines_.str(), HasSubstr("connections of an endpoint"));
  EXPECT_THAT(lines_.str(), HasSubstr("health check answered"));
}

TEST_F(ClusterHealthTest, AnEndpointThatSaysNotServingFromTheStartIsLogged) {
  Start(1);
  Connect(0);
  Say(0, Health::kNotServing, ProbeResult::kNotServing);
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint has not come up"));
}

TEST_F(ClusterHealthTest, AnEndpointThatIsLostWhileNotServingIsLogged) {
  StartReady(1);
  Say(0, Health::kNotServing, ProbeResult::kNotServing);
  lines_.str("");
  Lose(0);
  EXPECT_THAT(lines_.str(), HasSubstr("endpoint down"));
}

TEST_F(ClusterHealthTest, DeniedHealthChecksAreLoggedOnceAndShownAtTheEndpoint) {
  Start(2);
  for (size_t i = 0; i < 2; ++i) {
    Connect(i);
    health_->OnProbe(*endpoints_[i], {Health::kServing, ProbeResult::kDenied, "UNAUTHENTICATED"});
    EXPECT_EQ(State(i), "ready");
    EXPECT_THAT(Facts(i).why, HasSubstr("UNAUTHENTICATED"));
  }
  EXPECT_THAT(lines_.str(), HasSubstr("health check denied"));
  EXPECT_EQ(lines_.str().find("check denied"), lines_.str().rfind("check denied"));
}

}  // namespace
}  // namespace evenkeel::health
