#include "health/grpc_probe.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "grpc/health/v1/health.pb.h"
#include "lib/rpc/message_reader.h"
#include "tests/pool/pool_test.h"

namespace evenkeel::health {
namespace {

using grpc::health::v1::HealthCheckResponse;
using http2::EndStream;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Method = GrpcProbe::Method;

std::string Framed(std::string_view message) {
  const auto bytes = rpc::FrameMessage(message);
  return {bytes.begin(), bytes.end()};
}
std::string Says(int status) {
  HealthCheckResponse response;
  response.set_status(static_cast<HealthCheckResponse::ServingStatus>(status));
  return Framed(response.SerializeAsString());
}
std::string Value(const http2::Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &http2::Field::name);
  return found == fields.end() ? "none" : found->value;
}

// A probe of a pool with a connection, to an endpoint that the test answers for.
class GrpcProbeTest : public pool::PoolTest, public Probe::Owner {
 protected:
  http2::StreamLog& Ask(Method method) {
    if (pool_ == nullptr) MakeReadyPool();
    Start(method);
    const size_t before = endpoint_.calls().size();
    RunUntil([&] {
      return endpoint_.calls().size() > before && !endpoint_.calls().back()->body.empty();
    });
    return *endpoint_.calls().back();
  }
  void Start(Method method) {
    Probe::Owner& owner = *this;
    probe_ = std::make_unique<GrpcProbe>(method, settings_, *pool_, owner);
    probe_->Start();
  }
  static void End(http2::StreamLog& log, const std::string& status) {
    log.stream->SubmitTrailers(
        http2::ToHeaderList({{"grpc-status", status}, {"grpc-message", "why"}}));
  }
  std::string Answer() {
    RunUntil([&] { return !heard_.empty(); });
    return heard_.empty() ? "nothing" : std::exchange(heard_, {}).front();
  }

  void OnProbeSent(Probe&) override { ++sent_; }
  void OnProbeAnswer(Probe&, ProbeResult result, const std::string& detail) override {
    heard_.push_back(std::string(ProbeResultName(result)) + "; " + detail);
  }
  void OnWatchEnded(Probe&, const rpc::Status& status) override {
    heard_.push_back("ended with " + std::string(rpc::StatusName(status.code)));
  }
  void OnNoRoomToWatch(Probe&) override { heard_.emplace_back("no room to watch"); }
  void OnProbeLost(Probe&, const std::string& reason) override {
    heard_.push_back("lost: " + reason);
  }

  config::HealthCheck settings_;
  int sent_ = 0;
  std::vector<std::string> heard_;
  std::unique_ptr<GrpcProbe> probe_;
};

TEST_F(GrpcProbeTest, AsksForTheServiceAsConfigured) {
  settings_.service = "users.v1";
  settings_.authority = "users.example";
  settings_.metadata = {{"x-probe", "1"}};
  settings_.timeout = std::chrono::milliseconds(1500);
  const http2::StreamLog& check = Ask(Method::kCheck);
  EXPECT_EQ(sent_, 1);
  EXPECT_EQ(Value(check.headers, ":path"), "/grpc.health.v1.Health/Check");
  EXPECT_EQ(Value(check.headers, ":authority"), "users.example");
  EXPECT_EQ(Value(check.headers, "x-probe"), "1");
  EXPECT_EQ(Value(check.headers, "grpc-timeout"), "1500000u");
  EXPECT_EQ(check.body, Framed(std::string("\x0a\x08users.v1")));  // field 1, eight bytes
}

TEST_F(GrpcProbeTest, AWatchHasNoDeadlineAndTheEndpointsNameByDefault) {
  const http2::StreamLog& watch = Ask(Method::kWatch);
  EXPECT_EQ(Value(watch.headers, ":path"), "/grpc.health.v1.Health/Watch");
  EXPECT_EQ(Value(watch.headers, ":authority"), "endpoint");
  EXPECT_EQ(Value(watch.headers, "grpc-timeout"), "none");
  EXPECT_EQ(watch.body, Framed(""));
}

TEST_F(GrpcProbeTest, AChecksAnswerIsItsMessageOnceTheStatusIsOk) {
  for (const auto& [message, answer] : std::vector<std::pair<std::string, std::string>>{
           {Says(1), "serving; Check: SERVING"},
           {Says(0), "not serving; Check: UNKNOWN"},
           {Says(2), "not serving; Check: NOT_SERVING"},
           {Says(3), "service unknown; Check: SERVICE_UNKNOWN"},
           {Says(77), "not serving; Check: status 77"},
           {Framed("\xff\xff"), "not serving; Check: UNKNOWN"},
           {"", "failed; Check: an answer without message"}}) {
    http2::StreamLog& log = Ask(Method::kCheck);
    Respond(log);
    SendData(log, message);
    Settle();
    EXPECT_THAT(heard_, IsEmpty()) << "it has no status yet";
    End(log, "0");
    EXPECT_EQ(Answer(), answer);
  }
}

TEST_F(GrpcProbeTest, AChecksStatusSaysWhyItFailed) {
  for (const auto& [status, answer] : std::vector<std::pair<std::string, std::string>>{
           {"12", "unimplemented; Check: UNIMPLEMENTED, why"},
           {"5", "service unknown; Check: NOT_FOUND, why"},
           {"16", "denied; Check: UNAUTHENTICATED, why"},
           {"7", "denied; Check: PERMISSION_DENIED, why"},
           {"14", "failed; Check: UNAVAILABLE, why"}}) {
    http2::StreamLog& log = Ask(Method::kCheck);
    Respond(log);
    SendData(log, Says(1));  // a message before a bad status counts for nothing
    End(log, status);
    EXPECT_EQ(Answer(), answer);
  }
}

TEST_F(GrpcProbeTest, EachMessageOfAWatchIsAnAnswerAndItsEndNone) {
  http2::StreamLog& log = Ask(Method::kWatch);
  Respond(log);
  for (const auto& [status, answer] : std::vector<std::pair<int, std::string>>{
           {1, "serving; Watch: SERVING"}, {2, "not serving; Watch: NOT_SERVING"}}) {
    SendData(log, Says(status));
    EXPECT_EQ(Answer(), answer);
  }
  End(log, "14");
  EXPECT_EQ(Answer(), "ended with UNAVAILABLE");
}

TEST_F(GrpcProbeTest, AnAnswerOfMoreThanFourKilobytesIsNone) {
  http2::StreamLog& log = Ask(Method::kCheck);
  Respond(log);
  SendData(log, Framed(std::string(4097, 0)));
  EXPECT_THAT(Answer(), ::testing::StartsWith("failed; Check: INTERNAL"));
}

TEST_F(GrpcProbeTest, AWatchDoesNotTakeTheOnlyStreamAndACheckMay) {
  endpoint_.set_max_streams(1);
  MakeReadyPool();
  Start(Method::kWatch);
  EXPECT_THAT(heard_, ElementsAre("no room to watch"));
  EXPECT_EQ(sent_, 0);
  heard_.clear();
  Ask(Method::kCheck);
  EXPECT_THAT(heard_, IsEmpty());
  EXPECT_EQ(sent_, 1);
}

TEST_F(GrpcProbeTest, WhatIsLostWithItsConnectionOrFindsNoneIsNoAnswer) {
  Ask(Method::kCheck);
  endpoint_.Die();
  EXPECT_EQ(Answer(), "lost: the connection was lost");
  RunUntil([&] { return pool_->state() == pool::Pool::State::kFailing; });
  Start(Method::kWatch);
  EXPECT_THAT(Answer(), ::testing::StartsWith("lost: "));
  EXPECT_EQ(sent_, 1);
}

TEST_F(GrpcProbeTest, DestroyingItWithdrawsIt) {
  const http2::StreamLog& log = Ask(Method::kWatch);
  probe_.reset();
  RunUntil([&] { return log.stream->closed(); });
  EXPECT_THAT(log.events.back(), ::testing::HasSubstr("CANCEL"));
  EXPECT_THAT(heard_, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::health
