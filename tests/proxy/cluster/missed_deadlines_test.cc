#include "proxy/cluster/missed_deadlines.h"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "health/ejection.h"
#include "lib/base/random.h"
#include "proxy/cluster/cluster.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

TEST(MissedDeadlines, AloneNobodyIsFound) {
  MissedDeadlines deadlines;
  MissedDeadlines::Record one;
  for (int i = 0; i < 10; ++i) deadlines.Met(one);
  for (int i = 0; i < 10'000; ++i) EXPECT_EQ(deadlines.Missed(one), 0u);
}

TEST(MissedDeadlines, OneAmongTwoThatAnswerIsFoundAndAllItsMissesCount) {
  MissedDeadlines deadlines;
  std::array<MissedDeadlines::Record, 3> records;
  for (int i = 0; i < 16; ++i) {
    for (auto& each : records) deadlines.Met(each);
  }
  uint32_t misses = 1;
  uint32_t held = 0;
  for (; (held = deadlines.Missed(records[0])) == 0; ++misses) ASSERT_LT(misses, 20u);
  EXPECT_EQ(misses, 7u);
  EXPECT_EQ(held, misses);
  EXPECT_EQ(deadlines.Missed(records[0]), 1u);
}

TEST(MissedDeadlines, AnswersClearIt) {
  MissedDeadlines deadlines;
  std::array<MissedDeadlines::Record, 2> records;
  for (int i = 0; i < 16; ++i) deadlines.Met(records[1]);
  for (int i = 0; i < 20; ++i) deadlines.Missed(records[0]);
  ASSERT_TRUE(records[0].is_found());
  for (int i = 0; i < 4; ++i) deadlines.Met(records[0]);
  EXPECT_FALSE(records[0].is_found());
}

TEST(MissedDeadlines, OneThatLeftIsNoOther) {
  MissedDeadlines deadlines;
  std::array<MissedDeadlines::Record, 2> records;
  for (int i = 0; i < 16; ++i) deadlines.Met(records[1]);
  deadlines.Leave(records[1]);
  deadlines.Met(records[1]);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(deadlines.Missed(records[0]), 0u);
}

// Calls of clients with deadlines, a thousand a second in virtual time, in turns to the endpoints
// of a worker's cluster; main's side of it sweeps as it does by default, every algorithm on.
class EjectedForDeadlinesTest : public ::testing::Test {
 protected:
  struct Ask {
    base::Duration deadline;
    base::Duration takes;
  };
  /// What the call to that endpoint has and takes.
  using Asks = std::function<Ask(size_t endpoint)>;

  explicit EjectedForDeadlinesTest(size_t endpoints = 10) {
    settings_.success_rate.emplace();
    settings_.failure_percentage.emplace();
    settings_.consecutive_failures.emplace();
    for (size_t i = 0; i < endpoints; ++i) {
      members_.push_back(base::MakeLocal<Cluster::Member>());
      members_.back()->outcomes = std::make_shared<health::OutcomeCounters>(0);
      endpoints_.push_back(std::make_shared<balancer::Endpoint>("a:" + std::to_string(i)));
    }
  }

  /// How often each endpoint was ejected for the ends of `calls`.
  std::vector<int> Ejections(int calls, const Asks& asks) {
    std::vector<health::Ejection::Member> watched;
    for (size_t i = 0; i < members_.size(); ++i) {
      watched.push_back({endpoints_[i], members_[i]->outcomes});
    }
    base::Time now{};
    health::Ejection ejection(
        settings_, watched, random_, [](const auto&) { return true; }, now);
    std::vector<int> ejected(members_.size());
    const auto count = [&](const health::Ejection::Event& event) {
      if (event.kind != health::Ejection::Event::Kind::kEjected) return;
      for (size_t i = 0; i < endpoints_.size(); ++i) ejected[i] += endpoints_[i] == event.endpoint;
    };
    size_t turn = 0;
    for (int i = 0; i < calls; ++i, now += 1ms) {
      if (i > 0 && i % 10'000 == 0) {
        for (const auto& each : ejection.Sweep(now)) count(each);
      }
      do turn = (turn + 1) % members_.size();
      while (ejection.EjectedUntil(*endpoints_[turn]));
      End(*members_[turn], asks(turn));
      if (members_[turn]->outcomes->run() < kRun) continue;
      if (const auto event = ejection.OnConsecutiveFailures(*endpoints_[turn], now)) count(*event);
    }
    return ejected;
  }

  void End(Cluster::Member& member, const Ask& ask) {
    const bool late = ask.takes > ask.deadline;
    const base::Duration duration = std::min(ask.takes, ask.deadline);
    cluster_.Learn(member,
                   {.status = late ? rpc::StatusCode::kDeadlineExceeded : rpc::StatusCode::kOk,
                    .origin = late ? rpc::Origin::kProxy : rpc::Origin::kEndpoint,
                    .duration = duration,
                    .cause = late ? rpc::Cause::kDeadline : rpc::Cause::kAnswered,
                    .latency = duration},
                   telemetry::MethodId{3}, ask.deadline);
  }

  base::Duration Between(base::Duration from, base::Duration to) {
    return from + base::Duration(static_cast<int64_t>(random_.Between(0, 1) *
                                                      static_cast<double>((to - from).count())));
  }
  bool Chance(double share) { return random_.Between(0, 1) < share; }
  std::vector<int> Nobody() const { return std::vector<int>(members_.size()); }
  void ExpectOnly(size_t endpoint, const std::vector<int>& ejected) {
    for (size_t i = 0; i < ejected.size(); ++i) EXPECT_EQ(ejected[i] > 0, i == endpoint) << i;
  }

  static constexpr uint32_t kRun = 5;
  static constexpr int kCalls = 300'000;
  base::Random random_{14};
  config::OutlierDetection settings_;
  std::vector<base::LocalPtr<Cluster::Member>> members_;
  std::vector<balancer::EndpointPtr> endpoints_;
  Cluster cluster_{{.name = "users", .hash = {}, .failures = rpc::DefaultFailures(), .reports = {}},
                   {},
                   {.on_connection = [](const auto&, int, std::string) {},
                    .on_probe = {},
                    .on_consecutive_failures = [](const auto&) {}},
                   {},
                   random_};
};

class ThreeEjectedForDeadlinesTest : public EjectedForDeadlinesTest {
 protected:
  ThreeEjectedForDeadlinesTest() : EjectedForDeadlinesTest(3) {}
};

TEST_F(EjectedForDeadlinesTest, ThreeMillisecondsInNineOfTenCallsOfUpToThirty) {
  EXPECT_EQ(Ejections(kCalls,
                      [this](size_t) {
                        return Ask{Chance(0.9) ? 3ms : 1s, Between(0ms, 30ms)};
                      }),
            Nobody());
}

TEST_F(ThreeEjectedForDeadlinesTest, ThreeMillisecondsInNineOfTenCallsOfUpToThirty) {
  EXPECT_EQ(Ejections(kCalls,
                      [this](size_t) {
                        return Ask{Chance(0.9) ? 3ms : 1s, Between(0ms, 30ms)};
                      }),
            Nobody());
}

TEST_F(EjectedForDeadlinesTest, ThreeMillisecondsInAllCallsOfUpToThirty) {
  EXPECT_EQ(Ejections(kCalls, [this](size_t) { return Ask{3ms, Between(0ms, 30ms)}; }), Nobody());
}

TEST_F(EjectedForDeadlinesTest, DeadlinesOfEveryLengthUpToTheLongestCall) {
  for (const base::Duration deadline : {1ms, 5ms, 10ms, 20ms, 25ms, 29ms}) {
    EXPECT_EQ(Ejections(kCalls / 5,
                        [&](size_t) {
                          return Ask{deadline, Between(0ms, 30ms)};
                        }),
              Nobody())
        << deadline.count();
  }
}

TEST_F(EjectedForDeadlinesTest, TwentyMillisecondsOnLongCalls) {
  EXPECT_EQ(Ejections(kCalls,
                      [this](size_t) {
                        return Ask{Chance(0.5) ? 20ms : 10s, Between(400ms, 600ms)};
                      }),
            Nobody());
}

TEST_F(EjectedForDeadlinesTest, OneClientsDeadlinesOnReplicasOfWhichOneIsQuick) {
  EXPECT_EQ(
      Ejections(kCalls,
                [this](size_t endpoint) {
                  return Ask{Chance(0.9) ? 3ms : 1s, endpoint == 0 ? 1ms : Between(10ms, 30ms)};
                }),
      Nobody());
}

TEST_F(EjectedForDeadlinesTest, CallsThatAreMostlyQuickAndSometimesLong) {
  for (const double share : {0.01, 0.05, 0.2, 0.5}) {
    EXPECT_EQ(
        Ejections(kCalls / 4,
                  [&](size_t) {
                    return Ask{20ms, Chance(share) ? Between(80ms, 120ms) : Between(0ms, 2ms)};
                  }),
        Nobody())
        << share;
  }
}

TEST_F(EjectedForDeadlinesTest, AllAreSlowFromAMomentOn) {
  for (const base::Duration takes : {2ms, 500ms, 2ms, 500ms}) {
    EXPECT_EQ(Ejections(kCalls / 10, [&](size_t) { return Ask{20ms, takes}; }), Nobody());
  }
}

TEST_F(ThreeEjectedForDeadlinesTest, AllAreSlowFromAMomentOn) {
  for (const base::Duration takes : {2ms, 500ms, 2ms, 500ms}) {
    EXPECT_EQ(Ejections(kCalls / 10, [&](size_t) { return Ask{20ms, takes}; }), Nobody());
  }
}

TEST_F(ThreeEjectedForDeadlinesTest, DeadlinesOfAllLengthsAtOnce) {
  EXPECT_EQ(Ejections(kCalls,
                      [this](size_t) {
                        return Ask{Between(1ms, 40ms), Between(0ms, 30ms)};
                      }),
            Nobody());
}

TEST_F(EjectedForDeadlinesTest, OneThatHangsAmongOthersThatAnswer) {
  ExpectOnly(2, Ejections(2'000, [this](size_t endpoint) {
               return Ask{1s, endpoint == 2 ? 1h : Between(0ms, 30ms)};
             }));
}

TEST_F(ThreeEjectedForDeadlinesTest, OneThatHangsAmongOthersThatAnswer) {
  ExpectOnly(2, Ejections(100, [this](size_t endpoint) {
               return Ask{1s, endpoint == 2 ? 1h : Between(0ms, 30ms)};
             }));
}

TEST_F(EjectedForDeadlinesTest, OneThatHangsWhereTheSameDeadlinesAreMostlyTooShort) {
  ExpectOnly(2, Ejections(20'000, [this](size_t endpoint) {
               return Ask{3ms, endpoint == 2 ? 1h : Between(0ms, 30ms)};
             }));
}

TEST_F(ThreeEjectedForDeadlinesTest, OneThatHangsWhereNineOfTenDeadlinesAreTooShort) {
  ExpectOnly(2, Ejections(2'000, [this](size_t endpoint) {
               return Ask{Chance(0.9) ? 3ms : 1s, endpoint == 2 ? 1h : Between(0ms, 30ms)};
             }));
}

TEST_F(ThreeEjectedForDeadlinesTest, TwoThatHang) {
  settings_.max_ejection_percent = 100;
  const std::vector<int> ejected = Ejections(1'000, [this](size_t endpoint) {
    return Ask{1s, endpoint > 0 ? 1h : Between(0ms, 30ms)};
  });
  EXPECT_EQ(ejected[0], 0);
  EXPECT_GT(ejected[1], 0);
  EXPECT_GT(ejected[2], 0);
}

TEST_F(ThreeEjectedForDeadlinesTest, OneThatHangsInHalfOfItsCalls) {
  ExpectOnly(2, Ejections(2'000, [this](size_t endpoint) {
               return Ask{1s, endpoint == 2 && Chance(0.5) ? 1h : Between(0ms, 30ms)};
             }));
}

}  // namespace
}  // namespace evenkeel::proxy
