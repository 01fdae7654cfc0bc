// An attempt alone, between a pool and an owner that the test plays: the moments that a whole
// sidecar hardly ever meets.
#include "proxy/call/attempt.h"

#include <gmock/gmock.h>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::proxy {
namespace {

using http2::EndStream;
using rpc::Cause;
using rpc::Origin;
using rpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class AttemptTest : public net::LoopTest, public Attempt::Owner {
 protected:
  AttemptTest() {
    const auto endpoint = std::make_shared<balancer::Endpoint>(endpoint_.name());
    cluster_.SetSnapshot({balancer::RoundRobin(0).MakePicker({endpoint}, loop_.Now()),
                          std::make_shared<const health::Availability>()});
    member_ = &cluster_.AddMember(
        std::make_unique<pool::Pool>(
            loop_, random_, context_.metrics,
            pool::Pool::Target{.endpoint = endpoint,
                               .id = metrics_.RegisterEndpoint("users", endpoint->address()),
                               .addresses = {endpoint_.address()}},
            pool::Pool::Settings{}, cluster_.observer()),
        nullptr);
  }

  void Start() {
    Attempt::Owner& owner = *this;
    attempt_ = std::make_unique<Attempt>(context_, cluster_, *member_, owner);
    attempt_->Start();
  }
  bool Connected() const { return member_->pool->state() == pool::Pool::State::kReady; }
  int64_t InFlight() const { return member_->pool->endpoint()->in_flight(); }

  void OnAttemptOpen(Attempt&, http2::Session& session) override {
    heard_.push_back("open");
    attempt_->Open(session, http2::ToHeaderList(http2::GrpcRequest()), {}, EndStream::kYes);
  }
  void OnAttemptHeaders(Attempt&, http2::HeaderList, EndStream) override {
    heard_.push_back("headers");
  }
  void OnAttemptData(Attempt&, std::span<const uint8_t>, EndStream) override {
    heard_.push_back("data");
  }
  void OnAttemptTrailers(Attempt&, http2::HeaderList) override { heard_.push_back("trailers"); }
  void OnAttemptSent(Attempt&, size_t) override {}
  void OnAttemptFailed(Attempt&, const rpc::AttemptOutcome&, const std::string& reason) override {
    heard_.push_back("failed: " + reason);
  }

  telemetry::Metrics metrics_;
  base::Random random_{1};
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  pool::TestEndpoint endpoint_{loop_};
  Cluster cluster_{{.name = "users", .hash = {}, .failures = rpc::DefaultFailures(), .reports = {}},
                   {},
                   {.on_connection = [](const auto&, int, std::string) {},
                    .on_probe = {},
                    .on_consecutive_failures = {}},
                   {},
                   random_};
  Cluster::Member* member_ = nullptr;
  std::unique_ptr<Attempt> attempt_;
  std::vector<std::string> heard_;
};

TEST_F(AttemptTest, OpensWhenThereIsAConnection) {
  Start();
  EXPECT_THAT(heard_, IsEmpty());
  EXPECT_EQ(InFlight(), 1);
  RunUntil([&] { return !endpoint_.calls().empty(); });
  EXPECT_THAT(heard_, ElementsAre("open"));
}

TEST_F(AttemptTest, HearsNothingOnceEndedWhileItWaits) {
  Start();
  attempt_->End({StatusCode::kCancelled, Origin::kClient, {}, Cause::kCancelled});
  EXPECT_EQ(InFlight(), 0);
  // Alive until the end of a turn, as when its call has handed it to DeleteLater.
  RunUntil([&] { return Connected(); });
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(AttemptTest, HearsNoFailureOnceEndedWhileItWaits) {
  endpoint_.HangAfterAccept();
  Start();
  attempt_->End({StatusCode::kCancelled, Origin::kClient, {}, Cause::kCancelled});
  RunUntil([&] { return !endpoint_.hanging.empty(); });
  endpoint_.hanging.clear();
  RunUntil([&] { return member_->pool->state() == pool::Pool::State::kFailing; });
  EXPECT_THAT(heard_, IsEmpty());
}

TEST_F(AttemptTest, LetsGoOfItsStreamWhenItEnds) {
  Start();
  RunUntil([&] { return !endpoint_.calls().empty(); });
  attempt_->End({StatusCode::kDeadlineExceeded, Origin::kProxy, {}, Cause::kDeadline});
  http2::StreamLog& log = *endpoint_.calls()[0];
  RunUntil([&] { return log.stream->closed(); });
  EXPECT_EQ(log.events.back(), "closed by peer: CANCEL");
  EXPECT_THAT(heard_, ElementsAre("open"));
}

TEST_F(AttemptTest, CountsOnceHoweverOftenItEnds) {
  Start();
  attempt_->End({StatusCode::kCancelled, Origin::kClient, {}, Cause::kCancelled});
  attempt_->End({StatusCode::kCancelled, Origin::kClient, {}, Cause::kCancelled});
  attempt_.reset();
  const auto& finished = context_.metrics.FindEndpoint(member_->pool->id())->attempts.finished;
  EXPECT_EQ(finished[telemetry::OutcomeKind(StatusCode::kCancelled, Origin::kClient)].value(), 1u);
  EXPECT_EQ(InFlight(), 0);
}

TEST_F(AttemptTest, SaysWhatBecameOfItsConnection) {
  Start();
  RunUntil([&] { return !endpoint_.calls().empty(); });
  endpoint_.Die();
  RunUntil([&] { return heard_.size() == 2; });
  EXPECT_THAT(heard_, ElementsAre("open", StartsWith("failed: the connection to the endpoint")));
}

}  // namespace
}  // namespace evenkeel::proxy
