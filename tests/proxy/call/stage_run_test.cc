// A route's stages, one by one and in their order, without a client and without an endpoint.
#include "proxy/call/stage_run.h"

#include <gmock/gmock.h>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "proxy/route/access_rules.h"
#include "tests/lib/http2/wire_builder.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using rpc::StatusCode;
using ::testing::HasSubstr;
using Outcome = StageRun::Outcome;

class StageRunTest : public net::LoopTest, private AnswerHandler, private StageRun::Owner {
 protected:
  StageRunTest() {
    route_.cluster = 0;
    for (const char* name : {"users", "shadow"}) {
      clusters_.push_back(base::MakeLocal<Cluster>(
          Cluster::Settings{.name = name, .hash = {}, .failures = {}, .reports = {}}, shared_,
          Cluster::Events{},
          Cluster::Snapshot{balancer::RoundRobin(0).MakePicker({}),
                            std::make_shared<const health::Availability>()},
          random_));
    }
  }

  /// A call that has this route.
  StageRun& Begin(const config::RouteTraffic& traffic = {},
                  const std::optional<config::Authorization>& authorization = {}) {
    const auto place_of = [](const std::string& cluster) { return cluster == "users" ? 0U : 1U; };
    std::shared_ptr<RateLimit> limit;
    if (traffic.rate_limit) limit = RateLimits(0).Of("", *traffic.rate_limit, loop_.Now());
    route_.traffic = RouteTraffic(traffic, place_of, std::move(limit),
                                  AccessRules::Make(authorization, "here", metrics_.access()));
    return Again();
  }
  /// Another call of the same route.
  StageRun& Again() {
    routes_ = base::MakeLocal<const Routes>(nullptr, clusters_);
    StageRun::Owner& owner = *this;
    run_ = std::make_unique<StageRun>(context_, request_, attempts_, owner);
    run_->Begin({&route_, &client_, nullptr, routes_.get(), clusters_[0].get(), std::nullopt});
    return *run_;
  }
  uint64_t Shed(telemetry::Shed reason) const { return shared_.shed->value(reason); }

  void OnStagesResume() override { ++resumed_; }
  void OnAnswerHeaders(http2::HeaderList) override {}
  void OnAnswerData(std::span<const uint8_t>) override {}
  void End(const FinalStatus&) override {}
  void OnTooLate() override {}
  void OnCreditDue(size_t) override {}

  telemetry::Metrics metrics_;
  base::Random random_{1};
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  ClusterShared shared_;
  std::vector<base::LocalPtr<Cluster>> clusters_;
  base::LocalPtr<const Routes> routes_;
  RouteTable::Route route_;
  net::Peer client_{.address = "10.1.2.3", .security = nullptr};
  http2::HeaderList request_ = http2::ToHeaderList(http2::GrpcRequest());
  telemetry::CallRecord record_;
  AttemptSet attempts_{context_, request_, record_, *this};
  std::unique_ptr<StageRun> run_;
  int resumed_ = 0;
};

TEST_F(StageRunTest, ARouteThatHasNothingLetsItsCallsPass) {
  EXPECT_EQ(Begin().Next(), Outcome::kPassed);
}

TEST_F(StageRunTest, TheRateLimitRefusesWithTheTimeToComeAgain) {
  config::RouteTraffic traffic;
  traffic.rate_limit = config::RateLimit{.calls = 1, .per = 1h, .burst = {}, .key = {}};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kPassed);
  StageRun& second = Again();
  EXPECT_EQ(second.Next(), Outcome::kRefused);
  EXPECT_EQ(second.refusal().status.code, StatusCode::kResourceExhausted);
  EXPECT_EQ(second.refusal().cause, rpc::Cause::kShed);
  EXPECT_GT(second.refusal().pushback, 59min);
  EXPECT_EQ(Shed(telemetry::Shed::kRateLimit), 1u);
}

TEST_F(StageRunTest, WhomNoRuleAllowsIsRefusedAndCostsTheRateLimitNothing) {
  config::RouteTraffic traffic;
  traffic.rate_limit = config::RateLimit{.calls = 1, .per = 1h, .burst = {}, .key = {}};
  config::Authorization authorization;
  authorization.allow.emplace_back().name = "inside";
  authorization.allow[0].addresses = {*base::Network::Parse("10.1.0.0/16")};
  client_.address = "10.2.0.1";
  EXPECT_EQ(Begin(traffic, authorization).Next(), Outcome::kRefused);
  EXPECT_EQ(run_->refusal().status.code, StatusCode::kPermissionDenied);
  EXPECT_EQ(run_->refusal().origin, rpc::Origin::kProxy);
  EXPECT_EQ(run_->refusal().pushback, std::nullopt);
  EXPECT_EQ(run_->rule(), "(no rule)");
  client_.address = "10.1.2.3";
  EXPECT_EQ(Again().Next(), Outcome::kPassed);
  EXPECT_EQ(run_->rule(), "");
}

TEST_F(StageRunTest, TheRuleThatDeniesIsNamedToUsAndNotToTheCaller) {
  config::Authorization authorization;
  authorization.deny.emplace_back().name = "secret-rule";
  EXPECT_EQ(Begin({}, authorization).Next(), Outcome::kRefused);
  EXPECT_EQ(run_->rule(), "secret-rule");
  EXPECT_EQ(run_->refusal().status.message, "this client may not call /test.Service/Method");
}

TEST_F(StageRunTest, ObservedRulesRefuseNobody) {
  config::Authorization authorization;
  authorization.deny.emplace_back().name = "all";
  authorization.observe = true;
  EXPECT_EQ(Begin({}, authorization).Next(), Outcome::kPassed);
  EXPECT_EQ(run_->rule(), "all");
  EXPECT_EQ(metrics_.access().Of("here", "all")->observed, 1u);
  EXPECT_EQ(metrics_.access().Of("here", "all")->denied, 0u);
}

TEST_F(StageRunTest, ACallAboveTheClustersLimitIsRefusedUntilAnotherEnds) {
  shared_.limits->calls.set_max(1);
  StageRun& first = Begin();
  EXPECT_EQ(first.Next(), Outcome::kPassed);
  const std::unique_ptr<StageRun> kept = std::move(run_);
  StageRun& second = Again();
  EXPECT_EQ(second.Next(), Outcome::kRefused);
  EXPECT_EQ(second.refusal().status.code, StatusCode::kUnavailable);
  EXPECT_THAT(second.refusal().status.message, HasSubstr("limits.max_calls"));
  EXPECT_EQ(Shed(telemetry::Shed::kMaxCalls), 1u);
  kept->End(rpc::Origin::kEndpoint);
  EXPECT_EQ(Again().Next(), Outcome::kPassed);
}

TEST_F(StageRunTest, WhoIsRefusedForTheRateTakesNoPlaceInTheCluster) {
  config::RouteTraffic traffic;
  traffic.rate_limit = config::RateLimit{.calls = 1, .per = 1h, .burst = {}, .key = {}};
  shared_.limits->calls.set_max(1);
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kPassed);
  run_->End(rpc::Origin::kEndpoint);
  EXPECT_EQ(Again().Next(), Outcome::kRefused);
  EXPECT_EQ(shared_.limits->calls.used(), 0u);
}

TEST_F(StageRunTest, AnAbortIsNotCountedAsShed) {
  config::RouteTraffic traffic;
  traffic.fault = config::Fault{.metadata = {}, .delay = {}, .abort = {{"ABORTED", "why"}}};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kRefused);
  EXPECT_EQ(run_->refusal().status.code, StatusCode::kAborted);
  EXPECT_EQ(run_->refusal().cause, rpc::Cause::kLocal);
}

TEST_F(StageRunTest, ADelayWaitsAndResumesWhereItStood) {
  config::RouteTraffic traffic;
  traffic.fault = config::Fault{.metadata = {}, .delay = {{10ms}}, .abort = {{"ABORTED", "why"}}};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kWaits);
  EXPECT_EQ(resumed_, 0);
  RunUntil([&] { return resumed_ > 0; });
  EXPECT_EQ(run_->Next(), Outcome::kRefused);
}

TEST_F(StageRunTest, ACallThatEndsInItsDelayIsNotResumed) {
  config::RouteTraffic traffic;
  traffic.fault = config::Fault{.metadata = {}, .delay = {{1ms}}, .abort = {}};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kWaits);
  run_->End(rpc::Origin::kClient);
  LetPass(20ms);
  EXPECT_EQ(resumed_, 0);
}

TEST_F(StageRunTest, EditsChangeTheRequest) {
  config::RouteTraffic traffic;
  traffic.request_headers = {.remove = {}, .set = {{"x-set", "1"}}, .add = {}};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kPassed);
  EXPECT_EQ(request_.Find("x-set"), "1");
}

TEST_F(StageRunTest, ACopyThatFindsNoEndpointHoldsNothingUp) {
  config::RouteTraffic traffic;
  traffic.mirror = {"shadow", 100};
  EXPECT_EQ(Begin(traffic).Next(), Outcome::kPassed);
  run_->AddRequest({}, http2::EndStream::kYes);
  run_->End(rpc::Origin::kEndpoint);
}

}  // namespace
}  // namespace evenkeel::proxy
