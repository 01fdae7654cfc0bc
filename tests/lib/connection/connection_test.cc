#include "lib/connection/connection.h"

#include <gmock/gmock.h>

#include "lib/net/listener.h"
#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/http2/frame_reader.h"
#include "tests/lib/http2/session_pair.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::rpc {
namespace {

using http2::EndStream;
using http2::ErrorCode;
using http2::Role;
using http2::WireBuilder;
using Kind = Connection::Loss::Kind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class ConnectionTest : public net::LoopTest {
 protected:
  ConnectionTest() {
    auto sockets = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    EXPECT_TRUE(sockets) << sockets.error();
    address_ = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()), [this](base::FileDescriptor socket) {
      server_.connection().Attach(std::move(socket));
      accepted_ = true;
    });
  }

  /// A client's connection to the server, both with their SETTINGS exchanged.
  void Join() {
    client_.connection().Connect(address_);
    RunUntil([&] { return client_.settings > 0 && server_.settings > 0; });
  }
  /// A client written by hand.
  RawSocket RawClient() {
    RawSocket client = RawSocket::ConnectTo(address_);
    RunUntil([&] { return accepted_; });
    return client;
  }
  std::vector<std::string> Frames(const RawSocket& raw) {
    return Describe(http2::FrameReader().Read(http2::AsBytes(raw.received())));
  }

  net::SocketAddress address_ = net::SocketAddress::From(base::Address());
  std::optional<net::Listener> listener_;
  bool accepted_ = false;
  ConnectionPeer server_{loop_, Role::kServer};
  ConnectionPeer client_{loop_, Role::kClient};
};

TEST_F(ConnectionTest, CarriesACall) {
  Join();
  EXPECT_TRUE(client_.opened);
  http2::StreamLog& client = client_.Open(EndStream::kNo);
  SendData(client, "hello", EndStream::kYes);
  RunUntil([&] { return !server_.streams.empty() && server_.streams[0]->body == "hello"; });
  http2::StreamLog& server = *server_.streams[0];
  Respond(server);
  SendData(server, "world");
  SendTrailers(server);
  RunUntil([&] { return client.stream->closed(); });
  EXPECT_EQ(client.body, "world");
  EXPECT_EQ(client.events.back(), "closed by both: NO_ERROR");
}

TEST_F(ConnectionTest, CountsItsTraffic) {
  Join();
  client_.Open();
  RunUntil([&] { return !server_.streams.empty(); });
  Settle();
  EXPECT_GT(client_.sent, 0u);
  EXPECT_EQ(client_.sent, server_.received);
  EXPECT_EQ(server_.sent, client_.received);
}

TEST_F(ConnectionTest, PassesALargeBodyThroughAFullSocket) {
  Join();
  http2::StreamLog& client = client_.Open();
  RunUntil([&] { return !server_.streams.empty(); });
  http2::StreamLog& server = *server_.streams[0];
  Respond(server);
  const std::string body(3'000'000, 'x');
  SendData(server, body);
  SendTrailers(server);
  for (size_t credited = 0; credited < body.size() && !HasFailure();
       credited = client.body.size()) {
    RunUntil([&] { return client.body.size() > credited; });
    client.stream->ReturnCredit(client.body.size() - credited);
  }
  RunUntil([&] { return client.stream->closed(); });
  EXPECT_TRUE(client.body == body) << client.body.size();
  EXPECT_EQ(client.trailers.size(), 1u);
}

TEST_F(ConnectionTest, SaysThatNobodyListens) {
  Join();
  listener_.reset();
  ConnectionPeer late(loop_, Role::kClient);
  late.connection().Connect(address_);
  EXPECT_EQ(late.losses, 0);
  RunUntil([&] { return late.losses > 0; });
  EXPECT_FALSE(late.opened);
  EXPECT_EQ(late.loss.kind, Kind::kConnectFailed);
  EXPECT_EQ(late.loss.error, std::errc::connection_refused);
  EXPECT_EQ(late.loss.reason, "Connection refused");
}

TEST_F(ConnectionTest, SaysLaterWhatTheKernelSaysAtOnce) {
  const auto address = net::SocketAddress::From(*base::Address::Parse("unix:/nonexistent/a"));
  client_.connection().Connect(address);
  EXPECT_EQ(client_.losses, 0);
  RunUntil([&] { return client_.losses > 0; });
  EXPECT_EQ(client_.loss.kind, Kind::kConnectFailed);
  EXPECT_EQ(client_.loss.reason, "No such file or directory");
}

TEST_F(ConnectionTest, TellsItsStreamsAndThenItsOwnerThatThePeerIsGone) {
  RawSocket raw = RawClient();
  raw.Write(WireBuilder().ClientHello().Headers(1, http2::GrpcRequest()).text());
  RunUntil([&] { return !server_.streams.empty(); });
  raw.ShutdownWrite();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_THAT(server_.streams[0]->events,
              ElementsAre("headers", "closed by connection: INTERNAL_ERROR"));
  EXPECT_EQ(server_.losses, 1);
  EXPECT_EQ(server_.loss.kind, Kind::kClosed);
  EXPECT_EQ(server_.loss.reason, "closed by peer");
}

TEST_F(ConnectionTest, SaysThatThePeerResetIt) {
  RawSocket raw = RawClient();
  raw.Write(WireBuilder().ClientHello().Headers(1, http2::GrpcRequest()).text());
  RunUntil([&] { return !server_.streams.empty(); });
  raw.Reset();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.kind, Kind::kReset);
  EXPECT_EQ(server_.loss.error, std::errc::connection_reset);
  EXPECT_THAT(server_.streams[0]->events, Contains(StartsWith("closed by connection")));
}

TEST_F(ConnectionTest, AnAbortTellsStreamsAndOwnerAtOnce) {
  Join();
  http2::StreamLog& log = client_.Open();
  client_.connection().Abort("tired");
  EXPECT_THAT(log.events, ElementsAre("closed by connection: INTERNAL_ERROR, never sent"));
  EXPECT_EQ(client_.losses, 1);
  EXPECT_EQ(client_.loss.kind, Kind::kAborted);
  EXPECT_EQ(client_.loss.reason, "tired");
  client_.connection().Abort("again");
  EXPECT_EQ(client_.losses, 1);
}

TEST_F(ConnectionTest, ARequestThatWasWrittenIsNotCalledUnsent) {
  Join();
  http2::StreamLog& log = client_.Open();
  RunUntil([&] { return !server_.streams.empty(); });
  client_.connection().Abort("tired");
  EXPECT_THAT(log.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
}

TEST_F(ConnectionTest, EndsGracefullyOnceAllIsSaid) {
  Join();
  http2::StreamLog& client = client_.Open();
  RunUntil([&] { return !server_.streams.empty(); });
  server_.session().SubmitGoAway(ErrorCode::kNoError, "");
  RunUntil([&] { return client_.goaways > 0; });
  EXPECT_EQ(server_.losses, 0);
  Respond(*server_.streams[0], EndStream::kYes);
  RunUntil([&] { return server_.losses > 0 && client_.losses > 0; });
  EXPECT_EQ(client.events.back(), "closed by both: NO_ERROR");
  EXPECT_EQ(server_.loss.kind, Kind::kClosed);
  EXPECT_EQ(client_.loss.kind, Kind::kClosed);
}

// An endpoint that is something else says so, and goes.
class OtherEndpointTest : public ConnectionTest {
 protected:
  std::string LossAfter(std::string_view words) {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    RawSocket raw{base::FileDescriptor(ends[0])};
    ConnectionPeer client(loop_, Role::kClient);
    client.connection().Attach(base::FileDescriptor(ends[1]));
    raw.Write(words);
    raw.ShutdownWrite();
    RunUntil([&] { return client.losses > 0; });
    return client.loss.reason;
  }
};

TEST_F(OtherEndpointTest, IsNamed) {
  EXPECT_EQ(LossAfter("HTTP/1.1 400 Bad Request\r\n\r\n"),
            "the peer speaks HTTP/1, not HTTP/2 in plain text");
  EXPECT_THAT(LossAfter("\x15\x03\x01\x01\x02\x02\x46"),
              HasSubstr("the peer speaks TLS, not HTTP/2 in plain text"));
  EXPECT_THAT(LossAfter(""), HasSubstr("it may want TLS"));
}

TEST_F(ConnectionTest, NamesWhatAClientSpeaks) {
  RawSocket raw = RawClient();
  raw.Write("\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03");
  raw.ShutdownWrite();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.reason, "the peer speaks TLS, not HTTP/2 in plain text");
}

TEST_F(ConnectionTest, AnswersHttp1InItsOwnWords) {
  RawSocket raw = RawClient();
  raw.Write("GET / HTTP/1.1\r\nHost: users.test\r\n\r\n");
  RunUntil([&] { return raw.Read(); });
  EXPECT_THAT(raw.received(), StartsWith("HTTP/1.1 505 HTTP Version Not Supported\r\n"));
  const size_t body = raw.received().find("\r\n\r\n") + 4;
  EXPECT_THAT(raw.received(),
              HasSubstr("Content-Length: " + std::to_string(raw.received().size() - body)));
  raw.Close();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.kind, Kind::kProtocolError);
}

TEST_F(ConnectionTest, ReadsWhatAPeerSaidBeforeItWent) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  RawSocket raw{base::FileDescriptor(ends[0])};
  server_.connection().Attach(base::FileDescriptor(ends[1]));
  WireBuilder bytes;
  bytes.ClientHello();
  for (const http2::StreamId id : {1, 3, 5}) {
    bytes.Headers(id, http2::GrpcRequest()).Data(id, std::string(16'384, 'x'));
    bytes.Data(id, std::string(16'384, 'x'), EndStream::kYes);
  }
  raw.Write(bytes.text());  // more than one read, so that a write comes before the last
  raw.Close();
  RunUntil([&] { return server_.losses > 0; });
  ASSERT_EQ(server_.streams.size(), 3u);
  for (const auto& each : server_.streams) EXPECT_EQ(each->body.size(), 32'768u);
  EXPECT_EQ(server_.loss.kind, Kind::kReset);
  EXPECT_EQ(server_.loss.error, std::errc::broken_pipe);
}

TEST_F(ConnectionTest, SaysNothingToAClientThatSaysNothing) {
  RawSocket raw = RawClient();
  Settle();
  EXPECT_FALSE(raw.Read());
  EXPECT_EQ(raw.received(), "");
}

TEST_F(ConnectionTest, EndsABrokenPeerWithAGoAwayItCanRead) {
  RawSocket raw = RawClient();
  raw.Write(WireBuilder().ClientHello().Data(5, "abc").text());
  RunUntil([&] { return raw.Read(); });
  EXPECT_EQ(Frames(raw).back(), "GOAWAY last 0 PROTOCOL_ERROR");
  raw.Close();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.kind, Kind::kProtocolError);
  EXPECT_NE(server_.loss.reason, "");
  EXPECT_EQ(server_.loss.code, ErrorCode::kProtocolError);
}

// The block, or the one frame that it is.
class EndlessBlockTest : public ConnectionTest, public ::testing::WithParamInterface<bool> {};

TEST_P(EndlessBlockTest, EndsItsPeer) {
  RawSocket raw = RawClient();
  server_.connection().SetBlockTimeout(std::chrono::milliseconds(20));
  const bool whole_frame = GetParam();
  const std::string block = http2::EncodeHeaders(http2::GrpcRequest());
  const std::string frame = WireBuilder().Frame(http2::kHeaders, 0, 1, block).text();
  raw.Write(WireBuilder().ClientHello().text() + frame.substr(0, whole_frame ? frame.size() : 20));
  RunUntil([&] { return raw.Read(); });
  EXPECT_EQ(Frames(raw).back(), "GOAWAY last 0 ENHANCE_YOUR_CALM");
  raw.Close();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.code, ErrorCode::kEnhanceYourCalm);
  EXPECT_EQ(server_.loss.reason, "a header block that does not end");
}

INSTANTIATE_TEST_SUITE_P(All, EndlessBlockTest, ::testing::Bool());

TEST_F(ConnectionTest, ServesAHeaderBlockThatEndsInTime) {
  RawSocket raw = RawClient();
  const std::string block = http2::EncodeHeaders(http2::GrpcRequest());
  server_.connection().SetBlockTimeout(std::chrono::seconds(2));
  raw.Write(WireBuilder().ClientHello().Frame(http2::kHeaders, 0, 1, block).text());
  RunUntil([&] { return server_.session().mid_block(); });
  raw.Write(WireBuilder().Continuation(1, "", http2::kEndHeadersFlag).text());
  RunUntil([&] { return !server_.streams.empty(); });
  LetPass(std::chrono::milliseconds(2100));
  EXPECT_TRUE(server_.alive());
}

TEST_F(ConnectionTest, EachHeaderBlockHasItsOwnTime) {
  RawSocket raw = RawClient();
  const std::string block = http2::EncodeHeaders(http2::GrpcRequest());
  server_.connection().SetBlockTimeout(std::chrono::seconds(1));
  raw.Write(WireBuilder().ClientHello().Frame(http2::kHeaders, 0, 1, block).text());
  for (http2::StreamId id = 1; id < 25; id += 2) {  // each ends in the read in which one begins
    LetPass(std::chrono::milliseconds(100));
    raw.Write(WireBuilder()
                  .Continuation(id, "", http2::kEndHeadersFlag)
                  .Frame(http2::kHeaders, 0, id + 2, block)
                  .text());
  }
  RunUntil([&] { return server_.streams.size() == 12; });
  EXPECT_TRUE(server_.alive());
}

TEST_F(ConnectionTest, AGoodConnectionThatOnceHadABadStreamStillEndsWell) {
  RawSocket raw = RawClient();
  raw.Write(WireBuilder()
                .ClientHello()
                .Headers(1, With(http2::GrpcRequest(), "Upper", "1"), EndStream::kYes)
                .text());
  RunUntil([&] { return server_.settings > 0; });
  server_.session().SubmitGoAway(ErrorCode::kNoError, "");
  RunUntil([&] { return raw.Read(); });
  EXPECT_THAT(Frames(raw), Contains("RST_STREAM 1 PROTOCOL_ERROR"));
  raw.Close();
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.kind, Kind::kClosed);
}

TEST_F(ConnectionTest, DoesNotWaitForEverForAPeerThatKeepsTheSocketOpen) {
  RawSocket raw = RawClient();
  raw.Write("GET / HTTP/1.1\r\n\r\n");
  RunUntil([&] { return server_.losses > 0; });
  EXPECT_EQ(server_.loss.kind, Kind::kProtocolError);
}

TEST_F(ConnectionTest, StreamsThatAreResetEndThoughThePeerReadsNothing) {
  constexpr uint32_t kWindow = 0x7000'0000;
  RawSocket raw = RawClient();
  raw.Write(WireBuilder()
                .Preface()
                .Settings({{http2::kInitialWindowSize, kWindow}})
                .WindowUpdate(0, kWindow)
                .Headers(1, http2::GrpcRequest())
                .Headers(3, http2::GrpcRequest())
                .text());
  RunUntil([&] { return server_.streams.size() == 2; });
  Respond(*server_.streams[0]);
  SendData(*server_.streams[0], std::string(40'000'000, 'x'));
  Settle();  // the kernel takes no more
  EXPECT_GT(server_.streams[0]->stream->unsent(), 0u);
  server_.streams[1]->stream->Reset(ErrorCode::kCancel);
  RunUntil([&] { return server_.streams[1]->stream->closed(); });
  server_.streams[0]->stream->Reset(ErrorCode::kCancel);
  RunUntil([&] { return server_.streams[0]->stream->closed(); });
  EXPECT_EQ(server_.losses, 0);
}

TEST_F(ConnectionTest, EndsAPeerThatFloodsAndDoesNotReadTheAnswers) {
  RawSocket raw = RawClient();
  raw.Write(WireBuilder().ClientHello().text());
  RunUntil([&] { return server_.settings > 0; });
  WireBuilder some;
  for (int i = 0; i < 500; ++i) some.Ping(1);
  RunUntil([&] {
    raw.TryWrite(some.text());
    EXPECT_LE(server_.session().queued_answers(), 2'000u);
    return server_.losses > 0;
  });
  EXPECT_EQ(server_.loss.kind, Kind::kProtocolError);
}

}  // namespace
}  // namespace evenkeel::rpc
