// What a client's connection goes through apart from its calls.
#include "proxy/clients/client_connection.h"

#include "tests/lib/connection/fake_transport.h"
#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/http2/frame_reader.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using http2::WireBuilder;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientConnectionTest : public SidecarTest {
 protected:
  config::Listener& listener() { return config_.listeners[0].Edit(); }
  /// Whether one client is known to have broken HTTP/2 in this way.
  bool BrokeHttp2(const std::string& how) const {
    return metrics_.Text().find("protocol_errors_total{side=\"client\",reason=\"" + how +
                                "\"} 1\n") != std::string::npos;
  }
  /// A client written by hand.
  rpc::RawSocket ConnectRaw() {
    return rpc::RawSocket::ConnectTo(
        net::SocketAddress::From(*base::Address::Parse(server_->listening_on()[0])));
  }
  /// How many frames whose words begin so have come.
  static int64_t Said(const rpc::RawSocket& client, std::string_view words) {
    return std::ranges::count_if(
        Describe(http2::FrameReader().Read(http2::AsBytes(client.received()))),
        [words](const std::string& each) { return each.starts_with(words); });
  }
  /// Whether a client is cut off that makes calls that are refused, each beside so many that it
  /// resets.
  bool EndsOver(const Fields& refused, int resets) {
    auto client = ConnectRaw();
    client.Write(WireBuilder().ClientHello().text());
    http2::StreamId id = -1;
    for (int round = 0; round < 50; ++round) {
      WireBuilder wire;
      const http2::StreamId answered = id += 2;
      wire.Headers(answered, refused, EndStream::kYes);
      for (int i = 0; i < resets; ++i) {
        id += 2;
        wire.Headers(id, GrpcRequest()).RstStream(id);
      }
      client.TryWrite(wire.text());
      bool closed = false;
      RunUntil([&] {
        closed = client.Read();
        return closed || Said(client, "HEADERS " + std::to_string(answered)) > 0;
      });
      if (closed) return true;
    }
    return false;
  }
  void Ping(int times) {
    for (int i = 0; i < times; ++i) {
      const int before = client_->pings;
      client_->session().SubmitPing(7);
      RunUntil([&] { return client_->pings > before || client_->goaways > 0; });
    }
  }
};

TEST_F(ClientConnectionTest, TheThirdPingInARowThatIsTooEarlyEndsIt) {
  Start();
  Ping(3);
  EXPECT_EQ(client_->goaways, 0);
  Ping(1);
  EXPECT_EQ(client_->last_goaway, "ENHANCE_YOUR_CALM too_many_pings");
  RunUntil([&] { return client_->losses > 0; });
  EXPECT_THAT(metrics_.Text(), HasSubstr("connections_ended_total{reason=\"too_many_pings\"} 1"));
  RunUntil([&] { return BrokeHttp2("ENHANCE_YOUR_CALM"); });
}

TEST_F(ClientConnectionTest, ACallOpenAtTooManyPingsEndsWithTheReason) {
  Start();
  StreamLog& call = Call();
  Arrived();
  Ping(4);
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("too many PINGs"));
}

TEST_F(ClientConnectionTest, EveryAnswerMakesRoomForPings) {
  Start();
  for (int i = 0; i < 5; ++i) {
    Ping(3);
    StreamLog& call = Call();
    Answer(*Arrived().log);
    EXPECT_EQ(Finished(call), "0");
  }
  EXPECT_EQ(client_->goaways, 0);
}

class ManyResetsTest : public ClientConnectionTest {
 protected:
  /// More calls than would be taken for an attack, none of them answered, reset after `age`.
  void CallAndReset(const Fields& request, base::Duration age) {
    listener().http2.max_concurrent_streams = 600;
    Start();
    for (int i = 0; i < 600; ++i) Call(EndStream::kYes, request);
    LetPass(age);
    for (const auto& each : client_->streams) each->stream->Reset(ErrorCode::kCancel);
    Ping(1);
  }
};

TEST_F(ManyResetsTest, EndTheConnection) {
  CallAndReset(GrpcRequest(), 10ms);
  EXPECT_EQ(client_->last_goaway, "ENHANCE_YOUR_CALM too many streams reset before their response");
}

TEST_F(ManyResetsTest, OfOldCallsAreGood) {
  CallAndReset(GrpcRequest(), 1100ms);
  EXPECT_EQ(client_->goaways, 0);
}

TEST_F(ManyResetsTest, AtTheDeadlineAreGood) {
  CallAndReset(With(GrpcRequest(), "grpc-timeout", "300m"), 290ms);
  EXPECT_EQ(client_->goaways, 0);
}

TEST_F(ClientConnectionTest, AnIdleOneIsDrained) {
  listener().lifetime.max_idle = 50ms;
  Start();
  RunUntil([&] { return client_->losses > 0; });
  EXPECT_GE(client_->goaways, 1);
  EXPECT_THAT(metrics_.Text(), HasSubstr("connections_ended_total{reason=\"max_idle\"} 1"));
}

TEST_F(ClientConnectionTest, EndsOnceWhateverTheClientDoesWhileItIsDrained) {
  listener().lifetime.max_age = 1s;
  Start();
  StreamLog& call = Call();
  Arrived();
  RunUntil([&] { return client_->goaways == 2; });
  Ping(4);
  EXPECT_EQ(Finished(call), "14");
  RunUntil([&] { return client_->losses > 0; });
  EXPECT_THAT(metrics_.Text(), HasSubstr("connections_ended_total{reason=\"max_age\"} 1"));
  EXPECT_THAT(metrics_.Text(),
              Not(HasSubstr("connections_ended_total{reason=\"too_many_pings\"} 1")));
}

TEST_F(ClientConnectionTest, AnOldOneIsDrainedAndItsCallGoesOn) {
  listener().lifetime.max_age = 1s;
  Start();
  StreamLog& call = Call();
  StreamLog& attempt = *Arrived().log;
  RunUntil([&] { return client_->goaways == 2; });
  EXPECT_EQ(client_->last_goaway, "NO_ERROR max_age");
  Answer(attempt);
  EXPECT_EQ(Finished(call), "0");
  RunUntil([&] { return client_->losses > 0; });
}

TEST_F(ClientConnectionTest, AfterTheGraceItsCallsEnd) {
  listener().lifetime.max_age = 50ms;
  listener().lifetime.max_age_grace = 50ms;
  Start();
  StreamLog& call = Call();
  Arrived();
  EXPECT_EQ(Finished(call), "14");
  EXPECT_THAT(MessageOf(call), HasSubstr("max_connection_age_grace"));
  RunUntil([&] { return client_->losses > 0; });
}

TEST_F(ClientConnectionTest, ASilentClientGetsAPing) {
  listener().keepalive.time = 50ms;
  Start();
  const size_t before = client_->received;
  RunUntil([&] { return client_->received >= before + 17; });  // a PING frame's size
  EXPECT_TRUE(client_->alive());
}

TEST_F(ClientConnectionTest, AClientThatAnswersNoPingIsGone) {
  listener().keepalive.time = 50ms;
  listener().keepalive.timeout = 50ms;
  Launch();
  auto client = ConnectRaw();
  client.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9));
  RunUntil([&] {
    return metrics_.Text().find("connections_ended_total{reason=\"keepalive\"} 1") !=
           std::string::npos;
  });
}

TEST_F(ClientConnectionTest, CountsTheFaultThatEndedIt) {
  Launch();
  auto client = ConnectRaw();
  client.Write(WireBuilder().ClientHello().Frame(http2::kPing, 0, 0, "short").text());
  RunUntil([&] { return client.Read(); });
  client.Close();
  RunUntil([&] { return BrokeHttp2("FRAME_SIZE_ERROR"); });
}

// One write is one turn: what a call has led to has not left us when the client breaks its stream.
TEST_F(ClientConnectionTest, CallsThatTheirClientBreaksInOneTurnReachNoEndpoint) {
  Start(1);
  auto client = ConnectRaw();
  client.Write(WireBuilder().ClientHello().text());
  RunUntil([&] {
    client.Read();
    return Said(client, "SETTINGS ACK") == 1;
  });
  client.Write(WireBuilder()
                   .Headers(1, GrpcRequest())
                   .WindowUpdate(1, 0)
                   .Headers(3, GrpcRequest())
                   .WindowUpdate(3, 0x7fffffff)
                   .Headers(5, GrpcRequest(), EndStream::kYes)
                   .Data(5, "late")
                   .Headers(7, GrpcRequest(), EndStream::kYes)
                   .Headers(7, GrpcRequest(), EndStream::kYes)
                   .Headers(9, With(GrpcRequest(), "content-length", "1"))
                   .Data(9, "more")
                   .text());
  RunUntil([&] {
    client.Read();
    return Said(client, "RST_STREAM") == 5;
  });
  EXPECT_TRUE(NothingArrives());
}

// It costs us nothing, and so it is no credit with which to have endpoints work for nobody.
TEST_F(ClientConnectionTest, WhatIsRefusedForHowItWasAskedPaysForNoResets) {
  listener().http2.max_resets = 20;
  listener().http2.max_concurrent_streams = 20;
  Start(1);
  Fields get = GrpcRequest();
  get[0].value = "GET";
  for (const Fields& refused :
       {With(GrpcRequest(), "grpc-timeout", "0n"), With(GrpcRequest(), "x-bin", "!!!!"), get}) {
    EXPECT_TRUE(EndsOver(refused, 10)) << refused.back().name;
    EXPECT_FALSE(EndsOver(refused, 0)) << refused.back().name;
  }
}

// A connection without a sidecar around it; its client is written by hand.
class LoneConnectionTest : public net::LoopTest, private ClientConnection::Owner {
 protected:
  void Connect() {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    client_.emplace(base::FileDescriptor(ends[0]));
    ClientConnection::Owner& owner = *this;
    connection_ = std::make_unique<ClientConnection>(context_, binding_,
                                                     base::FileDescriptor(ends[1]), owner);
  }
  void OnConnectionGone(ClientConnection&) override { loop_.DeleteLater(std::move(connection_)); }
  std::vector<std::string> Received() {
    client_->Read();
    return Describe(http2::FrameReader().Read(http2::AsBytes(client_->received())));
  }

  base::Random random_{1};
  telemetry::Metrics metrics_;
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  base::LocalPtr<ListenerBinding> binding_ = base::MakeLocal<ListenerBinding>(ListenerId{1});
  std::unique_ptr<ClientConnection> connection_;
  std::optional<rpc::RawSocket> client_;
};

TEST_F(LoneConnectionTest, AFinishedCallWhoseClientOpensNoWindowIsReset) {
  binding_->settings.write_timeout = 20ms;
  Connect();
  Fields request = GrpcRequest();
  request[0].value = "GET";  // is answered here, and with a body
  client_->Write(WireBuilder()
                     .Preface()
                     .Settings({{http2::kInitialWindowSize, 0}})
                     .Headers(1, request, EndStream::kYes)
                     .text());
  RunUntil([&] { return ::testing::Value(Received(), Contains("RST_STREAM 1 CANCEL")); });
  EXPECT_THAT(Received(), Contains("HEADERS 1"));
}

TEST_F(LoneConnectionTest, EndsWithItsClientsCertificate) {
  const auto transports = std::make_shared<rpc::FakeTransports>();
  transports->peers_end = std::chrono::system_clock::now() + 20ms;
  binding_->settings.transports = transports;
  Connect();
  transports->last->Open();
  transports->last->Receive(WireBuilder().ClientHello().text());
  const std::string one("\0\0\0\0\0\0\0\1", 8);
  const auto has = [&](const char* text) {
    return transports->last->left.find(text) != std::string::npos;
  };
  RunUntil([&] {
    // The answer to the PING behind the first GOAWAY.
    transports->last->Receive(WireBuilder().Frame(http2::kPing, http2::kAckFlag, 0, one).text());
    return has("certificate_expired");
  });
  EXPECT_THAT(metrics_.Text(), HasSubstr("{reason=\"certificate_expired\"} 1\n"));
}

}  // namespace
}  // namespace evenkeel::proxy
