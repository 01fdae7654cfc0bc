// AttemptSet without a policy, through a real sidecar: what is tried again transparently (gRFC A6),
// where, how often, and what never is. Policies are in policy_retry_test.cc and hedging_test.cc.
#include "proxy/call/attempt_set.h"

#include "lib/base/random.h"
#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/http2/frame_reader.h"
#include "tests/lib/telemetry/scrape.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class AttemptSetTest : public SidecarTest {
 protected:
  static void Refuse(StreamLog& log) { log.stream->Reset(ErrorCode::kRefusedStream); }
  double Retries() const {
    return telemetry::Scrape(metrics_.Text()).Sum("evenkeel_client_call_transparent_retries_total");
  }
};

TEST_F(AttemptSetTest, WhatOneEndpointRefusesGoesToAnotherOnce) {
  Start(2);
  StreamLog& call = Call();
  const Arrival first = Arrived();
  Refuse(*first.log);
  const Arrival second = Arrived();
  EXPECT_NE(second.endpoint, first.endpoint);
  EXPECT_EQ(second.log->headers, first.log->headers);
  Answer(*second.log);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_THAT(arrivals_, SizeIs(2));
  EXPECT_EQ(Retries(), 1);
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(AttemptSetTest, WhatTwoRefuseIsUnavailable) {
  Start(3);
  StreamLog& call = Call();
  Refuse(*Arrived().log);
  const Arrival second = Arrived();
  Refuse(*second.log);
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("endpoint " + endpoints_[second.endpoint]->name() +
                                         ", attempt 2: refused by the endpoint"));
  EXPECT_TRUE(NothingArrives());
}

TEST_F(AttemptSetTest, ALoneEndpointIsAskedAgain) {
  Start(1);
  StreamLog& call = Call();
  Refuse(*Arrived().log);
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(AttemptSetTest, TheSecondEndpointGetsTheRequestByteForByte) {
  Start(2);
  base::Random random(5);
  std::string body;
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& first = *Arrived().log;
  for (int i = 0; i < 10; ++i) {
    std::string piece(1 + random.Below(5'000), '\0');
    for (char& each : piece) each = static_cast<char>(random());
    SendData(call, piece);
    body += piece;
    Settle();
  }
  RunUntil([&] { return first.body.size() == body.size(); });
  Refuse(first);
  StreamLog& second = *Arrived().log;
  SendData(call, "the rest", EndStream::kYes);
  body += "the rest";
  RunUntil([&] { return second.events.back().ends_with(" END"); });
  EXPECT_TRUE(second.body == body) << second.body.size() << " of " << body.size();
  Answer(second);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(AttemptSetTest, ARepeatedRequestKeepsTheClientsWindowRight) {
  Start(2);
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& first = *Arrived().log;
  SendData(call, std::string(60'000, 'x'));
  RunUntil([&] { return first.body.size() == 60'000; });
  Refuse(first);
  StreamLog& second = *Arrived().log;
  SendData(call, std::string(200'000, 'y'), EndStream::kYes);
  for (size_t credited = 0; credited < 260'000 && !HasFailure(); credited = second.body.size()) {
    RunUntil([&] { return second.body.size() > credited; });
    second.stream->ReturnCredit(second.body.size() - credited);
  }
  Answer(second);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(AttemptSetTest, NothingIsTriedAgainOnceHeadersWent) {
  Start(2);
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  RunUntil([&] { return !call.headers.empty(); });
  Refuse(attempt);
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
  EXPECT_EQ(Retries(), 0);
}

TEST_F(AttemptSetTest, NothingIsTriedAgainBeyondTheReplayLimit) {
  Start(2);
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  SendData(call, std::string(RequestBody::kReplayLimit, 'x'));
  RunUntil([&] { return attempt.body.size() == RequestBody::kReplayLimit; });
  attempt.stream->ReturnCredit(RequestBody::kReplayLimit);
  SendData(call, "x");
  RunUntil([&] { return attempt.body.size() > RequestBody::kReplayLimit; });
  Refuse(attempt);
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(AttemptSetTest, NothingIsTriedAgainThatAnEndpointMayHaveActedOn) {
  Start(2);
  StreamLog& call = Call();
  endpoints_[Arrived().endpoint]->connections[0]->Destroy();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(AttemptSetTest, WhatAGoAwayLeavesOutGoesElsewhere) {
  pool::TestEndpoint& by_hand = AddEndpoint();
  by_hand.HangAfterAccept();
  AddEndpoint();
  Launch();
  RunUntil([&] { return !by_hand.hanging.empty(); });
  rpc::RawSocket raw(std::move(by_hand.hanging[0]));
  raw.Write(http2::WireBuilder().ServerHello().text());
  RunUntil([&] { return Ready() == 2; });
  client_ = Connect();

  StreamLog& one = Call();
  StreamLog& other = Call();  // least_request: each endpoint gets one
  Answer(*Arrived().log);
  RunUntil([&] {
    raw.Read();
    const auto frames = Describe(http2::FrameReader().Read(http2::AsBytes(raw.received())));
    return std::ranges::count(frames, "HEADERS 1") == 1;
  });
  raw.Write(http2::WireBuilder().GoAway(0, ErrorCode::kNoError).text());
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(one), "0");
  EXPECT_EQ(Finished(other), "0");
}

TEST_F(AttemptSetTest, ADeadEndpointCostsNoCall) {
  Start(3);
  endpoints_[1]->Die();
  RunUntil([&] { return Ready() == 2; });
  for (int i = 0; i < 30; ++i) {
    StreamLog& call = Call();
    const Arrival arrival = Arrived();
    EXPECT_NE(arrival.endpoint, 1u);
    Answer(*arrival.log);
    EXPECT_EQ(Finished(call), "0");
  }
}

// Property: after any endings in any order, nothing is left in flight and every call has ended.
class EndingsTest : public SidecarTest, public ::testing::WithParamInterface<uint64_t> {
 protected:
  void Step() {
    StreamLog* call = PickFrom(calls_);
    StreamLog* attempt = PickAttempt();
    switch (random_.Below(10)) {
      case 0:
      case 1:
      case 2:
        calls_.push_back(&Call(
            random_.Below(2) == 0 ? EndStream::kYes : EndStream::kNo,
            random_.Below(4) > 0 ? GrpcRequest() : With(GrpcRequest(), "grpc-timeout", "20m")));
        break;
      case 3:
        if (call) SendData(*call, "data");
        break;
      case 4:
        if (call) call->Release();
        break;
      case 5:
        if (attempt) Answer(*attempt);
        break;
      case 6:
        if (attempt) attempt->stream->Reset(ErrorCode::kRefusedStream);
        break;
      case 7:
        if (attempt) attempt->stream->Reset(ErrorCode::kInternalError);
        break;
      case 8:
        if (attempt) {
          Respond(*attempt);
          SendData(*attempt, "data");
          responding_.push_back(attempt);
        }
        break;
      default:
        Disturb();
    }
    Settle();
  }
  /// GOAWAY, or a connection that breaks.
  void Disturb() {
    auto& connections = endpoints_[random_.Below(endpoints_.size())]->connections;
    if (connections.empty() || !connections.back()->alive()) return;
    if (random_.Below(2) == 0) {
      connections.back()->session().SubmitGoAway(ErrorCode::kNoError, "");
    } else {
      connections.back()->Destroy();
    }
  }
  StreamLog* PickFrom(std::vector<StreamLog*>& logs) {
    std::erase_if(logs, [](StreamLog* each) { return !each->stream || each->stream->closed(); });
    return logs.empty() ? nullptr : logs[random_.Below(logs.size())];
  }
  StreamLog* PickAttempt() {
    std::vector<StreamLog*> open;
    for (const Arrival& each : arrivals_) {
      if (!each.log->stream->closed() && !each.log->answered) open.push_back(each.log);
    }
    return open.empty() ? nullptr : open[random_.Below(open.size())];
  }

  base::Random random_{GetParam()};
  std::vector<StreamLog*> calls_;
  std::vector<StreamLog*> responding_;  // their trailers are still to come
};

TEST_P(EndingsTest, LeaveNothingInFlight) {
  Start(3);
  for (int i = 0; i < 150; ++i) Step();
  for (StreamLog* each : calls_) {
    if (random_.Below(2) == 0) each->Release();
  }
  RunUntil([&] {
    while (StreamLog* attempt = PickAttempt()) Answer(*attempt);
    for (StreamLog* each : std::exchange(responding_, {})) SendTrailers(*each);
    return PickFrom(calls_) == nullptr && InFlight() == 0;
  });
  const telemetry::Scrape scrape(metrics_.Text());
  EXPECT_GT(scrape.Sum("evenkeel_server_call_started_total"), 10);
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_in_flight"), 0);
  EXPECT_EQ(scrape.Sum("evenkeel_client_attempt_in_flight"), 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, EndingsTest, ::testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace evenkeel::proxy
