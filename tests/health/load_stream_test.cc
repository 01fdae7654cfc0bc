#include "health/load_stream.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "lib/rpc/message_reader.h"
#include "tests/pool/pool_test.h"
#include "xds/data/orca/v3/orca_load_report.pb.h"
#include "xds/service/orca/v3/orca.pb.h"

namespace evenkeel::health {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Report(double qps) {
  xds::data::orca::v3::OrcaLoadReport report;
  report.set_rps_fractional(qps);
  const auto bytes = rpc::FrameMessage(report.SerializeAsString());
  return {bytes.begin(), bytes.end()};
}

class LoadStreamTest : public pool::PoolTest {
 protected:
  void Start(base::Duration period = std::chrono::seconds(10)) {
    stream_ = std::make_unique<LoadStream>(
        loop_, random_, *pool_, period,
        [this](const balancer::LoadReport& report) { reports_.push_back(report.qps); },
        pool::Backoff::Settings{.initial = milliseconds(2), .max = milliseconds(4)});
    stream_->Start();
  }
  // The endpoint's side of the stream, the `number`th it was asked for.
  http2::StreamLog& Asked(size_t number) {
    RunUntil([&] { return Calls() >= number && !endpoint_.calls().back()->body.empty(); });
    return *endpoint_.calls().at(number - 1);
  }
  size_t Calls() const { return endpoint_.calls().size(); }
  static void End(http2::StreamLog& log, const std::string& status) {
    log.stream->SubmitHeaders(
        http2::ToHeaderList(With(http2::GrpcResponse(), "grpc-status", status)),
        http2::EndStream::kYes);
  }

  std::vector<double> reports_;
  std::unique_ptr<LoadStream> stream_;
};

TEST_F(LoadStreamTest, AsksForReportsAtThePeriodAndHandsThemOn) {
  MakeReadyPool();
  Start(milliseconds(2500));
  http2::StreamLog& log = Asked(1);
  const auto path = std::ranges::find(log.headers, ":path", &http2::Field::name);
  EXPECT_EQ(path->value, "/xds.service.orca.v3.OpenRcaService/StreamCoreMetrics");
  xds::service::orca::v3::OrcaLoadReportRequest request;
  ASSERT_TRUE(request.ParseFromString(log.body.substr(5)));
  EXPECT_EQ(request.report_interval().seconds(), 2);
  EXPECT_EQ(request.report_interval().nanos(), 500'000'000);
  Respond(log);
  SendData(log, Report(1) + Report(2));
  RunUntil([&] { return reports_.size() == 2; });
  EXPECT_THAT(reports_, ElementsAre(1, 2));
}

TEST_F(LoadStreamTest, WhatIsNoReportIsPassedOver) {
  MakeReadyPool();
  Start();
  http2::StreamLog& log = Asked(1);
  Respond(log);
  const auto nonsense = rpc::FrameMessage("\xff\xff");
  SendData(log, std::string(nonsense.begin(), nonsense.end()) + Report(3));
  RunUntil([&] { return !reports_.empty(); });
  EXPECT_THAT(reports_, ElementsAre(3));
  EXPECT_FALSE(log.stream->closed());
}

TEST_F(LoadStreamTest, IsOpenedAgainWhenItEnds) {
  MakeReadyPool();
  Start();
  End(Asked(1), "14");
  Asked(2).stream->Reset(http2::ErrorCode::kRefusedStream);
  Asked(3);
}

TEST_F(LoadStreamTest, WaitsForAConnection) {
  endpoint_.StopListening();
  MakePool();
  Start();
  RunUntil([&] { return pool_->state() == pool::Pool::State::kFailing; });
  endpoint_.ListenAgain();
  Asked(1);
}

// The next connection may well be where the last one was in memory.
TEST_F(LoadStreamTest, AnEndpointWithoutTheServiceIsAskedAgainOnAnotherConnectionOnly) {
  MakeReadyPool();
  Start();
  for (uint64_t restarts = 1; restarts <= 5; ++restarts) {
    End(Asked(1), "12");
    LetPass(milliseconds(20));  // several back-offs
    EXPECT_EQ(Calls(), 1u);
    endpoint_.Die();
    RunUntil([&] { return ConnectFailures(telemetry::ConnectFailure::kRefused) >= restarts; });
    endpoint_.ListenAgain();
  }
}

TEST_F(LoadStreamTest, MovesFromAConnectionThatIsToEnd) {
  MakeReadyPool();
  Start();
  http2::StreamLog& first = Asked(1);
  stream_->Restart();
  RunUntil([&] { return first.stream->closed(); });
  Asked(2);
  EXPECT_THAT(first.events.back(), ::testing::HasSubstr("CANCEL"));
}

TEST_F(LoadStreamTest, ARestartWhileItWaitsChangesNothing) {
  endpoint_.HangAfterAccept();
  MakePool();
  Start();
  stream_->Restart();
  EXPECT_THAT(reports_, IsEmpty());
  EXPECT_EQ(Calls(), 0u);
}

TEST_F(LoadStreamTest, DestroyingItEndsTheStream) {
  MakeReadyPool();
  Start();
  const http2::StreamLog& log = Asked(1);
  stream_.reset();
  RunUntil([&] { return log.stream->closed(); });
  LetPass(milliseconds(10));
  EXPECT_EQ(Calls(), 1u);
}

}  // namespace
}  // namespace evenkeel::health
