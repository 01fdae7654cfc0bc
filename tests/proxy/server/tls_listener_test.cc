// A listener that speaks TLS, in a whole server: who is let in, who is told what, what a reload
// does.
#include "lib/connection/tls_transport.h"
#include "tests/lib/connection/raw_socket.h"
#include "tests/lib/tls/test_pki.h"
#include "tests/proxy/sidecar_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TlsListenerTest : public SidecarTest {
 protected:
  void SetUp() override {
    tls().pair = pki_.Issue({.common_name = "first", .names = "DNS:users.example"});
    cluster_tls_ = {.ca = pki_.authority(), .name = "users.example"};
    StartSidecar();
  }

  void StartSidecar() {
    AddEndpoint();
    Launch();
    RunUntil([&] { return Ready() == 1; });
  }

  config::Listener& listener() { return config_.listeners[0].Edit(); }
  config::ListenerTls& tls() {
    auto& tls = listener().tls;
    if (!tls) tls.emplace();
    return *tls;
  }
  void Reload() {
    const auto applied = server_->Apply(config_);
    ASSERT_TRUE(applied) << applied.error();
  }

  /// A client over TLS, once it is served or has failed.
  std::unique_ptr<rpc::ConnectionPeer> ConnectTls() {
    auto client = std::make_unique<rpc::ConnectionPeer>(
        loop_, http2::Role::kClient, http2::SessionSettings{},
        rpc::TlsTransports(*tls::Context::ForCluster(cluster_tls_)));
    client->connection().Connect(Address(), "users.example");
    RunUntil([&] { return client->settings > 0 || client->losses > 0; });
    return client;
  }
  net::SocketAddress Address() const {
    return net::SocketAddress::From(*base::Address::Parse(server_->listening_on()[0]));
  }
  /// Whose certificate the client has been shown.
  static std::string ShownBy(const rpc::ConnectionPeer& client) {
    return const_cast<rpc::ConnectionPeer&>(client)
        .connection()
        .peer()
        .security->certificate->subject;
  }
  /// What the endpoint gets of a call of the client, which ends well.
  Fields CallThrough(rpc::ConnectionPeer& client) {
    StreamLog& call = client.Open(EndStream::kYes, GrpcRequest());
    const Arrival arrival = Arrived();
    Answer(*arrival.log);
    EXPECT_EQ(Finished(call), "0");
    return arrival.log->headers;
  }
  bool Counted(const std::string& result, int count = 1,
               const std::string& resumed = "FULL_HANDSHAKE") const {
    return metrics_.Text().find("evenkeel_server_tls_handshakes_total{resumed=\"" + resumed +
                                "\",result=\"" + result + "\"} " + std::to_string(count) + "\n") !=
           std::string::npos;
  }

  tls::TestPki pki_;
  config::ClusterTls cluster_tls_;
};

TEST_F(TlsListenerTest, ServesACallAndCountsTheHandshake) {
  const auto client = ConnectTls();
  ASSERT_EQ(client->losses, 0) << client->loss.detail;
  CallThrough(*client);
  EXPECT_TRUE(Counted("SUCCESS"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("evenkeel_server_open_connections 1\n"));
}

TEST_F(TlsListenerTest, APlainClientIsToldAndCounted) {
  rpc::RawSocket client = rpc::RawSocket::ConnectTo(Address());
  client.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  RunUntil([&] { return client.Read(); });
  EXPECT_THAT(client.received(), HasSubstr("this port speaks TLS"));
  client.Close();
  RunUntil([&] { return Counted("NOT_TLS"); });
  EXPECT_THAT(metrics_.Text(), HasSubstr("connections_ended_total{reason=\"tls\"} 1\n"));
}

TEST_F(TlsListenerTest, WhoComesAndGoesWithoutAWordIsNoHandshake) {
  rpc::RawSocket::ConnectTo(Address()).Close();
  RunUntil([&] {
    return metrics_.Text().find("evenkeel_server_connections_opened_total 1\n") !=
               std::string::npos &&
           metrics_.Text().find("evenkeel_server_open_connections 0\n") != std::string::npos;
  });
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("evenkeel_server_tls_handshakes_total{")));
}

TEST_F(TlsListenerTest, ANewCertificateIsForNewConnections) {
  const auto before = ConnectTls();
  tls().pair = pki_.Issue({.common_name = "second", .names = "DNS:users.example"});
  Reload();
  const auto after = ConnectTls();
  EXPECT_EQ(ShownBy(*before), "CN=first");
  EXPECT_EQ(ShownBy(*after), "CN=second");
  CallThrough(*before);
  CallThrough(*after);
  EXPECT_EQ(before->goaways, 0);
}

TEST_F(TlsListenerTest, APairThatDoesNotFitChangesNothing) {
  const config::Config good = config_;
  tls().pair.key = pki_.Issue({}).key;
  const auto applied = server_->Apply(config_);
  ASSERT_FALSE(applied);
  EXPECT_THAT(applied.error(), AllOf(HasSubstr("listener 127.0.0.1:0: tls: "),
                                     HasSubstr("leaf-key.pem is not the key")));
  config_ = good;
  EXPECT_EQ(ShownBy(*ConnectTls()), "CN=first");
}

// A reload of something else must not have all clients come back with full handshakes.
TEST_F(TlsListenerTest, AReloadOfSomethingElseKeepsSessions) {
  const auto context = *tls::Context::ForCluster(cluster_tls_);
  const auto connect = [&] {
    auto client = std::make_unique<rpc::ConnectionPeer>(
        loop_, http2::Role::kClient, http2::SessionSettings{}, rpc::TlsTransports(context));
    client->connection().Connect(Address(), "users.example");
    RunUntil([&] { return client->settings > 0; });
    return client;
  };
  const auto first = connect();
  listener().http2.max_concurrent_streams = 7;
  Reload();
  const auto second = connect();
  EXPECT_TRUE(second->connection().peer().security->resumed);
  EXPECT_TRUE(Counted("SUCCESS", 1, "RESUMED_HANDSHAKE"));
}

TEST_F(TlsListenerTest, TlsMayComeAndGoByReload) {
  listener().tls.reset();
  Reload();
  const auto plain = Connect();
  CallThrough(*plain);
  tls().pair = pki_.Issue({.common_name = "second", .names = "DNS:users.example"});
  Reload();
  CallThrough(*ConnectTls());
  CallThrough(*plain);
}

class MutualTlsListenerTest : public TlsListenerTest {
 protected:
  void SetUp() override {
    tls().client_ca = pki_.authority();
    config::ForwardClientCertificate& forward = listener().forward_client_certificate;
    forward.mode = config::ForwardClientCertificate::Mode::kSet;
    forward.fields = {config::ForwardClientCertificate::Field::kUri};
    TlsListenerTest::SetUp();
  }
};

TEST_F(MutualTlsListenerTest, TheEndpointHearsWhoTheClientIs) {
  cluster_tls_.pair = pki_.Issue({.names = "URI:spiffe://example.org/web"});
  const auto client = ConnectTls();
  ASSERT_EQ(client->losses, 0) << client->loss.detail;
  EXPECT_EQ(FieldOf(CallThrough(*client), "x-forwarded-client-cert"),
            "URI=spiffe://example.org/web");
}

TEST_F(MutualTlsListenerTest, WithoutACertificateAClientHearsWhy) {
  const auto client = ConnectTls();
  RunUntil([&] { return client->losses > 0; });
  EXPECT_EQ(client->loss.error, tls::ToErrorCode(tls::HandshakeResult::kRefusedByPeer));
  EXPECT_THAT(client->loss.detail, HasSubstr("certificate required"));
  RunUntil([&] { return Counted("NO_CERTIFICATE"); });
}

TEST_F(MutualTlsListenerTest, AStrangersCertificateIsRefused) {
  cluster_tls_.pair = tls::TestPki("another").Issue({});
  const auto client = ConnectTls();
  RunUntil([&] { return client->losses > 0; });
  EXPECT_THAT(client->loss.detail, HasSubstr("unknown ca"));
  RunUntil([&] { return Counted("CERTIFICATE_AUTHORITY_INVALID"); });
}

class ProxiedTlsListenerTest : public TlsListenerTest {
 protected:
  void SetUp() override {
    listener().proxy_protocol = {{base::Network::Parse("127.0.0.0/8").value()}};
    tls().plaintext = config::ListenerTls::Plaintext::kAccept;
    TlsListenerTest::SetUp();
  }
};

TEST_F(ProxiedTlsListenerTest, TlsBeginsBehindTheHeader) {
  rpc::RawSocket client = rpc::RawSocket::ConnectTo(Address());
  client.Write("PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051\r\n");
  tls::Session session(*tls::Context::ForCluster(cluster_tls_));
  http2::ByteQueue output;
  session.Handshake({}, output);
  size_t taken = 0;
  RunUntil([&] {
    if (!output.empty()) {
      client.Write({reinterpret_cast<const char*>(output.bytes().data()), output.size()});
      output.Clear();
    }
    client.Read();
    const std::string came = client.received().substr(taken);
    taken += came.size();
    if (came.empty()) return false;
    session.Handshake({reinterpret_cast<const uint8_t*>(came.data()), came.size()}, output);
    return session.state() == tls::Session::State::kOpen;
  });
  client.Write({reinterpret_cast<const char*>(output.bytes().data()), output.size()});
  RunUntil([&] { return Counted("SUCCESS"); });
}

TEST_F(ProxiedTlsListenerTest, PlainBehindTheHeaderIsServedWhereItIsAccepted) {
  rpc::RawSocket client = rpc::RawSocket::ConnectTo(Address());
  client.Write("PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" +
               std::string("\0\0\0\4\0\0\0\0\0", 9));
  RunUntil([&] { return client.Read() || client.received().size() > 9; });
  EXPECT_EQ(client.received()[3], '\4');  // its SETTINGS
  EXPECT_THAT(metrics_.Text(), Not(HasSubstr("evenkeel_server_tls_handshakes_total{")));
}

}  // namespace
}  // namespace evenkeel::proxy
