#include "proxy/server/limit_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>

namespace evenkeel::proxy {
namespace {

using std::chrono_literals::operator""s;
using telemetry::Event;
using telemetry::Shed;
using ::testing::AllOf;
using ::testing::HasSubstr;

class LimitWatchTest : public ::testing::Test {
 protected:
  LimitWatchTest() { Start(); }
  void Start() { watch_.emplace("users", shed_, retries_, log_); }
  // What the log says of the next second.
  std::string Look() {
    lines_.str("");
    now_ += 1s;
    watch_->Look(now_);
    return lines_.str();
  }
  void Refuse(Shed reason, int times = 1) {
    for (int i = 0; i < times; ++i) shed_->Add(reason);
  }

  const std::shared_ptr<telemetry::ShedCounters> shed_ =
      std::make_shared<telemetry::ShedCounters>();
  telemetry::RetryCounters retries_;
  std::ostringstream lines_;
  telemetry::Log log_{telemetry::LogLevel::kInfo, telemetry::LogFormat::kText, lines_};
  base::Time now_{};
  std::optional<LimitWatch> watch_;
};

TEST_F(LimitWatchTest, TellsWhenALimitIsReachedAndWhenItIsNoLonger) {
  EXPECT_EQ(Look(), "");
  Refuse(Shed::kMaxPendingCalls, 3);
  EXPECT_THAT(Look(), AllOf(HasSubstr("warning limit reached: refusing calls cluster=users"),
                            HasSubstr("limit=max_pending_calls refused=3")));
  for (int second = 0; second < 60; ++second) {
    Refuse(Shed::kMaxPendingCalls);
    EXPECT_EQ(Look(), "") << "once, however long it lasts";
  }
  for (int second = 1; second < 10; ++second) EXPECT_EQ(Look(), "") << second;
  EXPECT_THAT(Look(), AllOf(HasSubstr("info limit no longer reached"),
                            HasSubstr("limit=max_pending_calls refused=63 seconds=60")));
  EXPECT_EQ(Look(), "");
  Refuse(Shed::kMaxPendingCalls);
  EXPECT_THAT(Look(), HasSubstr("refused=1")) << "again";
}

TEST_F(LimitWatchTest, TellsLimitsAndBrakesApart) {
  Refuse(Shed::kRateLimit);
  Refuse(Shed::kMemory);
  retries_.refused[static_cast<size_t>(rpc::NoRetry::kBudget)].Add(5);
  retries_.refused[static_cast<size_t>(rpc::NoRetry::kFinal)].Add(5);
  const std::string lines = Look();
  EXPECT_THAT(lines, AllOf(HasSubstr("limit=rate_limit refused=1"),
                           HasSubstr("retries held back cluster=users brake=budget refused=5")));
  EXPECT_EQ(log_.events().count(Event::kLimitReached), 1u) << "memory has events of its own";
  EXPECT_EQ(log_.events().count(Event::kRetriesHeldBack), 1u) << "an end is no brake";
}

TEST_F(LimitWatchTest, WhatWasCountedBeforeIsNoNews) {
  Refuse(Shed::kMaxCalls, 7);
  Start();
  EXPECT_EQ(Look(), "");
}

}  // namespace
}  // namespace evenkeel::proxy
