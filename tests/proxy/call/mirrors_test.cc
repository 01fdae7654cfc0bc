// When copies end, and what is learnt of them; what they do is in traffic_test.cc, through a real
// sidecar.
#include "proxy/call/mirrors.h"

#include <gtest/gtest.h>

#include "balancer/round_robin.h"
#include "lib/telemetry/metrics.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"
#include "tests/pool/test_endpoint.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kNow{1h};

TEST(MirrorsTest, ACopyEndsAMinuteAfterItsOriginal) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, {}), kNow + 1min);
}

TEST(MirrorsTest, ACopyEndsAMinuteAfterItsOriginalAlsoWhereTheDeadlineIsHoursAway) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, kNow + 1h), kNow + 1min);
}

TEST(MirrorsTest, ACopyEndsAtItsDeadlineWhereThatIsSooner) {
  EXPECT_EQ(Mirrors::EndAfterOriginal(kNow, kNow + 30s), kNow + 30s);
}

// A copy to a cluster of one endpoint, which the test plays.
class CopyTest : public net::LoopTest {
 protected:
  CopyTest() {
    const auto endpoint = std::make_shared<balancer::Endpoint>(endpoint_.name());
    cluster_->SetSnapshot({balancer::RoundRobin(0).MakePicker({endpoint}, loop_.Now()),
                           std::make_shared<const health::Availability>()});
    member_ = base::LocalPtr<Cluster::Member>(&cluster_->AddMember(
        std::make_unique<pool::Pool>(
            loop_, random_, context_.metrics,
            pool::Pool::Target{.endpoint = endpoint,
                               .id = metrics_.RegisterEndpoint("shadow", endpoint->address()),
                               .addresses = {endpoint_.address()}},
            pool::Pool::Settings{}, cluster_->observer()),
        nullptr));
  }
  ~CopyTest() override {
    context_.mirrors.reset();
    cluster_->Retire();
  }

  // The endpoint's side of a copy.
  http2::StreamLog& Launch() {
    Mirrors::Launch(context_, original_, cluster_, http2::ToHeaderList(http2::GrpcRequest()),
                    loop_.Now() + 1min);
    original_.Add({}, http2::EndStream::kYes);
    RunUntil([&] { return !endpoint_.calls().empty(); });
    return *endpoint_.calls().back();
  }
  uint64_t Finished(rpc::StatusCode status) const {
    const auto* counters = context_.metrics.FindEndpoint(member_->pool->id());
    uint64_t count = 0;
    for (int origin = 0; origin < rpc::kOriginCount; ++origin) {
      const size_t kind = telemetry::OutcomeKind(status, static_cast<rpc::Origin>(origin));
      count += counters->attempts.finished[kind].value();
    }
    return count;
  }
  void AwaitEnd() {
    RunUntil([&] { return member_->pool->endpoint()->in_flight() == 0; });
  }

  telemetry::Metrics metrics_;
  base::Random random_{1};
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  pool::TestEndpoint endpoint_{loop_};
  const base::LocalPtr<Cluster> cluster_ = base::MakeLocal<Cluster>(
      Cluster::Settings{
          .name = "shadow", .hash = {}, .failures = rpc::DefaultFailures(), .reports = {}},
      ClusterShared{},
      Cluster::Events{.on_connection = [](const auto&, int, std::string) {},
                      .on_probe = {},
                      .on_consecutive_failures = {}},
      Cluster::Snapshot{}, random_);
  base::LocalPtr<Cluster::Member> member_;
  Mirrors::Original original_;
};

// A copy that began at no time would have used up all of it but the last minute.
TEST_F(CopyTest, AnEndpointThatCancelsAFreshCopyHasNotMetItsDeadline) {
  Launch().stream->Reset(http2::ErrorCode::kCancel);
  AwaitEnd();
  EXPECT_EQ(Finished(rpc::StatusCode::kCancelled), 1u);
  EXPECT_EQ(Finished(rpc::StatusCode::kDeadlineExceeded), 0u);
}

TEST_F(CopyTest, ItsAnswerTeachesWhatOthersAreHeldAgainst) {
  const telemetry::MethodId method =
      context_.metrics.Settle("/test.Service/Method", telemetry::IsMethod::kYes);
  const auto other = base::MakeLocal<Cluster::Member>();
  const auto is_found_late = [&] {
    const rpc::AttemptOutcome late{rpc::StatusCode::kDeadlineExceeded, rpc::Origin::kProxy, 1h,
                                   rpc::Cause::kDeadline};
    for (int i = 0; i < 100; ++i) cluster_->Learn(*other, late, method, 1h);
    return other->deadlines.is_found();
  };
  EXPECT_FALSE(is_found_late());
  http2::StreamLog& log = Launch();
  Respond(log);
  SendTrailers(log);
  AwaitEnd();
  EXPECT_TRUE(is_found_late());
}

}  // namespace
}  // namespace evenkeel::proxy
