#include "lib/connection/transports.h"

#include <gmock/gmock.h>

#include "lib/connection/client_call.h"
#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/connection/fake_transport.h"
#include "tests/lib/http2/wire_builder.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

class TransportsTest : public net::LoopTest {
 protected:
  void Connect() {
    client_.connection().Connect(net::SocketAddress::From(base::Address()));
    transports_->last->Open();
    Settle();
  }
  FakeTransport& transport() { return *transports_->last; }

  const std::shared_ptr<FakeTransports> transports_ = std::make_shared<FakeTransports>();
  ConnectionPeer client_{loop_, http2::Role::kClient, {}, transports_};
  ConnectionPeer server_{loop_, http2::Role::kServer, {}, transports_};
};

TEST_F(TransportsTest, WhatTheTransportHoldsBackWasNeverSent) {
  Connect();
  http2::StreamLog& sent = client_.Open();
  Settle();
  transport().room = 0;
  http2::StreamLog& held = client_.Open();
  Settle();
  ASSERT_THAT(transport().held, Not(IsEmpty()));
  transport().handler.OnClosed(std::make_error_code(std::errc::connection_reset));
  EXPECT_THAT(sent.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
  EXPECT_THAT(held.events, ElementsAre("closed by connection: INTERNAL_ERROR, never sent"));
}

TEST_F(TransportsTest, OneByteThatHasLeftIsSent) {
  Connect();
  transport().room = 1;
  http2::StreamLog& log = client_.Open();
  Settle();
  transport().handler.OnClosed(std::make_error_code(std::errc::connection_reset));
  EXPECT_THAT(log.events, ElementsAre("closed by connection: INTERNAL_ERROR"));
}

TEST_F(TransportsTest, TheNextWriteBeginsWithWhatWasHeldBack) {
  Connect();
  transport().room = 5;
  client_.Open();
  Settle();
  const std::string held = transport().held;
  const size_t before = transport().left.size();
  transport().room = 1'000'000;
  client_.Open();
  transport().handler.OnWritable();
  Settle();
  EXPECT_THAT(transport().left.substr(before), StartsWith(held));
}

TEST_F(TransportsTest, NothingIsWrittenBeforeTheHandshakeIsOver) {
  client_.connection().Connect(net::SocketAddress::From(base::Address()));
  client_.Open();
  Settle();
  EXPECT_EQ(transport().left, "");
  EXPECT_FALSE(client_.opened);
  transport().Open();
  Settle();
  EXPECT_TRUE(client_.opened);
  EXPECT_THAT(transport().left, StartsWith(kPreface));
}

TEST_F(TransportsTest, AnAcceptedConnectionOpensWithItsTransport) {
  server_.connection().Attach(base::FileDescriptor());
  EXPECT_FALSE(server_.connection().open());
  transport().Open();
  EXPECT_TRUE(server_.opened);
  transport().Receive(http2::WireBuilder().ClientHello().Headers(1, http2::GrpcRequest()).text());
  EXPECT_EQ(server_.streams.size(), 1u);
}

TEST_F(TransportsTest, AConnectionKnowsItsPeer) {
  Connect();
  EXPECT_EQ(client_.connection().peer().address, "10.1.2.3");
  EXPECT_EQ(client_.connection().peer().security->identity, "spiffe://test/users");
}

TEST_F(TransportsTest, TheSchemeOfACallIsItsConnections) {
  const auto scheme = [](http2::Session& session) {
    return std::string(*CallHeaders(session, "/a.B/C", "b").Find(":scheme"));
  };
  EXPECT_EQ(scheme(client_.session()), "https");
  EXPECT_EQ(scheme(ConnectionPeer(loop_, http2::Role::kClient).session()), "http");
}

}  // namespace
}  // namespace evenkeel::rpc
