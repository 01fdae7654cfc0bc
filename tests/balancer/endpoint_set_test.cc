#include "balancer/endpoint_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;
using Health = EndpointSet::Health;

class EndpointSetTest : public testing::Test {
 protected:
  void Make(size_t endpoints, EndpointSetSettings settings = {},
            const char* policy = "round_robin") {
    MakeOf(MakeEndpoints(endpoints), std::move(settings), policy);
  }
  void MakeOf(std::vector<EndpointPtr> endpoints, EndpointSetSettings settings = {},
              const char* policy = "round_robin") {
    set_.emplace([this, policy] { return MakePolicy(*DefaultPolicySettings(policy), random_); },
                 std::move(endpoints), std::move(settings), clock_);
  }
  void ConnectAll() {
    for (const EndpointPtr& each : set_->endpoints()) set_->ConnectionsChanged(*each, +1);
  }
  Endpoint& At(size_t number) { return *set_->endpoints()[number]; }
  CallFacts Call() const { return {.path = "/a.B/C", .now = clock_.Now(), .avoid = {}}; }

  std::vector<size_t> Count(size_t picks) {
    std::vector<size_t> counts(set_->endpoints().size());
    for (size_t i = 0; i < picks; ++i) {
      const EndpointPtr picked = set_->picker()->Pick(Call(), random_);
      const auto found = std::ranges::find(set_->endpoints(), picked);
      if (found != set_->endpoints().end()) ++counts[found - set_->endpoints().begin()];
    }
    return counts;
  }

  base::ManualClock clock_;
  base::Random random_{1};
  std::optional<EndpointSet> set_;
};

TEST_F(EndpointSetTest, AnEndpointIsEligibleWhileItHasAConnection) {
  Make(2);
  EXPECT_EQ(set_->picker()->Pick(Call(), random_), nullptr);
  EXPECT_TRUE(set_->ConnectionsChanged(At(1), +1));
  EXPECT_FALSE(set_->ConnectionsChanged(At(1), +1));
  EXPECT_EQ(Count(10), (std::vector<size_t>{0, 10}));
  EXPECT_FALSE(set_->ConnectionsChanged(At(1), -1));
  EXPECT_TRUE(set_->ConnectionsChanged(At(1), -1));
  EXPECT_EQ(set_->EligibilityOf(At(1)), Eligibility::kNotConnected);
}

TEST_F(EndpointSetTest, EachVerdictTakesAnEndpointOutAndBackIn) {
  Make(5);
  ConnectAll();
  const auto expect_out = [&](Eligibility why) {
    EXPECT_EQ(set_->EligibilityOf(At(0)), why);
    EXPECT_EQ(Count(100)[0], 0u);
  };
  EXPECT_TRUE(set_->SetHealth(At(0), Health::kNotServing));
  EXPECT_FALSE(set_->SetHealth(At(0), Health::kNotServing));
  expect_out(Eligibility::kNotServing);
  EXPECT_FALSE(set_->Eject(At(0)));  // out already
  EXPECT_FALSE(set_->SetHealth(At(0), Health::kServing));
  expect_out(Eligibility::kEjected);
  EXPECT_TRUE(set_->Return(At(0)));
  EXPECT_EQ(Count(100)[0], 20u);
  EXPECT_TRUE(set_->Drain(At(0)));
  expect_out(Eligibility::kDraining);
  EXPECT_TRUE(set_->Undrain(At(0)));
  EXPECT_EQ(set_->EligibleCount(), 5u);
}

TEST_F(EndpointSetTest, PanicsWhenTooFewOfTheConnectedAreHealthy) {
  Make(4);
  ConnectAll();
  set_->Eject(At(0));
  set_->Eject(At(1));
  EXPECT_FALSE(set_->InPanic());  // half are left
  set_->SetHealth(At(2), Health::kNotServing);
  EXPECT_TRUE(set_->InPanic());
  EXPECT_EQ(Count(100), (std::vector<size_t>{25, 25, 25, 25}));
  set_->Return(At(0));
  EXPECT_FALSE(set_->InPanic());
}

TEST_F(EndpointSetTest, PanicIgnoresVerdictsButNotFacts) {
  Make(5);
  ConnectAll();
  for (const size_t i : {0, 1, 2}) set_->Eject(At(i));
  set_->ConnectionsChanged(At(0), -1);
  set_->Drain(At(1));
  set_->SetHealth(At(3), Health::kNotServing);
  EXPECT_TRUE(set_->InPanic());
  const auto counts = Count(300);
  EXPECT_EQ(counts[0], 0u);
  EXPECT_EQ(counts[1], 0u);
  EXPECT_EQ(counts[2], 100u);
}

TEST_F(EndpointSetTest, CrashedEndpointsDoNotCausePanic) {
  Make(10);
  ConnectAll();
  for (size_t i = 0; i < 8; ++i) set_->ConnectionsChanged(At(i), -1);
  EXPECT_FALSE(set_->InPanic());
  EXPECT_EQ(Count(100)[9], 50u);
}

TEST_F(EndpointSetTest, APanicThresholdOfZeroNeverPanics) {
  Make(3, {.panic_threshold = 0});
  ConnectAll();
  for (size_t i = 0; i < 3; ++i) set_->Eject(At(i));
  EXPECT_FALSE(set_->InPanic());
  EXPECT_EQ(set_->picker()->Pick(Call(), random_), nullptr);
}

// Random sequences of all changes: outside panic no pick is ineligible, in panic none is unusable,
// and a pick fails only when there is nobody.
TEST_F(EndpointSetTest, NeverPicksAnIneligibleEndpointOutsidePanic) {
  for (const char* policy : {"least_request", "round_robin", "weighted_round_robin", "peak_ewma",
                             "prequal", "random", "pick_first", "ring_hash", "maglev"}) {
    Make(7, {.slow_start = {.window = 1s}}, policy);
    for (int step = 0; step < (std::string_view(policy) == "maglev" ? 100 : 600); ++step) {
      clock_.Advance(base::Duration(random_.Below(200'000'000)));
      Endpoint& endpoint = At(random_.Below(7));
      switch (random_.Below(8)) {
        case 0:
          set_->ConnectionsChanged(endpoint, set_->Connections(endpoint) > 0 ? -1 : +1);
          break;
        case 1:
          set_->SetHealth(endpoint, Health::kServing);
          break;
        case 2:
          set_->SetHealth(endpoint, Health::kNotServing);
          break;
        case 3:
          set_->Eject(endpoint);
          break;
        case 4:
          set_->Return(endpoint);
          break;
        case 5:
          set_->Drain(endpoint);
          break;
        case 6:
          set_->Undrain(endpoint);
          break;
        default:
          set_->ConnectionsChanged(endpoint, +1);
          break;
      }
      for (int i = 0; i < 5; ++i) {
        const EndpointPtr picked = set_->picker()->Pick(Call(), random_);
        if (picked == nullptr) {
          EXPECT_EQ(set_->EligibleCount(), 0u) << policy;
          EXPECT_FALSE(set_->InPanic()) << policy;
        } else if (set_->InPanic()) {
          EXPECT_GT(set_->Connections(*picked), 0) << policy;
          EXPECT_NE(set_->EligibilityOf(*picked), Eligibility::kDraining) << policy;
        } else {
          EXPECT_TRUE(set_->IsEligible(*picked)) << policy;
        }
      }
    }
  }
}

TEST_F(EndpointSetTest, ManyChangesInARowMakeOnePicker) {
  Make(1'000);
  const auto before = set_->picker();
  ConnectAll();
  const auto after = set_->picker();
  EXPECT_NE(before, after);
  EXPECT_EQ(set_->picker(), after);
}

TEST_F(EndpointSetTest, AnUpdateKeepsWhatIsKnownOfThoseThatStay) {
  Make(3);
  ConnectAll();
  set_->Eject(At(2));
  std::vector<EndpointPtr> next(set_->endpoints().begin() + 1, set_->endpoints().end());
  next.push_back(std::make_shared<Endpoint>("new:1"));
  EXPECT_TRUE(set_->Update(next));
  EXPECT_FALSE(set_->Update(next));
  EXPECT_TRUE(set_->IsEligible(At(0)));
  EXPECT_EQ(set_->EligibilityOf(At(1)), Eligibility::kEjected);
  EXPECT_EQ(set_->EligibilityOf(At(2)), Eligibility::kNotConnected);
}

TEST_F(EndpointSetTest, ANewWeightCountsFromTheNextPicker) {
  Make(2);
  ConnectAll();
  EXPECT_TRUE(set_->SetWeight(At(0), 3));
  EXPECT_FALSE(set_->SetWeight(At(0), 3));
  EXPECT_NEAR(Count(400)[0], 300, 2);
}

TEST_F(EndpointSetTest, RefreshesOnlyPoliciesThatDealAnew) {
  Make(2);
  EXPECT_FALSE(set_->Refresh());
  EXPECT_EQ(set_->RefreshPeriod(), std::nullopt);
  Make(2, {}, "weighted_round_robin");
  EXPECT_EQ(set_->RefreshPeriod(), 1s);
  EXPECT_TRUE(set_->Refresh());
}

TEST_F(EndpointSetTest, AReconnectedEndpointsReportsAreBlackedOutAnew) {
  Make(2, {}, "weighted_round_robin");
  ConnectAll();
  const auto report_both = [&] {
    const LoadReport small{.application_utilization = 0.5, .qps = 100};
    const LoadReport large{.application_utilization = 0.5, .qps = 300};
    set_->picker()->Reported(At(0), small, clock_.Now());
    set_->picker()->Reported(At(1), large, clock_.Now());
  };
  report_both();
  clock_.Advance(11s);
  set_->Refresh();
  EXPECT_NEAR(Count(400)[1], 300, 2);
  set_->ConnectionsChanged(At(1), -1);
  set_->ConnectionsChanged(At(1), +1);
  report_both();
  EXPECT_NEAR(Count(400)[1], 200, 2);
}

TEST_F(EndpointSetTest, SlowStartRaisesTheShareWithTime) {
  for (const char* policy : {"round_robin", "least_request", "random"}) {
    Make(4, {.slow_start = {.window = 10s}}, policy);
    ConnectAll();
    clock_.Advance(10s);
    set_->ConnectionsChanged(At(0), -1);
    set_->ConnectionsChanged(At(0), +1);
    EXPECT_NEAR(Count(4'000)[0], 100, 60) << policy;  // a tenth at first
    clock_.Advance(5s);
    EXPECT_NEAR(Count(4'000)[0], 500, 110) << policy;
    clock_.Advance(5s);
    EXPECT_NEAR(Count(4'000)[0], 1'000, 130) << policy;
  }
}

TEST_F(EndpointSetTest, SlowStartChangesNothingWhenAllAreNew) {
  Make(4, {.slow_start = {.window = 10s}});
  ConnectAll();
  for (const size_t count : Count(4'000)) EXPECT_NEAR(count, 1'000, 150);
}

TEST_F(EndpointSetTest, ExplainsWhyOthersWereNotEligible) {
  Make(6);
  for (size_t i = 1; i < 6; ++i) set_->ConnectionsChanged(At(i), +1);
  set_->Eject(At(1));
  set_->Drain(At(2));
  const Explanation why = set_->Explain(Call(), random_);
  ASSERT_EQ(why.excluded.size(), 3u);
  EXPECT_EQ(why.excluded[0].why, "not connected");
  EXPECT_EQ(why.excluded[1].why, "ejected");
  EXPECT_EQ(why.excluded[2].why, "draining");
  EXPECT_EQ(why.candidates.size(), 3u);
  EXPECT_NE(why.picked, nullptr);
}

TEST_F(EndpointSetTest, ExplainsPanic) {
  Make(3);
  ConnectAll();
  for (size_t i = 0; i < 2; ++i) set_->Eject(At(i));
  const Explanation why = set_->Explain(Call(), random_);
  EXPECT_THAT(why.notes, Contains(HasSubstr("panic: only 1 of 3")));
  EXPECT_TRUE(why.excluded.empty());
}

// For the thread sanitizer: picks and what they teach on many threads, while the main thread makes
// new pickers from the same policy.
TEST_F(EndpointSetTest, WorkersPickWhileTheSetChanges) {
  for (const char* policy : {"least_request", "round_robin", "weighted_round_robin", "peak_ewma",
                             "prequal", "random", "pick_first", "ring_hash"}) {
    Make(20, {.slow_start = {.window = 1s}}, policy);
    ConnectAll();
    std::mutex mutex;  // the workers of the sidecar get it posted
    std::shared_ptr<const Picker> current = set_->picker();
    const auto get = [&] {
      const std::scoped_lock lock(mutex);
      return current;
    };
    std::atomic<bool> stop{false};
    std::vector<std::thread> workers;
    for (uint64_t seed = 0; seed < 3; ++seed) {
      workers.emplace_back([&, seed, now = clock_.Now()]() mutable {
        base::Random random(seed);
        const LoadReport::Metric metric{"requests_in_flight", 3};
        const LoadReport report{
            .application_utilization = 0.5, .qps = 10, .named_metrics = {&metric, 1}};
        while (!stop) {
          const auto picker = get();
          now += 1ms;
          InFlight token(picker->Pick({.path = "/a.B/C", .now = now}, random));
          picker->Reported(*token.endpoint(), report, now);
          const auto kind = static_cast<AttemptResult::Kind>(random.Below(3));
          token.Finish(*picker, {kind, 5ms, now});
        }
      });
    }
    for (int i = 0; i < 200; ++i) {
      Endpoint& endpoint = At(random_.Below(10));  // the other ten stay: a pick is never null
      set_->IsEligible(endpoint) ? set_->Eject(endpoint) : set_->Return(endpoint);
      set_->Refresh();
      const std::scoped_lock lock(mutex);
      current = set_->picker();
    }
    stop = true;
    for (std::thread& each : workers) each.join();
    for (const EndpointPtr& each : set_->endpoints()) EXPECT_EQ(each->in_flight(), 0) << policy;
  }
}

TEST_F(EndpointSetTest, EveryPolicyExplainsThePickItWouldMake) {
  for (const char* policy : {"least_request", "round_robin", "weighted_round_robin", "peak_ewma",
                             "prequal", "random", "pick_first", "ring_hash", "maglev"}) {
    Make(5, {}, policy);
    ConnectAll();
    const base::Random before = random_;
    const Explanation why = set_->Explain(Call(), random_);
    base::Random again = before;
    EXPECT_EQ(why.policy, policy);
    EXPECT_EQ(why.picked, set_->picker()->Pick(Call(), again)) << policy;
    EXPECT_FALSE(why.candidates.empty()) << policy;
    EXPECT_FALSE(why.score_meaning.empty()) << policy;
  }
}

}  // namespace
}  // namespace evenkeel::balancer
