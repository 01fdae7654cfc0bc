// A server's session against bytes written by hand: what it answers, frame by frame.
#include <algorithm>

#include "tests/lib/http2/session_pair.h"
#include "tests/lib/http2/wire_test.h"

namespace evenkeel::http2 {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ServerWireTest : public WireTest {
 protected:
  ServerWireTest() { Greet(); }

  StreamLog& Request(StreamId id, EndStream end = EndStream::kNo) {
    Receive(WireBuilder().Headers(id, GrpcRequest(), end));
    return *peer_.streams.back();
  }
};

class ServerHandshakeTest : public WireTest {};

TEST_F(ServerHandshakeTest, OpensWithItsSettings) {
  Peer server(Role::kServer, {.stream_window = 70'000,
                              .connection_window = 100'000,
                              .max_concurrent_streams = 7,
                              .max_header_list = 5'000});
  const std::vector<Frame> frames = FrameReader().Read(server.Produce().bytes());
  ASSERT_THAT(Describe(frames), ElementsAre("SETTINGS", "WINDOW_UPDATE 0 +34465"));
  EXPECT_EQ(frames[0].payload, BigEndian(4, 2) + BigEndian(70'000, 4) +  //
                                   BigEndian(6, 2) + BigEndian(5'000, 4) + BigEndian(3, 2) +
                                   BigEndian(7, 4));
}

TEST_F(ServerHandshakeTest, AcknowledgesTheClientsSettings) {
  Receive(WireBuilder().ClientHello());
  EXPECT_THAT(Said(), ElementsAre("SETTINGS", "WINDOW_UPDATE 0 +983041", "SETTINGS ACK"));
  EXPECT_EQ(peer_.settings, 1);
}

TEST_F(ServerHandshakeTest, TakesItsBytesOneByOne) {
  const WireBuilder wire =
      WireBuilder().ClientHello().Headers(1, GrpcRequest()).Data(1, "abc", EndStream::kYes);
  for (const uint8_t& byte : wire.bytes()) {
    ASSERT_TRUE(peer_.session().Receive({&byte, 1}));
  }
  EXPECT_EQ(stream(0).headers, GrpcRequest());
  EXPECT_EQ(stream(0).body, "abc");
  EXPECT_THAT(stream(0).events.back(), EndsWith(" END"));
}

TEST_F(ServerHandshakeTest, TellsAPeerOfHttp1FromAPeerOfHttp2) {
  const auto received = peer_.Receive(WireBuilder().Raw("GET / HTTP/1.1\r\n\r\n"));
  ASSERT_FALSE(received);
  EXPECT_EQ(received.error().code, ErrorCode::kHttp11Required);
}

TEST_F(ServerHandshakeTest, RefusesAPrefaceThatGoesWrongInItsMiddle) {
  EXPECT_FALSE(peer_.Receive(WireBuilder().Raw("PRI * HTTP/2.0\r\n\r\nXX")));
}

TEST_F(ServerHandshakeTest, RefusesAFirstFrameThatIsNotSettings) {
  Receive(WireBuilder().Preface().Ping(1));
  EXPECT_THAT(Said(), Contains("GOAWAY last 0 PROTOCOL_ERROR"));
  EXPECT_TRUE(peer_.session().finished());
}

// Responses on the wire.

TEST_F(ServerWireTest, SendsDataAndTrailersInThreeFramesAndNoMore) {
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendData(log, "hello");
  SendTrailers(log);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 5 bytes", "HEADERS 1 END_STREAM"));
  EXPECT_EQ(log.events.back(), "closed by both: NO_ERROR");
}

TEST_F(ServerWireTest, SendsNoDataFrameBeforeTrailersOfAnEmptyBody) {
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendTrailers(log);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "HEADERS 1 END_STREAM"));
}

TEST_F(ServerWireTest, SendsNoDataFrameBeforeTrailersThatComeLater) {
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendData(log, "hello");
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 5 bytes"));
  SendTrailers(log);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1 END_STREAM"));
}

TEST_F(ServerWireTest, SendsTrailersOnlyInOneFrameWithoutAReset) {
  Respond(Request(1, EndStream::kYes), EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1 END_STREAM"));
}

TEST_F(ServerWireTest, TellsAClientThatStillSendsToStop) {
  StreamLog& log = Request(1);
  Respond(log, EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1 END_STREAM", "RST_STREAM 1 NO_ERROR"));
  EXPECT_EQ(log.events.back(), "closed by us: NO_ERROR");
  ExpectServes(3);
}

TEST_F(ServerWireTest, SaysTheEndOnceAfterData) {
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendData(log, "abc", EndStream::kYes);
  SendData(log, "", EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 3 bytes END_STREAM"));
}

TEST_F(ServerWireTest, CutsDataIntoFramesOf16Kibibytes) {
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendData(log, std::string(40'000, 'x'));
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 16384 bytes", "DATA 1 16384 bytes",
                                  "DATA 1 7232 bytes"));
}

TEST_F(ServerWireTest, KeepsToTheClientsWindow) {
  Receive(WireBuilder().Settings({{kInitialWindowSize, 10}}));
  StreamLog& log = Request(1, EndStream::kYes);
  TakeFrames();
  Respond(log);
  SendData(log, std::string(25, 'x'));
  SendTrailers(log);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1", "DATA 1 10 bytes"));
  Receive(WireBuilder().WindowUpdate(1, 10));
  EXPECT_THAT(Said(), ElementsAre("DATA 1 10 bytes"));
  Receive(WireBuilder().WindowUpdate(1, 10));
  EXPECT_THAT(Said(), ElementsAre("DATA 1 5 bytes", "HEADERS 1 END_STREAM"));
}

TEST_F(ServerWireTest, SendsWhatANewWindowForAllStreamsAllows) {
  Receive(WireBuilder().Settings({{kInitialWindowSize, 0}}));
  StreamLog& log = Request(1, EndStream::kYes);
  Respond(log);
  SendData(log, "hello");
  TakeFrames();
  Receive(WireBuilder().Settings({{kInitialWindowSize, 100}}));
  EXPECT_THAT(Said(), ElementsAre("SETTINGS ACK", "DATA 1 5 bytes"));
}

TEST_F(ServerWireTest, GivesTheConnectionsWindowBackOnReceiptAndTheStreamsOnCredit) {
  StreamLog& log = Request(1);
  for (int i = 0; i < 40; ++i) {
    Receive(WireBuilder().Data(1, std::string(16'000, 'x')));
    log.stream->ReturnCredit(16'000);
  }
  size_t for_connection = 0;
  size_t for_stream = 0;
  for (const std::string& each : Said()) {
    for_connection += each.starts_with("WINDOW_UPDATE 0 ");
    for_stream += each.starts_with("WINDOW_UPDATE 1 ");
  }
  EXPECT_EQ(for_connection, 1u);  // 640,000 bytes are more than half of its window once
  EXPECT_GE(for_stream, 10u);
}

TEST_F(ServerWireTest, GivesNoStreamWindowBackUnasked) {
  Request(1);
  for (int i = 0; i < 4; ++i) Receive(WireBuilder().Data(1, std::string(16'000, 'x')));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST_F(ServerWireTest, AnswersPingsWithTheirOwnBytes) {
  Receive(WireBuilder().Ping(0x0102030405060708));
  const std::vector<Frame> frames = TakeFrames();
  ASSERT_THAT(Describe(frames), ElementsAre("PING ACK"));
  EXPECT_EQ(frames[0].payload, BigEndian(0x0102030405060708, 8));
}

TEST_F(ServerWireTest, ReadsARequestSpreadOverContinuations) {
  const std::string block = EncodeHeaders(GrpcRequest());
  Receive(WireBuilder()
              .Frame(kHeaders, kEndStreamFlag, 1, block.substr(0, 10))
              .Continuation(1, block.substr(10, 20), 0)
              .Continuation(1, block.substr(30), kEndHeadersFlag));
  EXPECT_EQ(stream(0).headers, GrpcRequest());
  EXPECT_THAT(stream(0).events, ElementsAre("headers END"));
}

TEST(HeaderLimitTest, ReadsAListAsLargeAsItsLimitInHowManyFramesEver) {
  Peer server(Role::kServer, {.max_header_list = 1024 * 1024});
  Fields fields = GrpcRequest();
  for (int i = 0; i < 60; ++i) fields = With(fields, "x-large", std::string(16'000, 'x'));
  const std::string block = EncodeHeaders(fields);
  WireBuilder wire = WireBuilder().ClientHello();
  wire.Frame(kHeaders, kEndStreamFlag, 1, block.substr(0, 16'384));
  for (size_t at = 16'384; at < block.size(); at += 16'384) {
    wire.Continuation(1, block.substr(at, 16'384),
                      at + 16'384 < block.size() ? 0 : kEndHeadersFlag);
  }
  ASSERT_TRUE(server.Receive(wire));
  EXPECT_EQ(server.streams.at(0)->headers, fields);
}

// How a client empties our table (RFC 7541, section 4.2): it must hear that we did.
TEST_F(ServerWireTest, TellsATableLimitThatWasLowerWithinOneSettings) {
  Respond(Request(1, EndStream::kYes), EndStream::kYes);
  TakeFrames();
  Receive(WireBuilder().Settings({{kHeaderTableSize, 0}, {kHeaderTableSize, 4096}}));
  EXPECT_THAT(Said(), ElementsAre("SETTINGS ACK"));
  Respond(Request(3, EndStream::kYes), EndStream::kYes);
  EXPECT_THAT(TakeFrames().at(0).payload, StartsWith("\x20\x3f\xe1\x1f"));
}

TEST_F(ServerWireTest, TakesBlanksOffAroundAValue) {
  Receive(
      WireBuilder().Headers(1, With(With(GrpcRequest(), "x-meta", " \ta b\t "), "x-blank", " ")));
  EXPECT_EQ(stream(0).headers, With(With(GrpcRequest(), "x-meta", "a b"), "x-blank", ""));
}

// Of what comes on a stream that is closed nobody would ever hear.
TEST_F(ServerWireTest, ResetsHeadersOnAStreamThatIsClosed) {
  Respond(Request(1, EndStream::kYes), EndStream::kYes);
  TakeFrames();
  Receive(WireBuilder().Headers(1, GrpcRequest(), EndStream::kYes));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 STREAM_CLOSED"));
  ExpectServes(3);
}

TEST_F(ServerWireTest, EndsAConnectionThatGoesBackToAStreamItPassedOver) {
  Request(1);
  Request(7);
  Receive(WireBuilder().Headers(5, GrpcRequest(), EndStream::kYes));
  EXPECT_THAT(Said(), Contains("GOAWAY last 7 PROTOCOL_ERROR"));
}

TEST_F(ServerWireTest, SaysWhenItIsInTheMiddleOfAHeaderBlock) {
  EXPECT_FALSE(peer_.session().mid_block());
  Receive(WireBuilder().Frame(kHeaders, 0, 1, EncodeHeaders(GrpcRequest())));
  EXPECT_TRUE(peer_.session().mid_block());
  Receive(WireBuilder().Continuation(1, "", kEndHeadersFlag));
  EXPECT_FALSE(peer_.session().mid_block());
}

// What a request led to may not have left us yet, or never will, for the peer's socket takes
// nothing.
TEST_F(ServerWireTest, TellsAStreamThatTheClientBreaksAtOnce) {
  ASSERT_TRUE(peer_.Receive(WireBuilder().Headers(1, GrpcRequest()).WindowUpdate(1, 0x7fffffff)));
  EXPECT_EQ(stream(0).events.back(), "closed by us: FLOW_CONTROL_ERROR");
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 FLOW_CONTROL_ERROR"));
}

// The peer's socket takes nothing, so nothing is produced; those who hold the stream go on.
TEST_F(ServerWireTest, TellsAStreamThatIsResetWithoutRoomForOutput) {
  StreamLog& log = Request(1);
  log.stream->Reset(ErrorCode::kCancel);
  peer_.Produce(0);
  EXPECT_EQ(log.TakeEvents().back(), "closed by us: CANCEL");
}

TEST_F(ServerWireTest, DoesNotMindPriority) {
  Receive(WireBuilder().Priority(1, 0).Priority(5, 1));
  ExpectServes(7);
}

TEST_F(ServerWireTest, DoesNotMindFramesItDoesNotKnow) {
  Receive(WireBuilder().Frame(0xf5, 0xff, 0, "whatever").Frame(0xf6, 0, 1, ""));
  ExpectServes(1);
}

TEST_F(ServerWireTest, TellsACancelAndHoldsNothingBack) {
  StreamLog& log = Request(1);
  Respond(log);
  Receive(WireBuilder().RstStream(1, ErrorCode::kCancel));
  EXPECT_EQ(log.events.back(), "closed by peer: CANCEL");
  SendData(log, "too late", EndStream::kYes);
  log.Release();
  EXPECT_THAT(Said(), Not(Contains(StartsWith("RST_STREAM"))));
  EXPECT_EQ(peer_.session().open_streams(), 0u);
}

TEST_F(ServerWireTest, ResetsWhatIsLetGoOf) {
  Request(1).Release();
  Request(3, EndStream::kYes).Release();
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 CANCEL", "RST_STREAM 3 NO_ERROR"));
  ExpectServes(5);
}

TEST_F(ServerWireTest, RefusesWhatComesAfterItsGoAway) {
  StreamLog& log = Request(1, EndStream::kYes);
  peer_.session().SubmitGoAway(ErrorCode::kNoError, "");
  EXPECT_THAT(Said(), ElementsAre("GOAWAY last 1 NO_ERROR"));
  Receive(WireBuilder().Headers(3, GrpcRequest(), EndStream::kYes));
  EXPECT_THAT(peer_.streams, SizeIs(1));
  Respond(log, EndStream::kYes);
  EXPECT_THAT(Said(), ElementsAre("HEADERS 1 END_STREAM"));
  EXPECT_TRUE(peer_.session().finished());
}

// What is sent on streams that are over.

TEST_F(ServerWireTest, AnswersDataWhereBothHaveEndedWithStreamClosed) {
  Respond(Request(1, EndStream::kYes), EndStream::kYes);
  Said();
  Receive(WireBuilder().Data(1, "late"));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 STREAM_CLOSED"));
  Receive(WireBuilder().Data(1, "", EndStream::kYes));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 STREAM_CLOSED"));
  ExpectServes(3);
}

TEST_F(ServerWireTest, IgnoresDataThatMayHaveCrossedWithItsResetForASecond) {
  Respond(Request(1), EndStream::kYes);
  Said();
  Receive(WireBuilder().Data(1, "late"));
  EXPECT_THAT(Said(), IsEmpty());
  peer_.clock.Advance(std::chrono::seconds(1));
  Receive(WireBuilder().Data(1, "later"));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 STREAM_CLOSED"));
}

TEST_F(ServerWireTest, AnswersDataAfterAResetOfTheClientsOwn) {
  Request(1);
  Receive(WireBuilder().RstStream(1).Data(1, "late"));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 STREAM_CLOSED"));
}

// What the client says of lists.

TEST_F(ServerWireTest, EndsTheStreamAloneWhereAListIsLargerThanTheClientTakes) {
  constexpr uint16_t kMaxHeaderListSize = 6;
  Receive(WireBuilder().Settings({{kMaxHeaderListSize, 8'192}}));
  StreamLog& log = Request(1, EndStream::kYes);
  EXPECT_EQ(log.stream->max_header_list(), 8'192u);
  Respond(log);
  SendData(log, "hello");
  Said();
  log.stream->SubmitTrailers(ToHeaderList({{"grpc-status", "0"}, {"x", std::string(12'000, 'x')}}));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 INTERNAL_ERROR"));
  EXPECT_EQ(log.events.back(), "closed by us: INTERNAL_ERROR");
  StreamLog& other = Request(3, EndStream::kYes);
  other.stream->SubmitHeaders(ToHeaderList(With(GrpcResponse(), "x", std::string(12'000, 'x'))),
                              EndStream::kNo);
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 3 INTERNAL_ERROR"));
  ExpectServes(5);
}

// RFC 9113, section 8.3.1.

TEST_F(ServerWireTest, PutsAHostInTheAuthority) {
  Receive(WireBuilder().Headers(1, With(Without(GrpcRequest(), ":authority"), "host", "a.test"),
                                EndStream::kYes));
  const HeaderList headers = ToHeaderList(stream(0).headers);
  EXPECT_EQ(headers.Find(":authority"), "a.test");
  EXPECT_FALSE(headers.Find("host"));
  bool regular = false;
  for (const HeaderField each : headers) {
    EXPECT_FALSE(regular && each.name.starts_with(':'));
    regular |= !each.name.starts_with(':');
  }
}

TEST_F(ServerWireTest, LeavesAHostBesideAnAuthorityOut) {
  Receive(WireBuilder().Headers(1, With(GrpcRequest(), "host", "other.test"), EndStream::kYes));
  EXPECT_EQ(stream(0).headers, GrpcRequest());
}

// Limits.

// RFC 9113, section 6.9.2: until it has read our SETTINGS it uses the default window, which may be
// more than ours; it may end its stream all the same.
TEST(ShrunkWindowTest, AClientMayEndAStreamThatHasSentMoreThanOurWindow) {
  Peer server(Role::kServer, {.stream_window = 1'000});
  const std::string body(10'000, 'x');
  ASSERT_TRUE(server.Receive(WireBuilder()
                                 .Preface()
                                 .Settings()
                                 .Headers(1, GrpcRequest())
                                 .Data(1, body)
                                 .SettingsAck()
                                 .Data(1, "", EndStream::kYes)));
  EXPECT_THAT(server.streams.at(0)->events, ElementsAre("headers", "data 10000", "data 0 END"));
}

TEST_F(ServerHandshakeTest, RefusesStreamsAboveItsLimitUntilTheClientKnowsIt) {
  WireBuilder wire;
  wire.Preface().Settings();
  for (StreamId id = 1; id < 2'000; id += 2) wire.Headers(id, GrpcRequest(), EndStream::kYes);
  Receive(wire);
  EXPECT_THAT(peer_.streams, SizeIs(100));
  const std::vector<std::string> said = Said();
  EXPECT_EQ(std::ranges::count_if(
                said, [](const auto& each) { return each.ends_with(" REFUSED_STREAM"); }),
            900);
  EXPECT_THAT(said, Not(Contains(StartsWith("GOAWAY"))));
}

TEST_F(ServerWireTest, RefusesAStreamAboveTheLimitAndServesTheOthers) {
  WireBuilder wire;
  for (StreamId id = 1; id < 203; id += 2) wire.Headers(id, GrpcRequest(), EndStream::kYes);
  Receive(wire);
  EXPECT_THAT(peer_.streams, SizeIs(100));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 201 REFUSED_STREAM"));
  Respond(stream(0), EndStream::kYes);
  Said();
  ExpectServes(203);
}

// Its body may be under way already.
TEST_F(ServerWireTest, TakesTheBodyOfARequestThatItRefusedForNoNewFault) {
  Receive(WireBuilder().Headers(1, With(GrpcRequest(), "Upper", "case")));
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 1 PROTOCOL_ERROR"));
  Receive(WireBuilder().Data(1, "body").Data(1, "end", EndStream::kYes));
  EXPECT_THAT(Said(), IsEmpty());
  ExpectServes(3);
}

TEST_F(ServerWireTest, TakesTheBodyOfARequestAboveTheLimitForNoNewFault) {
  WireBuilder wire;
  for (StreamId id = 1; id < 203; id += 2) wire.Headers(id, GrpcRequest());
  Receive(wire);
  EXPECT_THAT(Said(), ElementsAre("RST_STREAM 201 REFUSED_STREAM"));
  Receive(WireBuilder().Data(201, "body", EndStream::kYes));
  EXPECT_THAT(Said(), IsEmpty());
}

TEST(InstanceTest, IsSaidInASettingAndKnownFromThePeers) {
  SessionPair unlike({.instance = 7}, {.instance = 9});
  EXPECT_EQ(unlike.client.session().peer_instance(), 9u);
  EXPECT_EQ(unlike.server.session().peer_instance(), 7u);
  EXPECT_FALSE(unlike.client.session().is_own_peer());
  SessionPair own({.instance = 7}, {.instance = 7});
  EXPECT_TRUE(own.client.session().is_own_peer());
  SessionPair silent;
  EXPECT_EQ(silent.client.session().peer_instance(), 0u);
  EXPECT_FALSE(silent.client.session().is_own_peer());
}

TEST(HeaderLimitTest, MarksAListOverTheLimitAndKeepsItsSmallFields) {
  Peer server(Role::kServer, {.max_header_list = 1'000});
  Fields fields = With(GrpcRequest(), "x-huge", std::string(2'000, 'x'));
  fields = With(fields, "x-small", "kept");
  ASSERT_TRUE(
      server.Receive(WireBuilder().ClientHello().Headers(1, fields).Headers(3, GrpcRequest())));
  EXPECT_TRUE(server.streams.at(0)->truncated);
  EXPECT_EQ(server.streams[0]->headers, With(GrpcRequest(), "x-small", "kept"));
  EXPECT_FALSE(server.streams.at(1)->truncated);
  EXPECT_EQ(server.streams[1]->headers, GrpcRequest());
}

TEST(HeaderLimitTest, CountsEveryFieldHoweverSmall) {
  Peer server(Role::kServer, {.max_header_list = 4'000});
  Fields fields = GrpcRequest();
  for (int i = 0; i < 1'000; ++i) fields.push_back({"c", "1"});
  ASSERT_TRUE(server.Receive(WireBuilder().ClientHello().Headers(1, fields)));
  EXPECT_TRUE(server.streams.at(0)->truncated);
  EXPECT_LT(server.streams[0]->headers.size(), 130u);
}

}  // namespace
}  // namespace evenkeel::http2
