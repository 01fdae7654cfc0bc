#include "proxy/cluster/ordinary_durations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using telemetry::MethodId;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Gt;

constexpr MethodId kGet{1};
constexpr MethodId kList{7};

class OrdinaryDurationsTest : public ::testing::Test {
 protected:
  void Answered(MethodId method, base::Duration duration, int times) {
    for (int i = 0; i < times; ++i) durations_.Answered(share_, method, duration);
  }

  bool IsTooShort(MethodId method, base::Duration duration,
                  rpc::Cause cause = rpc::Cause::kDeadline) const {
    return durations_.IsTooShort(
        share_, method, {rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, duration, cause});
  }

  OrdinaryDurations durations_;
  OrdinaryDurations::Share share_;
};

TEST_F(OrdinaryDurationsTest, AMethodOfWhichNoCallWasAnsweredHasNone) {
  Answered(kList, 1ms, 1);
  EXPECT_TRUE(IsTooShort(kGet, 1h));
  EXPECT_TRUE(IsTooShort(MethodId{1000}, 1h));
}

TEST_F(OrdinaryDurationsTest, MethodsThatAreNotSettledShareNone) {
  Answered(telemetry::kUnsettledMethod, 1ms, 5);
  EXPECT_TRUE(IsTooShort(telemetry::kUnsettledMethod, 1h));
}

TEST_F(OrdinaryDurationsTest, WhereTheEndpointHadNoRoomTheDeadlineSaysSomethingUntilMoreIsKnown) {
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kNoRoom));
  Answered(kGet, 1s, 1);
  EXPECT_TRUE(IsTooShort(kGet, 50ms, rpc::Cause::kNoRoom));
}

TEST_F(OrdinaryDurationsTest, OnlyDeadlinesAreTooShort) {
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kReset));
  EXPECT_FALSE(IsTooShort(kGet, 50ms, rpc::Cause::kTryTimeout));
}

TEST_F(OrdinaryDurationsTest, AFewAnswersAreEnough) {
  Answered(kGet, 10ms, 10);
  EXPECT_TRUE(IsTooShort(kGet, 1h));
  Answered(kGet, 10ms, 6);
  EXPECT_FALSE(IsTooShort(kGet, 13ms));
  EXPECT_TRUE(IsTooShort(kGet, 9ms));
}

TEST_F(OrdinaryDurationsTest, EachMethodHasItsOwn) {
  Answered(kGet, 1ms, 20);
  Answered(kList, 1s, 20);
  EXPECT_FALSE(IsTooShort(kGet, 20ms));
  EXPECT_TRUE(IsTooShort(kList, 20ms));
}

TEST_F(OrdinaryDurationsTest, WhereDurationsVaryMoreTimeIsOrdinary) {
  for (int i = 0; i < 50; ++i) Answered(kGet, i % 2 == 0 ? 10ms : 90ms, 1);
  EXPECT_TRUE(IsTooShort(kGet, 60ms));
  EXPECT_FALSE(IsTooShort(kGet, 200ms));
}

TEST_F(OrdinaryDurationsTest, WhatWasOrdinaryIsForgotten) {
  Answered(kGet, 1s, 50);
  Answered(kGet, 1ms, 1000);
  EXPECT_FALSE(IsTooShort(kGet, 20ms));
}

TEST_F(OrdinaryDurationsTest, AnEndpointIsMeasuredByTheOthers) {
  OrdinaryDurations::Share slow;
  for (int i = 0; i < 40; ++i) {
    Answered(kGet, 5ms, 1);
    durations_.CutOff(slow, kGet, 100ms);
    durations_.Answered(slow, kGet, 50ms);
  }
  const rpc::AttemptOutcome deadline{rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, 100ms,
                                     rpc::Cause::kDeadline};
  EXPECT_FALSE(durations_.IsTooShort(slow, kGet, deadline));
  EXPECT_TRUE(IsTooShort(kGet, 49ms));  // a third of all calls, for all that is known, take longer
}

// Endpoints whose calls take as long as `draw` says, until a deadline; who would be ejected for
// five deadlines in a row.
class DeadlinesTest : public ::testing::Test {
 protected:
  using Draw = std::function<double(size_t endpoint)>;  // milliseconds

  /// How often five deadlines in a row were held against each of `endpoints`.
  std::vector<int> Ejections(size_t endpoints, const Draw& draw, const Draw& deadline) {
    constexpr int kCalls = 20'000;
    OrdinaryDurations durations;
    std::vector<OrdinaryDurations::Share> shares(endpoints);
    std::vector<int> run(endpoints), ejections(endpoints);
    for (int i = 0; i < kCalls; ++i) {
      const size_t at = i % endpoints;
      const double takes = draw(at), until = deadline(at);
      const auto ended = base::Duration(static_cast<int64_t>(std::min(takes, until) * 1e6));
      if (takes < until) {
        durations.Answered(shares[at], kGet, ended);
        run[at] = 0;
        continue;
      }
      const bool held = !durations.IsTooShort(
          shares[at], kGet,
          {rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, ended, rpc::Cause::kDeadline});
      durations.CutOff(shares[at], kGet, ended);
      if (held && ++run[at] % 5 == 0) ++ejections[at];
    }
    return ejections;
  }
  double Uniform(double least, double most) {
    return std::uniform_real_distribution(least, most)(random_);
  }

  std::mt19937 random_{7};
};

TEST_F(DeadlinesTest, ShortOnesAreHeldAgainstNoHealthyEndpoint) {
  const Draw up_to_30 = [&](size_t) { return Uniform(0, 30); };
  EXPECT_THAT(Ejections(3, up_to_30, [](size_t) { return 3; }), Each(0));
  EXPECT_THAT(Ejections(3, up_to_30, [&](size_t) { return Uniform(0, 10) < 9 ? 3 : 10'000; }),
              Each(0));
  EXPECT_THAT(Ejections(3, up_to_30, [&](size_t) { return Uniform(1, 40); }), Each(0));
  EXPECT_THAT(Ejections(1, up_to_30, [](size_t) { return 20; }), Each(0));
}

TEST_F(DeadlinesTest, BetweenQuickAndLongCallsOfAMethodTheySayNothing) {
  const Draw either = [&](size_t) { return Uniform(0, 1) < 0.5 ? 1 : 500; };
  EXPECT_THAT(Ejections(3, either, [](size_t) { return 20; }), Each(0));
  const Draw long_ones = [&](size_t) { return Uniform(400, 600); };
  EXPECT_THAT(Ejections(3, long_ones, [&](size_t) { return Uniform(0, 10) < 9 ? 20 : 10'000; }),
              Each(0));
}

TEST_F(DeadlinesTest, AnEndpointThatHangsIsFoundByThem) {
  const Draw last_hangs = [&](size_t at) { return at == 2 ? 1e6 : Uniform(0, 30); };
  EXPECT_THAT(Ejections(3, last_hangs, [](size_t) { return 100; }), ElementsAre(0, 0, Gt(1'000)));
  const Draw two_hang = [&](size_t at) { return at > 0 ? 1e6 : Uniform(0, 30); };
  EXPECT_THAT(Ejections(3, two_hang, [](size_t) { return 100; }),
              ElementsAre(0, Gt(1'000), Gt(1'000)));
}

TEST_F(DeadlinesTest, AnEndpointOnWhichHalfTheCallsHangIsFoundByThem) {
  const Draw half = [&](size_t at) {
    return at == 2 && Uniform(0, 1) < 0.5 ? 1e6 : Uniform(0, 30);
  };
  EXPECT_THAT(Ejections(3, half, [](size_t) { return 100; }), ElementsAre(0, 0, Gt(10)));
}

}  // namespace
}  // namespace evenkeel::proxy
