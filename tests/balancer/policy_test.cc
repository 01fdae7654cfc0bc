#include "balancer/policy.h"

#include <gtest/gtest.h>

#include <chrono>

#include "tests/balancer/fleet.h"

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

TEST(CallFactsTest, AvoidsTheEndpointsItNames) {
  const auto endpoints = MakeEndpoints(3);
  const Endpoint* const avoid[] = {endpoints[2].get(), endpoints[0].get()};
  const CallFacts call{.path = "", .avoid = avoid};
  EXPECT_TRUE(call.Avoids(*endpoints[0]));
  EXPECT_FALSE(call.Avoids(*endpoints[1]));
  EXPECT_TRUE(call.Avoids(*endpoints[2]));
  EXPECT_FALSE(CallFacts{}.Avoids(*endpoints[0]));
}

// Keeps what it is told of the ends of calls.
class Listener final : public Picker {
 public:
  EndpointPtr Pick(const CallFacts&, base::Random&) const override { return nullptr; }
  Explanation Explain(const CallFacts&, base::Random&) const override { return {}; }
  void Finished(const Endpoint& endpoint, const AttemptResult& result) const override {
    ++ends_;
    endpoint_ = &endpoint;
    result_ = result;
    in_flight_ = endpoint.in_flight();
  }
  mutable int ends_ = 0;
  mutable const Endpoint* endpoint_ = nullptr;
  mutable AttemptResult result_;
  mutable int64_t in_flight_ = -1;
};

TEST(FinishTest, TellsThePickerWhileTheAttemptStillCounts) {
  const auto endpoint = std::make_shared<Endpoint>("a:1");
  Listener picker;
  InFlight token(endpoint);
  token.Finish(picker, {AttemptResult::Kind::kFailure, 5ms, base::Time(1h)});
  EXPECT_EQ(picker.endpoint_, endpoint.get());
  EXPECT_EQ(picker.result_.kind, AttemptResult::Kind::kFailure);
  EXPECT_EQ(picker.result_.latency, 5ms);
  EXPECT_EQ(picker.result_.now, base::Time(1h));
  EXPECT_EQ(picker.in_flight_, 1);
  EXPECT_EQ(endpoint->in_flight(), 0);
  EXPECT_EQ(token.endpoint(), nullptr);
}

TEST(FinishTest, AnEmptyTokenTellsNothing) {
  Listener picker;
  InFlight token(std::make_shared<Endpoint>("a:1"));
  token.Finish(picker, {});
  token.Finish(picker, {});
  InFlight().Finish(picker, {});
  EXPECT_EQ(picker.ends_, 1);
}

TEST(PolicyTest, NeedsNoRefreshUnlessItSaysSo) {
  struct Plain final : Policy {
    std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr>, base::Time) override {
      return std::make_shared<Listener>();
    }
  };
  EXPECT_EQ(Plain().RefreshPeriod(), std::nullopt);
}

}  // namespace
}  // namespace evenkeel::balancer
