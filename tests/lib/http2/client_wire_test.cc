// A client's session against an endpoint written by hand.
#include "tests/lib/http2/wire_test.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ClientWireTest : public WireTest {
 protected:
  ClientWireTest() : WireTest(Role::kClient) {
    Receive(WireBuilder().ServerHello());
    TakeFrames();
  }

  StreamLog& Sent(EndStream end = EndStream::kYes) {
    StreamLog& log = peer_.Open(end);
    TakeFrames();
    return log;
  }
};

TEST(ClientHandshakeTest, OpensWithThePrefaceAndSettingsThatForbidPush) {
  Peer client(Role::kClient, {.stream_window = 70'000, .connection_window = 100'000});
  const ByteQueue bytes = client.Produce();
  const std::string preface = WireBuilder().Preface().text();
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.bytes().data()), preface.size()),
            preface);
  const std::vector<Frame> frames = FrameReader().Read(bytes.bytes());
  ASSERT_THAT(Describe(frames), ElementsAre("SETTINGS", "WINDOW_UPDATE 0 +34465"));
  EXPECT_EQ(frames[0].payload, BigEndian(4, 2) + BigEndian(70'000, 4) +  //
                                   BigEndian(6, 2) + BigEndian(64 * 1024, 4) + BigEndian(2, 2) +
                                   BigEndian(0, 4));
}

// gRPC's wire text: an empty DATA frame ends a request without a message. Servers hang otherwise.
TEST_F(ClientWireTest, EndsARequestWithoutBodyByAnEmptyFrameOfData) {
  peer_.Open(EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 0 bytes END_STREAM"));
  StreamLog& log = peer_.Open();
  SendData(log, "", EndStream::kYes);  // before the headers have left
  EXPECT_THAT(Said(), ElementsAre("HEADERS 3", "DATA 3 0 bytes END_STREAM"));
}

TEST_F(ClientWireTest, EndsARequestWithoutBodyThoughThereIsNoWindow) {
  Receive(WireBuilder().Settings({{kInitialWindowSize, 0}}));
  TakeFrames();
  peer_.Open(EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 0 bytes END_STREAM"));
}

TEST_F(ClientWireTest, SaysTheEndWithTheLastData) {
  StreamLog& log = peer_.Open();
  SendData(log, "abc", EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 3 bytes END_STREAM"));
}

TEST_F(ClientWireTest, HalfClosesByOneEmptyFrame) {
  StreamLog& log = peer_.Open();
  SendData(log, "abc");
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 3 bytes"));
  SendData(log, "", EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("DATA 1 0 bytes END_STREAM"));
  EXPECT_EQ(log.sent, 3u);
}

TEST_F(ClientWireTest, SendsNoEmptyFrameThatDoesNotEnd) {
  StreamLog& log = peer_.Open();
  SendData(log, "");
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1"));
}

TEST_F(ClientWireTest, SkipsInterimResponses) {
  StreamLog& log = Sent();
  Receive(WireBuilder()
              .Headers(1, {{":status", "100"}})
              .Headers(1, {{":status", "103"}, {"link", "</a>"}})
              .Headers(1, GrpcResponse())
              .Data(1, "abc")
              .Headers(1, {{"grpc-status", "0"}}, EndStream::kYes));
  EXPECT_THAT(log.events, ElementsAre("headers", "data 3", "trailers", "closed by both: NO_ERROR"));
  EXPECT_EQ(log.headers, GrpcResponse());
}

// As many as a server likes to send, but not without end; nor header blocks of calls that are over.
TEST_F(ClientWireTest, EndsAServerThatSendsHeadersWithoutEnd) {
  for (const bool over : {false, true}) {
    Peer client(Role::kClient);
    ASSERT_TRUE(client.Receive(WireBuilder().ServerHello()));
    client.Open();
    client.Produce();
    if (over) client.streams[0]->Release();
    client.Produce();
    const WireBuilder wire = WireBuilder().Headers(1, {{":status", "103"}});
    int blocks = 0;
    while (blocks < 5'000 && client.Receive(wire)) ++blocks;
    EXPECT_GT(blocks, 900);
    EXPECT_LT(blocks, 1'500);
    EXPECT_EQ(client.session().failure_code(), ErrorCode::kEnhanceYourCalm);
  }
}

TEST_F(ClientWireTest, TellsABodyThatEndsWithoutTrailers) {
  StreamLog& log = Sent();
  Receive(WireBuilder().Headers(1, GrpcResponse()).Data(1, "abc", EndStream::kYes));
  EXPECT_THAT(log.events, ElementsAre("headers", "data 3 END", "closed by both: NO_ERROR"));
}

TEST_F(ClientWireTest, KeepsGrpcStatusInTrailersOverTheLimit) {
  StreamLog& log = Sent();
  Receive(WireBuilder().Headers(1, GrpcResponse()));
  const std::string piece(15'000, 'x');
  Fields trailers;
  for (int i = 0; i < 5; ++i) trailers.push_back({"x-huge", piece});
  trailers.push_back({"grpc-status", "5"});
  const std::string block = EncodeHeaders(trailers);
  WireBuilder wire;
  wire.Frame(kHeaders, kEndStreamFlag, 1, block.substr(0, 16'384));
  for (size_t at = 16'384; at < block.size(); at += 16'384) {
    wire.Continuation(1, block.substr(at, 16'384),
                      at + 16'384 < block.size() ? 0 : kEndHeadersFlag);
  }
  Receive(wire);
  ASSERT_THAT(log.events, ElementsAre("headers", "trailers", "closed by both: NO_ERROR"));
  EXPECT_EQ(log.trailers.back(), (Field{"grpc-status", "5"}));
}

TEST_F(ClientWireTest, AResponseThatEndsBeforeTheRequestLeavesTheRestUnwanted) {
  StreamLog& log = Sent(EndStream::kNo);
  Receive(WireBuilder().Headers(1, GrpcResponse(), EndStream::kYes));
  EXPECT_THAT(log.events, ElementsAre("headers END"));
  log.Release();
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 NO_ERROR"));
}

TEST_F(ClientWireTest, AResetOfNoErrorAfterAResponseIsItsEnd) {
  StreamLog& log = Sent(EndStream::kNo);
  Receive(
      WireBuilder().Headers(1, GrpcResponse(), EndStream::kYes).RstStream(1, ErrorCode::kNoError));
  EXPECT_THAT(log.events, ElementsAre("headers END", "closed by peer: NO_ERROR"));
}

TEST_F(ClientWireTest, TellsEachCodeOfAReset) {
  for (uint32_t code = 0; code < 16; ++code) {
    StreamLog& log = Sent();
    Receive(WireBuilder().RstStream(log.id(), static_cast<ErrorCode>(code)));
    const std::string name(ErrorCodeName(static_cast<ErrorCode>(code)));
    EXPECT_THAT(log.events, ElementsAre(StartsWith("closed by peer: " + name)));
  }
}

TEST_F(ClientWireTest, GoAwayPairsCloseWhatTheSecondLeavesOut) {
  StreamLog& first = Sent();
  StreamLog& second = Sent();
  Receive(WireBuilder().GoAway(0x7fffffff, ErrorCode::kNoError));
  EXPECT_THAT(second.events, IsEmpty());
  EXPECT_EQ(peer_.session().stream_room(), 0u);
  Receive(WireBuilder().GoAway(1, ErrorCode::kNoError));
  EXPECT_THAT(second.events, ElementsAre("closed by peer: REFUSED_STREAM, refused"));
  Receive(WireBuilder().Headers(1, GrpcResponse(), EndStream::kYes));
  EXPECT_THAT(first.events, ElementsAre("headers END", "closed by both: NO_ERROR"));
}

TEST_F(ClientWireTest, TakesMaxConcurrentStreamsOfZero) {
  Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 0}}));
  EXPECT_EQ(peer_.session().stream_room(), 0u);
  Receive(WireBuilder().Settings({{kMaxConcurrentStreams, 2}}));
  EXPECT_EQ(peer_.session().stream_room(), 2u);
}

// Endpoints that break the rules.

struct BadResponse {
  const char* what;
  WireBuilder wire;
  friend void PrintTo(const BadResponse& each, std::ostream* out) { *out << each.what; }
};

class BadResponseTest : public ClientWireTest, public ::testing::WithParamInterface<BadResponse> {};

TEST_P(BadResponseTest, EndsItsStreamAndNoOther) {
  StreamLog& bad = Sent();
  StreamLog& good = Sent();
  Receive(GetParam().wire);
  EXPECT_EQ(error_, "");
  EXPECT_THAT(bad.events, Contains("closed by us: PROTOCOL_ERROR"));
  EXPECT_THAT(Said(), Contains("RST_STREAM 1 PROTOCOL_ERROR"));
  Receive(WireBuilder().Headers(3, GrpcResponse(), EndStream::kYes));
  EXPECT_THAT(good.events, ElementsAre("headers END", "closed by both: NO_ERROR"));
}

const BadResponse kBadResponses[] = {
    {"NoStatus", WireBuilder().Headers(1, {{"content-type", "application/grpc"}})},
    {"TwoStatuses", WireBuilder().Headers(1, With({{":status", "200"}}, ":status", "200"))},
    {"StatusOfTwoDigits", WireBuilder().Headers(1, {{":status", "20"}})},
    {"StatusAfterAField", WireBuilder().Headers(1, {{"a", "b"}, {":status", "200"}})},
    {"PathInAResponse", WireBuilder().Headers(1, {{":status", "200"}, {":path", "/"}})},
    {"UpperCaseName", WireBuilder().Headers(1, With(GrpcResponse(), "X-Upper", "1"))},
    {"LineFeedInAValue", WireBuilder().Headers(1, With(GrpcResponse(), "x", "a\nb"))},
    {"ConnectionField", WireBuilder().Headers(1, With(GrpcResponse(), "connection", "close"))},
    {"InterimThatEnds", WireBuilder().Headers(1, {{":status", "100"}}, EndStream::kYes)},
    {"TrailersWithoutEnd",
     WireBuilder().Headers(1, GrpcResponse()).Headers(1, {{"grpc-status", "0"}})},
    {"StatusInTrailers",
     WireBuilder().Headers(1, GrpcResponse()).Headers(1, {{":status", "200"}}, EndStream::kYes)},
    {"DataBeforeHeaders", WireBuilder().Data(1, "abc")},
    {"WindowUpdateOfZero", WireBuilder().WindowUpdate(1, 0)},
    {"BodyShorterThanContentLength", WireBuilder()
                                         .Headers(1, With(GrpcResponse(), "content-length", "5"))
                                         .Data(1, "abc", EndStream::kYes)},
};

INSTANTIATE_TEST_SUITE_P(All, BadResponseTest, ::testing::ValuesIn(kBadResponses),
                         [](const auto& info) { return std::string(info.param.what); });

struct BadEndpoint {
  const char* what;
  WireBuilder wire;
  const char* code;
  friend void PrintTo(const BadEndpoint& each, std::ostream* out) { *out << each.what; }
};

class BadEndpointTest : public ClientWireTest, public ::testing::WithParamInterface<BadEndpoint> {};

TEST_P(BadEndpointTest, EndsTheConnection) {
  Sent();
  Receive(GetParam().wire);
  EXPECT_THAT(Said(), Contains(std::string("GOAWAY last 0 ") + GetParam().code));
  EXPECT_TRUE(peer_.session().finished());
  EXPECT_FALSE(peer_.session().failure().empty());
}

const BadEndpoint kBadEndpoints[] = {
    {"HeadersOnAStreamOfItsOwn", WireBuilder().Headers(2, GrpcRequest()), "PROTOCOL_ERROR"},
    {"HeadersOnAnIdleStream", WireBuilder().Headers(5, GrpcResponse()), "PROTOCOL_ERROR"},
    {"DataOnAnIdleStream", WireBuilder().Data(5, "abc"), "PROTOCOL_ERROR"},
    {"DataOnStreamZero", WireBuilder().Data(0, "abc"), "PROTOCOL_ERROR"},
    {"ResetOfAnIdleStream", WireBuilder().RstStream(5), "PROTOCOL_ERROR"},
    {"PushWhereItIsForbidden",
     WireBuilder().Frame(kPushPromise, kEndHeadersFlag, 1,
                         BigEndian(2, 4) + EncodeHeaders(GrpcRequest())),
     "PROTOCOL_ERROR"},
    {"FrameTooLarge", WireBuilder().Frame(kData, 0, 1, std::string(16'385, 'x')),
     "FRAME_SIZE_ERROR"},
    {"BrokenHeaderBlock", WireBuilder().Frame(kHeaders, kEndHeadersFlag, 1, "\xff\xff\xff\xff"),
     "COMPRESSION_ERROR"},
    {"GoAwayThatRises", WireBuilder().GoAway(1, ErrorCode::kNoError).GoAway(3, ErrorCode::kNoError),
     "PROTOCOL_ERROR"},
};

INSTANTIATE_TEST_SUITE_P(All, BadEndpointTest, ::testing::ValuesIn(kBadEndpoints),
                         [](const auto& info) { return std::string(info.param.what); });

}  // namespace
}  // namespace evenkeel::http2
