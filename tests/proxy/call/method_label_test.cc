// Which label a call's method has in metrics, and from when on.
#include "tests/lib/telemetry/scrape.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

class MethodLabelTest : public SidecarTest {
 protected:
  StreamLog& CallOf(const std::string& method) {
    Fields fields = GrpcRequest();
    std::ranges::find(fields, ":path", &http2::Field::name)->value = "/s/" + method;
    return Call(EndStream::kYes, fields);
  }
  double Started(const std::string& label) const {
    return Counted("evenkeel_server_call_started_total", label);
  }
  double InFlightAs(const std::string& label) const {
    return Counted("evenkeel_server_call_in_flight", label);
  }

 private:
  double Counted(const std::string& name, const std::string& label) const {
    const telemetry::Scrape scrape(metrics_.Text());
    const std::string series = name + "{grpc_method=\"" + label + "\"}";
    return scrape.Has(series) ? scrape.Value(series) : 0;
  }
};

TEST_F(MethodLabelTest, OneAnswerGivesAMethodItsLabelAndCountsForIt) {
  Start(1);
  StreamLog& call = CallOf("Get");
  Answer(*Arrived().log, "5");
  Finished(call);
  EXPECT_EQ(Started("s/Get"), 1);
  EXPECT_EQ(Started("other"), 0);
}

TEST_F(MethodLabelTest, AStreamHasItFromItsFirstMessageOn) {
  Start(1);
  StreamLog& call = CallOf("Watch");
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  RunUntil([&] { return !call.headers.empty(); });
  EXPECT_EQ(InFlightAs("other"), 1);
  SendData(attempt, "message");
  RunUntil([&] { return call.body == "message"; });
  EXPECT_EQ(InFlightAs("other"), 0);
  EXPECT_EQ(InFlightAs("s/Watch"), 1);
  EXPECT_EQ(Started("s/Watch"), 1);
}

TEST_F(MethodLabelTest, InventedMethodsGetNoneAndHideNoOther) {
  Start(1);
  for (int i = 0; i < 250; ++i) {
    StreamLog& call = CallOf("invented" + std::to_string(i));
    Answer(*Arrived().log, "12");
    Finished(call);
  }
  StreamLog& call = CallOf("Get");
  Answer(*Arrived().log);
  Finished(call);
  EXPECT_EQ(Started("other"), 250);
  EXPECT_EQ(Started("s/Get"), 1);
}

TEST_F(MethodLabelTest, WhatNoEndpointAnsweredIsOther) {
  Start(1);
  StreamLog& call = CallOf("Get");
  Arrived().log->stream->Reset(ErrorCode::kInternalError);
  EXPECT_EQ(Finished(call), "13");
  EXPECT_EQ(Started("other"), 1);
  EXPECT_EQ(InFlightAs("other"), 0);
}

TEST_F(MethodLabelTest, TheConfigurationKnowsMethodsFromTheStart) {
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.match.service = "s";
  route.match.method = "Get";
  route.cluster = "users";
  Start(1);
  CallOf("Get");
  Arrived();
  EXPECT_EQ(Started("s/Get"), 1);
  EXPECT_EQ(InFlightAs("s/Get"), 1);
}

}  // namespace
}  // namespace evenkeel::proxy
