#include "lib/tls/session.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/http/byte_queue.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::tls {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using State = Session::State;

std::span<const uint8_t> Bytes(const std::string& text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

// A client's session and a server's, the output of each the other's input.
class SessionTest : public ::testing::Test {
 protected:
  void Make() {
    auto server = Context::ForListener(listener_);
    auto client = Context::ForCluster(cluster_);
    ASSERT_TRUE(server) << server.error();
    ASSERT_TRUE(client) << client.error();
    server_context_ = *server;
    client_context_ = *client;
  }

  void Connect() {
    if (!server_context_) Make();
    client_.emplace(client_context_, host_, "key");
    server_.emplace(server_context_);
    to_client_.Clear();
    to_server_.Clear();
    client_->Handshake({}, to_server_);
    for (int i = 0; i < 5; ++i) {
      Exchange(*server_, to_server_, to_client_);
      Exchange(*client_, to_client_, to_server_);
    }
  }

  // What the session reads of `input`, in the state that it is in.
  std::string Exchange(Session& session, http2::ByteQueue& input, http2::ByteQueue& output) {
    const std::string bytes(reinterpret_cast<const char*>(input.bytes().data()), input.size());
    input.Clear();
    if (bytes.empty()) return "";
    if (session.state() == State::kHandshake) {
      session.Handshake(Bytes(bytes), output);
    } else {
      session.SetInput(Bytes(bytes));
    }
    std::string text;
    std::array<uint8_t, Session::kRecord> plain;
    while (const size_t count = session.Read(plain, output)) {
      text.append(reinterpret_cast<const char*>(plain.data()), count);
    }
    return text;
  }

  std::string ServerReads() { return Exchange(*server_, to_server_, to_client_); }

  TestPki pki_;
  config::ListenerTls listener_{.pair = pki_.Issue({.names = "DNS:users.example,IP:10.0.0.1"})};
  config::ClusterTls cluster_{.ca = pki_.authority()};
  std::string host_ = "users.example";
  std::shared_ptr<const Context> server_context_;
  std::shared_ptr<const Context> client_context_;
  http2::ByteQueue to_client_;
  http2::ByteQueue to_server_;
  std::optional<Session> client_;
  std::optional<Session> server_;
};

TEST_F(SessionTest, BothOpenAndBytesArrive) {
  Connect();
  ASSERT_EQ(client_->state(), State::kOpen) << client_->detail();
  ASSERT_EQ(server_->state(), State::kOpen) << server_->detail();
  EXPECT_EQ(client_->Write(Bytes("hello"), to_server_), 5u);
  EXPECT_EQ(ServerReads(), "hello");
}

TEST_F(SessionTest, ARecordHasSixteenKibibytesAtMost) {
  Connect();
  const std::string much(20'000, 'a');
  EXPECT_EQ(client_->Write(Bytes(much), to_server_), Session::kRecord);
  EXPECT_THAT(ServerReads(), SizeIs(Session::kRecord));
}

TEST_F(SessionTest, AClientKnowsWhoItTalksTo) {
  Connect();
  EXPECT_EQ(client_->Facts()->identity, "users.example");
  EXPECT_EQ(client_->Facts()->alpn, "h2");
  EXPECT_EQ(server_->Facts()->certificate, nullptr);
  EXPECT_EQ(server_->Facts()->identity, "");
}

TEST_F(SessionTest, AnotherNameIsRefusedAndNamed) {
  host_ = "orders.example";
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
  EXPECT_THAT(client_->detail(), AllOf(HasSubstr("users.example"), HasSubstr("orders.example")));
  EXPECT_NE(server_->state(), State::kOpen);
}

TEST_F(SessionTest, AnAddressIsNoDnsNameAndMatchesByItsBytes) {
  host_ = "10.0.0.1";
  Connect();
  EXPECT_EQ(client_->state(), State::kOpen) << client_->detail();
  host_ = "10.0.0.2";
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
}

TEST_F(SessionTest, ACommonNameIsNoName) {
  listener_.pair = pki_.Issue({.common_name = "users.example"});
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
}

TEST_F(SessionTest, AWildcardIsOneWholeLabel) {
  listener_.pair = pki_.Issue({.names = "DNS:*.mesh.example,DNS:f*.example.org"});
  host_ = "users.mesh.example";
  Connect();
  EXPECT_EQ(client_->state(), State::kOpen) << client_->detail();
  host_ = "a.users.mesh.example";
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
  host_ = "foo.example.org";
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
}

TEST_F(SessionTest, SubjectsCountInPlaceOfTheName) {
  listener_.pair = pki_.Issue({.names = "URI:spiffe://example.org/users"});
  cluster_.subjects = {"spiffe://example.org/orders", "spiffe://example.org/users"};
  Connect();
  EXPECT_EQ(client_->state(), State::kOpen) << client_->detail();
  EXPECT_EQ(client_->Facts()->identity, "spiffe://example.org/users");
}

TEST_F(SessionTest, OtherSubjectsAreRefused) {
  listener_.pair = pki_.Issue({.names = "URI:spiffe://example.org/users2"});
  cluster_.subjects = {"spiffe://example.org/users"};
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
}

TEST_F(SessionTest, WithoutVerificationAnybodyWillDoAndIsNobody) {
  host_ = "orders.example";
  cluster_ = {.verify = false};
  Connect();
  EXPECT_EQ(client_->state(), State::kOpen) << client_->detail();
  EXPECT_EQ(client_->Facts()->identity, "");
}

TEST_F(SessionTest, ExpiredAndNotYetValidAreToldApart) {
  listener_.pair = pki_.Issue({.names = "DNS:users.example", .until_seconds = -60});
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kExpired);
  EXPECT_THAT(client_->detail(), AllOf(HasSubstr("not after"), HasSubstr("now is")));
  listener_.pair = pki_.Issue({.names = "DNS:users.example", .from_seconds = 600});
  Make();
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kNotYetValid);
}

TEST_F(SessionTest, AStrangersSignatureIsUntrusted) {
  cluster_.ca = TestPki("stranger").authority();
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kUntrusted);
}

TEST_F(SessionTest, ALeafSignsNoLeaf) {
  for (const bool is_ca : {true, false}) {
    TestPki between(pki_, {.common_name = "between", .is_ca = is_ca});
    listener_.pair = between.Issue({.names = "DNS:users.example"});
    listener_.pair.certificate.text += between.authority().text;
    Make();
    Connect();
    EXPECT_EQ(client_->state(), is_ca ? State::kOpen : State::kFailed) << client_->detail();
  }
  EXPECT_EQ(client_->result(), HandshakeResult::kBadCertificate);
  EXPECT_THAT(client_->detail(), HasSubstr("invalid CA certificate"));
}

class MutualTest : public SessionTest {
 protected:
  MutualTest() { listener_.client_ca = pki_.authority(); }
  void Show(const CertificateWish& wish) { cluster_.pair = pki_.Issue(wish); }
};

TEST_F(MutualTest, AClientIsKnownByItsUriFirst) {
  Show({.names = "DNS:web.example,URI:spiffe://example.org/web"});
  Connect();
  ASSERT_EQ(server_->state(), State::kOpen) << server_->detail();
  EXPECT_EQ(server_->Facts()->identity, "spiffe://example.org/web");
}

TEST_F(MutualTest, WithoutACertificateItIsRefused) {
  Connect();
  EXPECT_EQ(server_->result(), HandshakeResult::kNoCertificate);
  // Done before it is judged (TLS 1.3), the client reads the alert.
  EXPECT_EQ(client_->result(), HandshakeResult::kRefusedByPeer);
  EXPECT_THAT(client_->detail(), HasSubstr("certificate required"));
}

TEST_F(MutualTest, RequestedItMayHaveNoneAndIsNobody) {
  listener_.client_certificate = config::ClientCertificate::kRequest;
  Connect();
  ASSERT_EQ(server_->state(), State::kOpen) << server_->detail();
  EXPECT_EQ(server_->Facts()->identity, "");
}

TEST_F(MutualTest, ACertificateForServersIsNoClients) {
  Show({.names = "DNS:web.example", .purpose = "serverAuth"});
  Connect();
  EXPECT_EQ(server_->result(), HandshakeResult::kWrongPurpose);
}

TEST_F(MutualTest, AnotherAuthorityIsUntrusted) {
  cluster_.pair = TestPki("stranger").Issue({.names = "DNS:web.example"});
  Connect();
  EXPECT_EQ(server_->result(), HandshakeResult::kUntrusted);
  EXPECT_THAT(client_->detail(), HasSubstr("unknown ca"));
}

TEST_F(MutualTest, NoSessionIsResumed) {
  Show({.names = "DNS:web.example"});
  Connect();
  Connect();
  EXPECT_FALSE(client_->resumed());
}

TEST_F(SessionTest, ASessionIsResumedOnce) {
  Connect();
  EXPECT_FALSE(client_->resumed());
  Connect();
  EXPECT_TRUE(client_->resumed());
  EXPECT_TRUE(server_->resumed());
  EXPECT_EQ(client_->Facts()->identity, "users.example");
}

TEST_F(SessionTest, NoSessionIsResumedForAnotherName) {
  Connect();
  host_ = "orders.example";
  Connect();
  EXPECT_EQ(client_->result(), HandshakeResult::kWrongName);
}

// The client brings the ticket along under another name, as one of ours never would.
TEST_F(SessionTest, ATicketOfANameIsNoneOfAnother) {
  listener_.names = {{"a.example", pki_.Issue({.names = "DNS:a.example"})}};
  cluster_.verify = false;
  host_ = "a.example";
  Connect();
  ASSERT_EQ(client_->state(), State::kOpen) << client_->detail();
  client_context_->KeepResumption("users.example@key",
                                  client_context_->TakeResumption("a.example@key"));
  host_ = "users.example";
  Connect();
  ASSERT_EQ(server_->state(), State::kOpen) << server_->detail();
  EXPECT_FALSE(server_->resumed());
}

class TicketsTest : public SessionTest {
 protected:
  /// What a reload makes of the listener.
  void RemakeServer(const std::string& scope) {
    server_context_ = *Context::ForListener(listener_, {keys_, scope});
  }

  TicketKeys::Time now_{std::chrono::hours(1)};
  std::shared_ptr<TicketKeys> keys_ = std::make_shared<TicketKeys>([this] { return now_; });
};

TEST_F(TicketsTest, AreGoodForWhatFollowsWithTheSameKeys) {
  Make();
  RemakeServer("a");
  Connect();
  listener_.pair = pki_.Issue({.names = "DNS:users.example"});
  RemakeServer("a");
  Connect();
  EXPECT_TRUE(server_->resumed());
}

TEST_F(TicketsTest, OfAnotherListenerAreNotTaken) {
  Make();
  RemakeServer("a");
  Connect();
  RemakeServer("b");
  Connect();
  EXPECT_FALSE(server_->resumed());
  EXPECT_EQ(server_->state(), State::kOpen);
}

TEST_F(TicketsTest, AreReplacedWhenTheKeysRotate) {
  Make();
  RemakeServer("a");
  Connect();
  for (int i = 0; i < 3; ++i) {
    now_ += std::chrono::minutes(61);
    Connect();
    EXPECT_TRUE(server_->resumed()) << i;
  }
  now_ += std::chrono::minutes(121);
  Connect();
  EXPECT_FALSE(server_->resumed());
}

TEST_F(SessionTest, TheNameThatIsAskedForPicksTheCertificate) {
  listener_.names = {{"*.b.example", pki_.Issue({.names = "DNS:x.b.example"})}};
  host_ = "x.b.example";
  Connect();
  EXPECT_EQ(client_->state(), State::kOpen) << client_->detail();
}

TEST_F(SessionTest, AnUnknownNameMayBeRefused) {
  listener_.names = {{"a.example", pki_.Issue({.names = "DNS:a.example"})}};
  listener_.unknown_name = config::ListenerTls::UnknownName::kRefuse;
  Connect();
  EXPECT_EQ(server_->result(), HandshakeResult::kUnknownName);
  EXPECT_THAT(client_->detail(), HasSubstr("unrecognized name"));
}

TEST_F(SessionTest, WhatIsNoTlsIsNamedSo) {
  Make();
  client_.emplace(client_context_, host_, "");
  client_->Handshake({}, to_server_);
  client_->Handshake(Bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), to_server_);
  EXPECT_EQ(client_->result(), HandshakeResult::kNotTls);
}

TEST_F(SessionTest, AnEndWithCloseNotifyIsAnEnd) {
  Connect();
  client_->Close(to_server_);
  ServerReads();
  EXPECT_EQ(server_->state(), State::kClosed);
}

TEST_F(SessionTest, ABrokenRecordFailsTheSession) {
  Connect();
  client_->Write(Bytes("hello"), to_server_);
  std::string bytes(reinterpret_cast<const char*>(to_server_.bytes().data()), to_server_.size());
  bytes.back() ^= 1;
  std::array<uint8_t, Session::kRecord> plain;
  server_->SetInput(Bytes(bytes));
  EXPECT_EQ(server_->Read(plain, to_client_), 0u);
  EXPECT_EQ(server_->state(), State::kFailed);
  EXPECT_EQ(server_->result(), HandshakeResult::kProtocolError);
  EXPECT_FALSE(to_client_.empty());  // the alert
}

TEST_F(SessionTest, AHandshakeWithoutEndIsCutOff) {
  Make();
  server_.emplace(server_context_);
  // Handshake records of a ClientHello that claims 120 KiB.
  std::string record("\x16\x03\x01\x10\x00", 5);
  std::string first("\x01\x01\xe0\x00", 4);
  for (int i = 0; i < 40 && server_->state() == State::kHandshake; ++i) {
    std::string body = i == 0 ? first + std::string(4092, 'a') : std::string(4096, 'a');
    server_->Handshake(Bytes(record + body), to_client_);
  }
  EXPECT_EQ(server_->state(), State::kFailed);
}

// A client by OpenSSL alone: it may do what no Session does.
class AbusiveClient {
 public:
  explicit AbusiveClient(int version) : context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_alpn_protos(context_.get(), reinterpret_cast<const unsigned char*>("\2h2"), 3);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
  }

  void Take(http2::ByteQueue& bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.bytes().data(), static_cast<int>(bytes.size()));
    bytes.Clear();
  }
  std::string Step() {
    SSL_do_handshake(ssl_.get());
    char* said = nullptr;
    const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &said);
    std::string text(said, static_cast<size_t>(size));
    BIO_reset(SSL_get_wbio(ssl_.get()));
    return text;
  }
  SSL* ssl() { return ssl_.get(); }

 private:
  std::unique_ptr<SSL_CTX, SslFree> context_;
  std::unique_ptr<SSL, SslFree> ssl_;
};

class AbuseTest : public SessionTest {
 protected:
  void Shake(AbusiveClient& client) {
    server_.emplace(*Context::ForListener(listener_));
    for (int i = 0; i < 4; ++i) {
      ServerTakes(client.Step());
      client.Take(to_client_);
    }
    ASSERT_EQ(server_->state(), State::kOpen) << server_->detail();
  }
  void ServerTakes(const std::string& bytes) {
    if (bytes.empty() || server_->state() == State::kFailed) return;
    http2::ByteQueue input;
    input.Append(Bytes(bytes));
    Exchange(*server_, input, to_client_);
  }
};

// Each costs us more than the client.
TEST_F(AbuseTest, AFloodOfKeyUpdatesEndsTheSession) {
  AbusiveClient client(TLS1_3_VERSION);
  Shake(client);
  for (int i = 0; i < 60; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    ServerTakes(client.Step());
  }
  EXPECT_EQ(server_->state(), State::kOpen);
  for (int i = 0; i < 20; ++i) {
    SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED);
    ServerTakes(client.Step());
  }
  EXPECT_EQ(server_->result(), HandshakeResult::kAbuse);
  EXPECT_EQ(server_->detail(), "too many changes of keys");
}

TEST_F(AbuseTest, RenegotiationEndsTheSession) {
  AbusiveClient client(TLS1_2_VERSION);
  Shake(client);
  ASSERT_EQ(SSL_renegotiate(client.ssl()), 1);
  ServerTakes(client.Step());
  EXPECT_EQ(server_->result(), HandshakeResult::kAbuse);
  EXPECT_EQ(server_->detail(), "a handshake in a session that is open");
}

}  // namespace
}  // namespace evenkeel::tls
