// One call through the sidecar: what passes, what is refused, and how each ending looks to the
// client and to the endpoint.
#include "proxy/call/call.h"

#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/http2/frame_reader.h"
#include "tests/lib/http2/wire_test.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class CallTest : public SidecarTest {};

TEST_F(CallTest, PassesBodiesAndTrailersBothWays) {
  Start();
  StreamLog& call = Call(EndStream::kNo);
  SendData(call, "request", EndStream::kYes);
  StreamLog& attempt = *Arrived().log;
  RunUntil([&] { return attempt.body == "request"; });
  Respond(attempt);
  SendData(attempt, "response");
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
  EXPECT_EQ(call.body, "response");
  EXPECT_EQ(call.headers, GrpcResponse());
  EXPECT_EQ(call.events.back(), "closed by both: NO_ERROR");
}

TEST_F(CallTest, PassesMetadataAsItIs) {
  Start();
  Fields fields = With(With(GrpcRequest(), "x-twice", "1"), "x-twice", "2");
  fields = With(fields, "x-bin", "AAEC/w");
  fields.push_back({"authorization", "secret", http2::Indexing::kNever});
  Call(EndStream::kYes, fields);
  EXPECT_EQ(Arrived().log->headers, fields);
}

TEST_F(CallTest, PassesNoHostBesideTheAuthority) {
  Start();
  Call(EndStream::kYes, With(GrpcRequest(), "host", "other.test"));
  EXPECT_EQ(Arrived().log->headers, GrpcRequest());
}

TEST_F(CallTest, StreamsBothWaysAtOnce) {
  Start();
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  std::string said;
  for (const char* each : {"one", "two", "three"}) {
    said += each;
    SendData(call, each);
    RunUntil([&] { return attempt.body == said; });
    SendData(attempt, each);
    RunUntil([&] { return call.body == said; });
  }
  SendData(call, "", EndStream::kYes);
  RunUntil([&] { return attempt.events.back().ends_with(" END"); });
  SendTrailers(attempt);
  EXPECT_EQ(Finished(call), "0");
}

// Clients take an empty DATA that ends the stream for an answer without a status.
TEST_F(CallTest, PassesTrailersOnlyThatAnEmptyBodyEndsAsOneBlock) {
  Start();
  StreamLog& call = Call();
  const Fields answer = With(With(GrpcResponse(), "grpc-status", "5"), "grpc-message", "no%20such");
  StreamLog& attempt = *Arrived().log;
  attempt.stream->SubmitHeaders(http2::ToHeaderList(answer), EndStream::kNo);
  Settle();
  EXPECT_THAT(call.events, IsEmpty());
  SendData(attempt, "", EndStream::kYes);
  EXPECT_EQ(Finished(call), "5");
  EXPECT_EQ(call.headers, answer);
  EXPECT_EQ(call.events.front(), "headers END");
}

TEST_F(CallTest, AStatusInHeadersThatABodyFollowsIsToldAtTheEnd) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  attempt.stream->SubmitHeaders(http2::ToHeaderList(With(GrpcResponse(), "grpc-status", "5")),
                                EndStream::kNo);
  SendData(attempt, "message", EndStream::kYes);
  EXPECT_EQ(Finished(call), "5");
  EXPECT_EQ(call.body, "message");
  EXPECT_EQ(FieldOf(call.trailers, "grpc-status"), "5");
}

TEST_F(CallTest, AStatusInHeadersThatNothingFollowsIsNotHeldForLong) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  attempt.stream->SubmitHeaders(http2::ToHeaderList(With(GrpcResponse(), "grpc-status", "5")),
                                EndStream::kNo);
  RunUntil([&] { return !call.headers.empty(); });
  SendData(attempt, "", EndStream::kYes);
  EXPECT_EQ(Finished(call), "5");
  EXPECT_EQ(FieldOf(call.trailers, "grpc-status"), "5");
}

TEST_F(CallTest, PassesTrailersOnlyAsOneBlock) {
  Start();
  StreamLog& call = Call();
  const Fields answer = With(With(GrpcResponse(), "grpc-status", "5"), "grpc-message", "no%20such");
  Arrived().log->stream->SubmitHeaders(http2::ToHeaderList(answer), EndStream::kYes);
  EXPECT_EQ(Finished(call), "5");
  EXPECT_EQ(call.headers, answer);
  EXPECT_EQ(call.events.front(), "headers END");
}

TEST_F(CallTest, PassesLargeBodiesInBoundedPieces) {
  Start();
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  const std::string body(1'000'000, 'x');
  SendData(call, body, EndStream::kYes);
  for (size_t credited = 0; credited < body.size() && !HasFailure();) {
    RunUntil([&] { return attempt.body.size() > credited; });
    Settle();
    EXPECT_LE(attempt.body.size() - credited, 64u * 1024);
    EXPECT_LE(call.sent - attempt.body.size(), 2u * 64 * 1024 + 1'000);
    attempt.stream->ReturnCredit(attempt.body.size() - credited);
    credited = attempt.body.size();
  }
  EXPECT_TRUE(attempt.body == body);
  Answer(attempt);
  EXPECT_EQ(Finished(call), "0");
}

TEST_F(CallTest, AnEarlyAnswerEndsBothSidesWithoutError) {
  Start();
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  Answer(attempt, "3");
  EXPECT_EQ(Finished(call), "3");
  EXPECT_THAT(call.events, ElementsAre("headers END", "closed by peer: NO_ERROR"));
  RunUntil([&] { return attempt.stream->closed(); });
  EXPECT_THAT(attempt.events.back(), Not(HasSubstr("CANCEL")));
}

// What is no call of ours.

TEST_F(CallTest, SaysWhichPathHasNoRoute) {
  config_.listeners[0].Edit().cluster = "";
  config::Route& route = config_.listeners[0].Edit().routes.emplace_back();
  route.match.service = "a.Users";
  route.cluster = "users";
  Start();
  StreamLog& call = Call(EndStream::kYes, GrpcRequest("/a.Other/Get"));
  EXPECT_EQ(Finished(call), "12");
  EXPECT_EQ(MessageOf(call), "no route for /a.Other/Get");
  StreamLog& other = Call(EndStream::kYes, GrpcRequest("/nonsense"));
  EXPECT_EQ(Finished(other), "12");
  EXPECT_TRUE(NothingArrives());
}

TEST_F(CallTest, AnswersWhatIsNoGrpcWith415) {
  Start();
  Fields fields = With(Without(GrpcRequest(), "content-type"), "content-type", "application/json");
  StreamLog& call = Call(EndStream::kYes, fields);
  Finished(call);
  EXPECT_EQ(FieldOf(call.headers, ":status"), "415");
  EXPECT_THAT(call.body, HasSubstr("application/grpc"));
}

TEST_F(CallTest, AnswersWhatIsNoPostWith405) {
  Start();
  Fields fields = GrpcRequest();
  fields[0].value = "GET";
  StreamLog& call = Call(EndStream::kYes, fields);
  Finished(call);
  EXPECT_EQ(FieldOf(call.headers, ":status"), "405");
  EXPECT_EQ(FieldOf(call.headers, "allow"), "POST");
}

TEST_F(CallTest, RefusesMetadataOverTheLimit) {
  config_.listeners[0].Edit().http2.max_header_list = 1'024;
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "x-huge", std::string(2'000, 'x')));
  EXPECT_EQ(Finished(call), "8");
  EXPECT_THAT(MessageOf(call), HasSubstr("max_header_list"));
  EXPECT_TRUE(NothingArrives());
}

TEST_F(CallTest, SaysThatMetadataIsOverTheLimitAlsoWhereThatCutsTheContentTypeOff) {
  config_.listeners[0].Edit().http2.max_header_list = 1'024;
  Start();
  Fields request = GrpcRequest();
  request.insert(std::ranges::find(request, "content-type", &http2::Field::name),
                 {"x-huge", std::string(2'000, 'x')});
  StreamLog& call = Call(EndStream::kYes, request);
  EXPECT_EQ(Finished(call), "8");
}

TEST_F(CallTest, SendsNoEndpointMoreMetadataThanItSaysItTakes) {
  for (int i = 0; i < 2; ++i) AddEndpoint().set_max_header_list(1'024);
  Start();
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "x-huge", std::string(2'000, 'x')));
  EXPECT_EQ(Finished(call), "8");
  EXPECT_THAT(MessageOf(call), HasSubstr("MAX_HEADER_LIST_SIZE"));
  EXPECT_TRUE(NothingArrives());
  StreamLog& other = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(other), "0");
}

// Endpoints that answer in other ways.

struct ForeignAnswer {
  const char* what;
  Fields headers;
  const char* status;
  friend void PrintTo(const ForeignAnswer& each, std::ostream* out) { *out << each.what; }
};

class ForeignAnswerTest : public CallTest, public ::testing::WithParamInterface<ForeignAnswer> {};

TEST_P(ForeignAnswerTest, BecomesItsStatus) {
  for (const EndStream end : {EndStream::kYes, EndStream::kNo}) {
    if (end == EndStream::kYes) Start();
    StreamLog& call = Call();
    const Arrival arrival = Arrived();
    arrival.log->stream->SubmitHeaders(http2::ToHeaderList(GetParam().headers), end);
    if (end == EndStream::kNo) SendData(*arrival.log, "<html>", EndStream::kYes);
    EXPECT_EQ(Finished(call), GetParam().status);
    EXPECT_EQ(call.body, "");
    EXPECT_THAT(MessageOf(call), HasSubstr(endpoints_[arrival.endpoint]->name()));
    EXPECT_THAT(MessageOf(call), HasSubstr(GetParam().headers[0].value));
  }
  RunUntil([&] { return InFlight() == 0; });
}

Fields Html(std::string http_status) {
  return {{":status", std::move(http_status)}, {"content-type", "text/html"}};
}

const ForeignAnswer kForeignAnswers[] = {
    {"Http400", Html("400"), "13"},
    {"Http401", Html("401"), "16"},
    {"Http403", Html("403"), "7"},
    {"Http404", Html("404"), "12"},
    {"Http429", Html("429"), "14"},
    {"Http502", Html("502"), "14"},
    {"Http503", Html("503"), "14"},
    {"Http504", Html("504"), "14"},
    {"Http500", Html("500"), "2"},
    {"Http200OfAnotherType", Html("200"), "2"},
    {"Http503WithGrpcStatus", With(Html("503"), "grpc-status", "8"), "8"},
    {"Http404WithGrpcType", {{":status", "404"}, {"content-type", "application/grpc"}}, "12"},
};

INSTANTIATE_TEST_SUITE_P(All, ForeignAnswerTest, ::testing::ValuesIn(kForeignAnswers),
                         [](const auto& info) { return std::string(info.param.what); });

TEST_F(CallTest, AResponseThatEndsWithoutTrailersIsUnknown) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  SendData(attempt, "data", EndStream::kYes);
  EXPECT_EQ(Finished(call), "2");
  EXPECT_EQ(call.body, "data");
  EXPECT_THAT(MessageOf(call), HasSubstr("without grpc-status"));
}

TEST_F(CallTest, TrailersWithoutStatusAreUnknownAndKeepTheirFields) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  attempt.stream->SubmitTrailers(http2::ToHeaderList({{"x-debug", "1"}}));
  EXPECT_EQ(Finished(call), "2");
  EXPECT_EQ(FieldOf(call.trailers, "x-debug"), "1");
}

// An answer that lacks some of its metadata is none; a failure stays what it is. The endpoint is
// written by hand: one of ours would not send what is too large for its client.
TEST_F(CallTest, AnswersWithMetadataOverTheLimitAreResourceExhausted) {
  config_.clusters[0].Edit().http2.max_header_list = 1'024;
  pool::TestEndpoint& by_hand = AddEndpoint();
  by_hand.HangAfterAccept();
  Launch();
  RunUntil([&] { return !by_hand.hanging.empty(); });
  rpc::RawSocket raw(std::move(by_hand.hanging[0]));
  raw.Write(http2::WireBuilder().ServerHello().text());
  RunUntil([&] { return Ready() == 1; });
  client_ = Connect();
  http2::StreamId id = 1;
  const auto answered = [&](const Fields& headers, const Fields& trailers) -> StreamLog& {
    StreamLog& call = Call();
    RunUntil([&] {
      raw.Read();
      const auto frames = Describe(http2::FrameReader().Read(http2::AsBytes(raw.received())));
      return std::ranges::count(frames, "HEADERS " + std::to_string(id)) == 1;
    });
    http2::WireBuilder wire;
    wire.Headers(id, headers);
    if (!trailers.empty()) wire.Headers(id, trailers, EndStream::kYes);
    raw.Write(wire.text());
    id += 2;
    return call;
  };
  const std::string huge(2'000, 'x');
  StreamLog& without_end = answered(With(GrpcResponse(), "x-huge", huge), {});
  EXPECT_EQ(Finished(without_end), "8");
  EXPECT_THAT(MessageOf(without_end), HasSubstr("max_header_list"));
  // The last leaves no room for the status.
  const std::pair<Fields, const char*> kTrailers[] = {
      {{{"x-huge", huge}, {"grpc-status", "0"}}, "8"},
      {{{"x-huge", huge}, {"grpc-status", "5"}}, "5"},
      {{{"x-fills", std::string(980, 'x')}, {"grpc-status", "5"}}, "8"}};
  for (const auto& [trailers, told] : kTrailers) {
    EXPECT_EQ(Finished(answered(GrpcResponse(), trailers)), told);
  }
}

TEST_F(CallTest, TheCodeOfAResetDecidesTheStatus) {
  Start();
  const std::pair<ErrorCode, const char*> kCases[] = {{ErrorCode::kCancel, "1"},
                                                      {ErrorCode::kInternalError, "13"},
                                                      {ErrorCode::kProtocolError, "13"},
                                                      {ErrorCode::kEnhanceYourCalm, "8"},
                                                      {ErrorCode::kInadequateSecurity, "7"},
                                                      {ErrorCode::kNoError, "13"}};
  for (const auto& [code, status] : kCases) {
    StreamLog& call = Call();
    Arrived().log->stream->Reset(code);
    EXPECT_EQ(Finished(call), status) << http2::ErrorCodeName(code);
    EXPECT_THAT(MessageOf(call), HasSubstr(http2::ErrorCodeName(code)));
  }
}

TEST_F(CallTest, AResetInTheMiddleOfAResponseKeepsWhatCameBefore) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  Respond(attempt);
  SendData(attempt, "partial");
  RunUntil([&] { return call.body == "partial"; });
  attempt.stream->Reset(ErrorCode::kInternalError);
  EXPECT_EQ(Finished(call), "13");
}

TEST_F(CallTest, AnEndpointThatDiesUnderACallMakesItUnavailable) {
  Start();
  StreamLog& call = Call();
  const Arrival arrival = Arrived();
  const std::string name = endpoints_[arrival.endpoint]->name();
  endpoints_[arrival.endpoint]->Die();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("endpoint " + name));
  EXPECT_TRUE(NothingArrives());
}

TEST_F(CallTest, WithNoEndpointLeftSaysWhatAilsThem) {
  Start(1);
  const std::string name = endpoints_[0]->name();
  endpoints_[0]->Die();
  RunUntil([&] { return Ready() == 0; });
  StreamLog& call = Call(EndStream::kYes, With(GrpcRequest(), "grpc-timeout", "5S"));
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("cluster users"));
  EXPECT_THAT(MessageOf(call), HasSubstr(name));
}

// Clients that go.

TEST_F(CallTest, ACancelReachesTheEndpoint) {
  Start();
  StreamLog& call = Call(EndStream::kNo);
  StreamLog& attempt = *Arrived().log;
  call.Release();
  RunUntil([&] { return attempt.stream->closed(); });
  EXPECT_EQ(attempt.events.back(), "closed by peer: CANCEL");
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(CallTest, AClientThatVanishesCancelsAllItsCalls) {
  Start();
  for (int i = 0; i < 20; ++i) Call();
  std::vector<StreamLog*> attempts;
  for (int i = 0; i < 20; ++i) attempts.push_back(Arrived().log);
  client_->Destroy();
  for (StreamLog* each : attempts) {
    RunUntil([&] { return each->stream->closed(); });
    EXPECT_EQ(each->events.back(), "closed by peer: CANCEL");
  }
  RunUntil([&] { return InFlight() == 0; });
}

TEST_F(CallTest, ACancelAfterTheAnswerHarmsNobody) {
  Start(1);
  StreamLog& call = Call(EndStream::kNo);
  Answer(*Arrived().log);
  call.Release();
  StreamLog& next = Call();
  Answer(*Arrived().log);
  EXPECT_EQ(Finished(next), "0");
}

// One call that the sidecar answers by itself, to a client written by hand that opens no window.
class LoneCallTest : public http2::WireTest, private Call::Owner {
 protected:
  void Start(http2::HeaderList request) {
    Receive(http2::WireBuilder()
                .Preface()
                .Settings({{http2::kInitialWindowSize, 0}})
                .Headers(1, GrpcRequest(), EndStream::kYes));
    TakeFrames();
    Call::Owner& owner = *this;
    call_.emplace(context_, routes_, client_, std::move(stream(0).stream), std::move(request),
                  owner);
    call_->Start(EndStream::kYes);
  }
  void OnCallFinished() override {}
  void OnCallGone(Call&) override {}

  net::EventLoop loop_;
  base::Random random_{1};
  telemetry::Metrics metrics_;
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  CurrentRoutes routes_;
  const net::Peer client_{"client", nullptr};
  std::optional<Call> call_;
};

TEST_F(LoneCallTest, EndsOnceNothingOfItsAnswerHasLeftFromOneLookToTheNext) {
  Start(http2::ToHeaderList({{":method", "GET"}}));
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1"));
  call_->ResetIfStuck();
  Receive(http2::WireBuilder().WindowUpdate(1, 1));
  EXPECT_THAT(Said(), ElementsAre("DATA 1 1 bytes"));
  call_->ResetIfStuck();
  EXPECT_THAT(Said(), IsEmpty());
  call_->ResetIfStuck();
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 CANCEL"));
}

TEST_F(LoneCallTest, KeepsNothingOfMetadataOverTheLimit) {
  constexpr size_t kLarge = 50'000;
  http2::HeaderList request = http2::ToHeaderList(GrpcRequest());
  request.Add("x-large", std::string(kLarge, 'x'));
  request.set_limit(kLarge);
  request.AddWithinLimit("x-more", "1", http2::Indexing::kAllowed);
  base::BlockPool::Release();
  Start(std::move(request));
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1 END_STREAM"));
  if (base::BlockPool::kept() == 0) GTEST_SKIP() << "sanitizer builds recycle nothing";
  EXPECT_GT(base::BlockPool::kept(), kLarge);
}

// Drain.

TEST_F(CallTest, ADrainLetsCallsFinish) {
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  bool drained = false;
  server_->Drain([&] { drained = true; });
  RunUntil([&] { return client_->goaways >= 2; });
  EXPECT_FALSE(drained);
  Answer(attempt);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return drained; });
}

}  // namespace
}  // namespace evenkeel::proxy
