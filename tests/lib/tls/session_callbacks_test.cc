#include "lib/tls/session_callbacks.h"

#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <string>

#include "lib/tls/session.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::tls {
namespace {

// The first message of a client that OpenSSL makes, to a session of ours.
class ServerCallbacksTest : public ::testing::Test {
 protected:
  void Greet(std::string_view alpn, const char* name = nullptr) {
    const std::unique_ptr<SSL_CTX, SslFree> context(SSL_CTX_new(TLS_client_method()));
    const std::unique_ptr<SSL, SslFree> client(SSL_new(context.get()));
    BIO* const output = BIO_new(BIO_s_mem());
    SSL_set_bio(client.get(), BIO_new(BIO_s_mem()), output);
    SSL_set_alpn_protos(client.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
    if (name != nullptr) SSL_set_tlsext_host_name(client.get(), name);
    SSL_set_connect_state(client.get());
    SSL_do_handshake(client.get());
    char* hello = nullptr;
    const auto size = BIO_get_mem_data(output, &hello);
    server_.Handshake({reinterpret_cast<const uint8_t*>(hello), static_cast<size_t>(size)},
                      answer_);
  }
  // The last byte of an alert is its number.
  int alert() const { return answer_.empty() ? 0 : answer_.bytes().back(); }

  TestPki pki_;
  http2::ByteQueue answer_;
  Session server_{
      *Context::ForListener({.pair = pki_.Issue({.names = "DNS:a.example"}),
                             .names = {{"*.b.example", pki_.Issue({.names = "DNS:x.b.example"})}},
                             .unknown_name = config::ListenerTls::UnknownName::kRefuse})};
};

TEST_F(ServerCallbacksTest, H2AndAKnownNameGoOn) {
  Greet("\x08http/1.1\x02h2", "X.B.example");
  EXPECT_EQ(server_.state(), Session::State::kHandshake) << server_.detail();
}

TEST_F(ServerCallbacksTest, WithoutAlpnNobodyIsServed) {
  Greet("", "x.b.example");
  EXPECT_EQ(server_.result(), HandshakeResult::kNoAlpn);
  EXPECT_EQ(alert(), 120);
}

TEST_F(ServerCallbacksTest, Http1AloneIsRefused) {
  Greet("\x08http/1.1\x03h2c", "x.b.example");
  EXPECT_EQ(server_.result(), HandshakeResult::kNoAlpn);
  EXPECT_EQ(alert(), 120);
}

TEST_F(ServerCallbacksTest, AWildcardStandsForOneLabel) {
  Greet("\x02h2", "y.x.b.example");
  EXPECT_EQ(server_.result(), HandshakeResult::kUnknownName);
  EXPECT_EQ(alert(), 112);
}

TEST_F(ServerCallbacksTest, NoNameIsUnknownToo) {
  Greet("\x02h2");
  EXPECT_EQ(server_.result(), HandshakeResult::kUnknownName);
}

}  // namespace
}  // namespace evenkeel::tls
