// The rules of gRFC A50, one test for each sentence, and those that go beyond it.
#include "health/ejection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace evenkeel::health {
namespace {

using Event = Ejection::Event;
using rpc::StatusCode;
using rpc::Verdict;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Endpoints by number; calls and time by verbs. One algorithm at a time, without jitter.
class EjectionTest : public ::testing::Test {
 protected:
  EjectionTest() {
    settings_.consecutive_failures.reset();
    settings_.success_rate.reset();
    settings_.failure_percentage.reset();
    settings_.ejection_jitter = 0;
    settings_.max_ejection_percent = 100;
  }

  void Start(size_t endpoints) {
    members_.clear();
    for (size_t i = 0; i < endpoints; ++i) AddEndpoint();
    ejection_.emplace(
        settings_, members_, random_,
        [this](const balancer::Endpoint& each) { return !ineligible_.contains(&each); },
        clock_.Now());
  }

  void AddEndpoint() {
    members_.push_back({std::make_shared<balancer::Endpoint>("e" + std::to_string(members_.size())),
                        std::make_shared<OutcomeCounters>(5)});
  }

  void Succeed(size_t endpoint, int count, base::Duration latency = 1ms) {
    for (int i = 0; i < count; ++i) {
      members_[endpoint].outcomes->Record(Verdict::kSuccess, StatusCode::kOk, latency);
    }
  }
  void Fail(size_t endpoint, int count) {
    for (int i = 0; i < count; ++i) {
      members_[endpoint].outcomes->Record(Verdict::kFailure, StatusCode::kInternal, 1ms);
    }
  }
  // The same number of calls on all but `odd`.
  void SucceedOnAllBut(size_t odd, int count, base::Duration latency = 1ms) {
    for (size_t i = 0; i < members_.size(); ++i) {
      if (i != odd) Succeed(i, count, latency);
    }
  }

  std::vector<Event> SweepAfter(base::Duration time) {
    clock_.Advance(time);
    return ejection_->Sweep(clock_.Now());
  }
  std::vector<Event> Sweep() { return SweepAfter(settings_.interval); }
  std::optional<Event> ReachThreshold(size_t endpoint) {
    return ejection_->OnConsecutiveFailures(*members_[endpoint].endpoint, clock_.Now());
  }
  bool IsEjected(size_t endpoint) const {
    return ejection_->EjectedUntil(*members_[endpoint].endpoint).has_value();
  }
  static std::vector<std::string> Ejected(const std::vector<Event>& events) {
    std::vector<std::string> names;
    for (const Event& each : events) {
      if (each.kind == Event::Kind::kEjected) names.push_back(each.endpoint->address());
    }
    return names;
  }
  // Ejects one by consecutive failures.
  void Eject(size_t endpoint) {
    Fail(endpoint, 5);
    ASSERT_TRUE(ReachThreshold(endpoint));
    ASSERT_TRUE(IsEjected(endpoint));
  }

  config::OutlierDetection settings_;
  base::ManualClock clock_;
  base::Random random_{1};
  std::vector<Ejection::Member> members_;
  std::set<const balancer::Endpoint*> ineligible_;
  std::optional<Ejection> ejection_;
};

class SuccessRateTest : public EjectionTest {
 protected:
  SuccessRateTest() { settings_.success_rate.emplace(); }
};

// "If the number of addresses with request volume of at least request_volume is less than
// minimum_hosts, stop."
TEST_F(SuccessRateTest, JudgesNobodyWithTooFewEndpoints) {
  Start(4);
  SucceedOnAllBut(0, 100);
  Fail(0, 100);
  EXPECT_THAT(Sweep(), IsEmpty());
}

TEST_F(SuccessRateTest, CountsOnlyEndpointsWithTheVolume) {
  Start(5);
  SucceedOnAllBut(0, 100);
  Fail(0, 99);
  EXPECT_THAT(Sweep(), IsEmpty()) << "four have the volume";
}

// "If the address's success rate is less than mean - stdev * factor, eject it."
TEST_F(SuccessRateTest, EjectsWhoIsFarBelowTheMean) {
  Start(6);
  SucceedOnAllBut(3, 100);
  Fail(3, 50);
  Succeed(3, 50);
  EXPECT_THAT(Ejected(Sweep()), ElementsAre("e3"));
}

TEST_F(SuccessRateTest, LeavesAloneWhoIsNotFarBelow) {
  Start(6);
  for (size_t i = 0; i < 6; ++i) {
    Fail(i, static_cast<int>(2 * i));
    Succeed(i, 100);
  }
  EXPECT_THAT(Sweep(), IsEmpty()) << "they differ a little, and all do";
}

TEST_F(SuccessRateTest, LeavesAloneWhoIsExactlyAtTheBound) {
  settings_.success_rate->stdev_factor = 0;
  Start(5);
  for (size_t i = 0; i < 5; ++i) Succeed(i, 100);
  EXPECT_THAT(Sweep(), IsEmpty()) << "less than the bound, not at it";
}

// "stdev_factor"
TEST_F(SuccessRateTest, HeedsItsFactor) {
  settings_.success_rate->stdev_factor = 2.3;  // the one of six is at 2.24 sigma
  Start(6);
  SucceedOnAllBut(3, 100);
  Fail(3, 100);
  EXPECT_THAT(Sweep(), IsEmpty());
}

// "If the address's request volume is less than request_volume, skip it."
TEST_F(SuccessRateTest, SkipsWhoHasTooFewCalls) {
  Start(6);
  SucceedOnAllBut(0, 100);
  Fail(0, 50);
  EXPECT_THAT(Sweep(), IsEmpty());
}

// "Swap the call counter's buckets": an interval's calls count in that interval alone.
TEST_F(SuccessRateTest, ForgetsTheIntervalBefore) {
  Start(6);
  SucceedOnAllBut(0, 60);
  Fail(0, 60);
  EXPECT_THAT(Sweep(), IsEmpty());
  SucceedOnAllBut(0, 60);
  Fail(0, 60);
  EXPECT_THAT(Sweep(), IsEmpty()) << "60 and 60 are not 100 in one interval";
}

// "Generate a random number; eject if it is less than enforcement_percentage."
TEST_F(SuccessRateTest, WithEnforcementZeroOnlyTells) {
  settings_.success_rate->enforcement_percentage = 0;
  Start(6);
  SucceedOnAllBut(3, 100);
  Fail(3, 100);
  const auto events = Sweep();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Event::Kind::kNotEjected);
  EXPECT_EQ(events[0].unenforced, "enforcement_percentage");
  EXPECT_FALSE(IsEjected(3));
}

class FailurePercentageTest : public EjectionTest {
 protected:
  FailurePercentageTest() { settings_.failure_percentage.emplace(); }
};

TEST_F(FailurePercentageTest, JudgesNobodyWithTooFewEndpoints) {
  Start(4);
  SucceedOnAllBut(0, 50);
  Fail(0, 50);
  EXPECT_THAT(Sweep(), IsEmpty());
}

TEST_F(FailurePercentageTest, SkipsWhoHasTooFewCalls) {
  Start(6);
  SucceedOnAllBut(0, 50);
  Fail(0, 49);
  EXPECT_THAT(Sweep(), IsEmpty());
}

// "If the failure percentage is greater than threshold, eject": not at it.
TEST_F(FailurePercentageTest, EjectsAboveTheThresholdAndNotAtIt) {
  Start(6);
  for (size_t i = 2; i < 6; ++i) Succeed(i, 100);
  Fail(0, 86);
  Succeed(0, 14);
  Fail(1, 85);
  Succeed(1, 15);
  EXPECT_THAT(Ejected(Sweep()), ElementsAre("e0"));
}

TEST_F(FailurePercentageTest, SaysWhatHappened) {
  Start(5);
  SucceedOnAllBut(0, 60);
  Fail(0, 54);
  Succeed(0, 6);
  const auto events = Sweep();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].why, "54 of 60 calls failed in 10 s: 54 INTERNAL");
}

// "If the percentage of ejected addresses is greater than or equal to max_ejection_percent, stop."
TEST_F(FailurePercentageTest, StopsAtTheMaximalShare) {
  settings_.max_ejection_percent = 20;
  Start(10);
  for (size_t i = 0; i < 5; ++i) Fail(i, 50);
  for (size_t i = 5; i < 10; ++i) Succeed(i, 50);
  const auto events = Sweep();
  EXPECT_THAT(Ejected(events), ElementsAre("e0", "e1"));
  ASSERT_THAT(events, SizeIs(5));
  EXPECT_EQ(events.back().unenforced, "max_ejection_overflow");
}

class ConsecutiveFailuresTest : public EjectionTest {
 protected:
  ConsecutiveFailuresTest() { settings_.consecutive_failures.emplace(); }
};

TEST_F(ConsecutiveFailuresTest, EjectsAtOnce) {
  Start(3);
  Fail(0, 5);
  const auto event = ReachThreshold(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, Event::Kind::kEjected);
  EXPECT_EQ(event->length, 30s);
  EXPECT_THAT(event->why, HasSubstr("5 failures in a row"));
}

TEST_F(ConsecutiveFailuresTest, WhoIsOutAlreadyIsLeftAlone) {
  Start(3);
  Eject(0);
  Fail(0, 5);
  EXPECT_FALSE(ReachThreshold(0));
}

// "at least one": a tenth of three endpoints.
TEST_F(ConsecutiveFailuresTest, OneMayBeEjectedHoweverFewThereAre) {
  settings_.max_ejection_percent = 10;
  Start(3);
  Eject(0);
  Fail(1, 5);
  const auto second = ReachThreshold(1);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->unenforced, "max_ejection_overflow");
}

TEST_F(ConsecutiveFailuresTest, TheLastEligibleEndpointStays) {
  Start(3);
  ineligible_ = {members_[2].endpoint.get()};
  Eject(0);
  Fail(1, 5);
  const auto last = ReachThreshold(1);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->unenforced, "last_endpoint");
}

TEST_F(ConsecutiveFailuresTest, TheLastGoesTooWhenToldSo) {
  settings_.eject_last = true;
  Start(1);
  Eject(0);
}

// "Increase the multiplier by one": "base_ejection_time * multiplier".
TEST_F(ConsecutiveFailuresTest, EachFurtherEjectionIsLonger) {
  Start(3);
  for (const base::Duration length : {30s, 60s, 90s}) {
    Fail(0, 5);
    const auto event = ReachThreshold(0);
    ASSERT_TRUE(event);
    EXPECT_EQ(event->length, length);
    EXPECT_THAT(SweepAfter(length + 1s), SizeIs(1));
  }
}

// "at most max(base_ejection_time, max_ejection_time)"
TEST_F(ConsecutiveFailuresTest, NoEjectionIsLongerThanTheMaximum) {
  settings_.max_ejection_time = 50s;
  Start(3);
  Eject(0);
  SweepAfter(31s);
  Fail(0, 5);
  EXPECT_EQ(ReachThreshold(0)->length, 50s);
}

TEST_F(ConsecutiveFailuresTest, TheBaseHoldsWhereTheMaximumIsLess) {
  settings_.max_ejection_time = 1s;
  Start(3);
  Fail(0, 5);
  EXPECT_EQ(ReachThreshold(0)->length, 30s);
}

// "If the current time is after ejection_timestamp + …, un-eject the address."
TEST_F(ConsecutiveFailuresTest, ReturnsAtTheFirstSweepAfterItsTime) {
  Start(3);
  Eject(0);
  EXPECT_THAT(SweepAfter(10s), IsEmpty());
  EXPECT_THAT(SweepAfter(10s), IsEmpty());
  EXPECT_THAT(SweepAfter(10s), IsEmpty()) << "after its time, not at it";
  const auto events = SweepAfter(10s);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Event::Kind::kReturned);
  EXPECT_FALSE(IsEjected(0));
}

// "If the address is not ejected and the multiplier is greater than 0, decrease it by 1."
TEST_F(ConsecutiveFailuresTest, EachIntervalInMakesTheNextEjectionShorter) {
  Start(3);
  Eject(0);
  SweepAfter(31s);
  Eject(0);  // 60 s: the multiplier is 2
  SweepAfter(61s);
  Sweep();  // 1
  Fail(0, 5);
  EXPECT_EQ(ReachThreshold(0)->length, 60s);
  SweepAfter(61s);
  for (int i = 0; i < 5; ++i) Sweep();  // 0, and not below
  Fail(0, 5);
  EXPECT_EQ(ReachThreshold(0)->length, 30s);
}

TEST_F(ConsecutiveFailuresTest, JitterMakesItLongerByUpToItsShare) {
  settings_.ejection_jitter = 0.5;
  Start(200);
  std::set<base::Duration> lengths;
  for (size_t i = 0; i < 100; ++i) {
    Fail(i, 5);
    const base::Duration length = ReachThreshold(i)->length;
    EXPECT_GE(length, 30s);
    EXPECT_LE(length, 45s);
    lengths.insert(length);
  }
  EXPECT_GT(lengths.size(), 50U);
}

TEST_F(ConsecutiveFailuresTest, ItStartsAnewAfterItsReturn) {
  Start(3);
  Eject(0);
  SweepAfter(31s);
  EXPECT_EQ(members_[0].outcomes->run(), 0U);
}

TEST_F(ConsecutiveFailuresTest, ReturnEndsAnEjectionEarly) {
  Start(3);
  Eject(0);
  EXPECT_TRUE(ejection_->Return(*members_[0].endpoint));
  EXPECT_FALSE(IsEjected(0));
  EXPECT_FALSE(ejection_->Return(*members_[0].endpoint));
}

TEST_F(ConsecutiveFailuresTest, ObserveTellsOfWhatItWouldHaveDoneOnce) {
  settings_.mode = config::OutlierDetection::Mode::kObserve;
  Start(3);
  Fail(0, 5);
  const auto event = ReachThreshold(0);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->kind, Event::Kind::kNotEjected);
  EXPECT_EQ(event->unenforced, "observe");
  EXPECT_FALSE(IsEjected(0));
  Fail(0, 5);
  EXPECT_FALSE(ReachThreshold(0)) << "it would be out still";
  EXPECT_THAT(SweepAfter(31s), IsEmpty());
  Fail(0, 5);
  EXPECT_TRUE(ReachThreshold(0));
}

TEST_F(ConsecutiveFailuresTest, AnEndpointThatStaysInTheSetStaysEjected) {
  Start(3);
  Eject(0);
  AddEndpoint();
  ejection_->Update({members_[0], members_[3]}, clock_.Now());
  EXPECT_TRUE(IsEjected(0));
  EXPECT_FALSE(IsEjected(3));
  EXPECT_FALSE(IsEjected(1)) << "it has left";
}

class LatencyTest : public EjectionTest {
 protected:
  LatencyTest() { settings_.latency.emplace(); }

  std::vector<Event> Interval(base::Duration odd) {
    SucceedOnAllBut(0, 50, 20ms);
    Succeed(0, 50, odd);
    return Sweep();
  }
};

TEST_F(LatencyTest, EjectsWhoStaysMuchSlowerThanTheMedian) {
  Start(4);
  EXPECT_THAT(Interval(200ms), IsEmpty()) << "one interval is no habit";
  EXPECT_THAT(Ejected(Interval(200ms)), ElementsAre("e0"));
}

TEST_F(LatencyTest, AnIntervalInBetweenStartsTheCountAnew) {
  Start(4);
  Interval(200ms);
  Interval(20ms);
  EXPECT_THAT(Interval(200ms), IsEmpty());
}

TEST_F(LatencyTest, LeavesAloneWhoIsOnlySomewhatSlower) {
  Start(4);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Interval(45ms), IsEmpty());
}

TEST_F(LatencyTest, NobodyIsTooSlowUpToTheMinimum) {
  settings_.latency->minimum = 500ms;
  Start(4);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Interval(300ms), IsEmpty());
}

TEST_F(LatencyTest, JudgesNobodyWithTooFewEndpoints) {
  Start(2);
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Interval(500ms), IsEmpty());
}

}  // namespace
}  // namespace evenkeel::health
