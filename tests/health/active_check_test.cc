#include "health/active_check.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "grpc/health/v1/health.pb.h"
#include "lib/rpc/message_reader.h"
#include "tests/pool/pool_test.h"

namespace evenkeel::health {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Says(grpc::health::v1::HealthCheckResponse::ServingStatus status) {
  grpc::health::v1::HealthCheckResponse response;
  response.set_status(status);
  const auto bytes = rpc::FrameMessage(response.SerializeAsString());
  return {bytes.begin(), bytes.end()};
}
const std::string kServing = Says(grpc::health::v1::HealthCheckResponse::SERVING);
const std::string kNotServing = Says(grpc::health::v1::HealthCheckResponse::NOT_SERVING);

class ActiveCheckTest : public pool::PoolTest {
 protected:
  ActiveCheckTest() {
    check_settings_.jitter = 0;
    check_settings_.interval = milliseconds(5);
    check_settings_.edge_interval = milliseconds(5);
    check_settings_.timeout = std::chrono::seconds(15);
  }

  ActiveCheck::OnReportFunction OnReport() {
    return [this](const ProbeReport& report) {
      constexpr const char* kNames[] = {"unknown", "asked", "serving", "not serving"};
      reports_.push_back(std::string(kNames[static_cast<int>(report.health)]) + "; " +
                         report.detail);
    };
  }
  // Over the pool of the calls.
  void Ask() {
    MakeReadyPool();
    check_ = std::make_unique<ActiveCheck>(loop_, random_, check_settings_, *pool_, OnReport());
    check_->PoolReady();
  }
  // Elsewhere, at these addresses.
  void AskAt(std::vector<net::SocketAddress> addresses) {
    check_ = std::make_unique<ActiveCheck>(
        loop_, random_, check_settings_, worker_,
        pool::Pool::Target{.endpoint = std::make_shared<balancer::Endpoint>("users:1"),
                           .id = metrics_.RegisterEndpoint("cluster", "users:1"),
                           .addresses = std::move(addresses)},
        settings_, OnReport());
  }
  http2::StreamLog& Asked(size_t number) {
    RunUntil([&] { return endpoint_.calls().size() >= number; });
    return *endpoint_.calls().at(number - 1);
  }
  static void Say(http2::StreamLog& log, const std::string& message) {
    if (!log.answered) Respond(log);
    SendData(log, message);
  }
  void AwaitReport(std::string_view text) {
    RunUntil([&] { return !reports_.empty() && reports_.back() == text; });
  }

  config::HealthCheck check_settings_;
  std::vector<std::string> reports_;
  std::unique_ptr<ActiveCheck> check_;
};

TEST_F(ActiveCheckTest, WatchesOverThePoolOfTheCalls) {
  Ask();
  EXPECT_THAT(reports_, ElementsAre(StartsWith("asked; ")));
  http2::StreamLog& watch = Asked(1);
  Say(watch, kServing);
  AwaitReport("serving; Watch: SERVING");
  Say(watch, kNotServing);
  AwaitReport("not serving; Watch: NOT_SERVING");
  EXPECT_THAT(endpoint_.connections, SizeIs(1));
}

TEST_F(ActiveCheckTest, ForgetsItAllWithTheConnection) {
  Ask();
  Say(Asked(1), kServing);
  AwaitReport("serving; Watch: SERVING");
  check_->PoolFailed("connection lost");
  EXPECT_THAT(reports_.back(), StartsWith("unknown; "));
  RunUntil([&] { return Asked(1).stream->closed(); });
  EXPECT_THAT(Asked(1).events.back(), HasSubstr("CANCEL"));
}

TEST_F(ActiveCheckTest, MovesItsWatchFromAConnectionThatDrains) {
  Ask();
  Say(Asked(1), kServing);
  AwaitReport("serving; Watch: SERVING");
  check_->PoolDraining();
  Asked(2);
  EXPECT_EQ(reports_.back(), "serving; Watch: SERVING") << "meanwhile it is what it was";
}

TEST_F(ActiveCheckTest, ChecksEachIntervalWhereThereIsNoWatch) {
  Ask();
  Asked(1).stream->SubmitHeaders(
      http2::ToHeaderList(With(http2::GrpcResponse(), "grpc-status", "12")),
      http2::EndStream::kYes);
  for (size_t number = 2; number < 5; ++number) {
    http2::StreamLog& log = Asked(number);
    Say(log, kServing);
    SendTrailers(log);
    AwaitReport("serving; Check: SERVING");
  }
}

TEST_F(ActiveCheckTest, WhatIsWithdrawnIsNotHeard) {
  Ask();
  http2::StreamLog& watch = Asked(1);
  Say(watch, kServing);
  check_->PoolFailed("connection lost");  // the answer is on its way
  const auto before = reports_;
  Settle();
  EXPECT_EQ(reports_, before);
}

TEST_F(ActiveCheckTest, AtAnotherPortItHasAConnectionOfItsOwn) {
  AskAt({endpoint_.address()});
  EXPECT_EQ(pool_, nullptr);
  Say(Asked(1), kServing);
  AwaitReport("serving; Watch: SERVING");
  // The calls' connection is not its own.
  check_->PoolFailed("connection lost");
  check_->PoolDraining();
  Settle();
  EXPECT_EQ(reports_.back(), "serving; Watch: SERVING");
  EXPECT_THAT(endpoint_.calls(), SizeIs(1));
  endpoint_.Die();
  RunUntil([&] { return reports_.back().starts_with("unknown; "); });
}

TEST_F(ActiveCheckTest, BySocketItTriesTheAddressesInTurn) {
  check_settings_.type = config::HealthCheck::Type::kTcp;
  AskAt({net::SocketAddress::From(*base::Address::Parse("unix:/nonexistent/a")),
         endpoint_.address()});
  RunUntil([&] { return reports_.size() == 3; });
  EXPECT_THAT(reports_,
              ElementsAre(StartsWith("not serving; connecting failed"), "serving; TCP: accepted",
                          StartsWith("serving; connecting failed")));
}

TEST_F(ActiveCheckTest, NothingIsHeardAfterItsEnd) {
  Ask();
  Say(Asked(1), kServing);
  check_.reset();
  const auto before = reports_;
  Settle();
  EXPECT_EQ(reports_, before);
}

}  // namespace
}  // namespace evenkeel::health
