#include "lib/connection/tls_transport.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <optional>
#include <vector>

#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/net/loop_test.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ReadSome(int fd) {
  std::string text(64 * 1024, '\0');
  const ssize_t count = ::recv(fd, text.data(), text.size(), MSG_DONTWAIT);
  text.resize(count > 0 ? static_cast<size_t>(count) : 0);
  return text;
}

// A server's connection over TLS on one end of a pair of sockets; the test has the other.
class TlsTransportTest : public net::LoopTest {
 protected:
  void SetUp() override {
    int fds[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    far_ = base::FileDescriptor(fds[0]);
    near_ = base::FileDescriptor(fds[1]);
    context_ = *tls::Context::ForListener({.pair = pki_.Issue({.names = "DNS:users.example"})});
    client_context_ = *tls::Context::ForCluster({.ca = pki_.authority()});
  }

  void Attach(Plaintext plaintext = Plaintext::kRefuse) {
    server_.emplace(loop_, http2::Role::kServer, http2::SessionSettings{},
                    TlsTransports(context_, plaintext));
    server_->connection().Attach(std::move(near_));
  }

  void Send(std::string_view text) {
    ASSERT_EQ(::send(far_.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    Settle();
  }

  // The client's end of a handshake by hand.
  void Shake(tls::Session& client) {
    http2::ByteQueue output;
    client.Handshake({}, output);
    for (int i = 0; i < 5; ++i) {
      if (!output.empty()) {
        Send({reinterpret_cast<const char*>(output.bytes().data()), output.size()});
        output.Clear();
      }
      Settle();
      std::string came = ReadSome(far_.get());
      if (client.state() != tls::Session::State::kHandshake) {
        after_ = std::move(came);
        break;
      }
      client.Handshake({reinterpret_cast<const uint8_t*>(came.data()), came.size()}, output);
    }
  }

  tls::TestPki pki_;
  std::shared_ptr<const tls::Context> context_;
  std::shared_ptr<const tls::Context> client_context_;
  base::FileDescriptor far_;
  base::FileDescriptor near_;
  std::string after_;  // what came after the handshake
  std::optional<ConnectionPeer> server_;
};

TEST_F(TlsTransportTest, OpensWhenTheHandshakeIsOver) {
  Attach();
  EXPECT_FALSE(server_->connection().open());
  tls::Session client(client_context_, "users.example");
  Shake(client);
  EXPECT_EQ(client.state(), tls::Session::State::kOpen) << client.detail();
  EXPECT_TRUE(server_->connection().open());
  EXPECT_EQ(server_->connection().peer().security->alpn, "h2");
}

TEST_F(TlsTransportTest, PlainHttp2IsToldWhatItNeeds) {
  Attach();
  Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  const std::string answer = ReadSome(far_.get());
  EXPECT_THAT(answer, HasSubstr(std::string("\0\0\0\x0c", 4)));  // INADEQUATE_SECURITY
  EXPECT_THAT(answer, HasSubstr("this port speaks TLS"));
  EXPECT_EQ(server_->losses, 0);  // it reads on until the client has closed
  far_ = base::FileDescriptor();
  Settle();
  ASSERT_EQ(server_->losses, 1);
  EXPECT_EQ(server_->loss.error, tls::ToErrorCode(tls::HandshakeResult::kNotTls));
  EXPECT_EQ(server_->loss.detail, "it speaks HTTP/2 in plain text");
}

TEST_F(TlsTransportTest, PlainHttp1IsToldInItsOwnWords) {
  Attach();
  Send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(ReadSome(far_.get()), StartsWith("HTTP/1.1 400 "));
}

TEST_F(TlsTransportTest, PlainIsServedWhereItIsAccepted) {
  Attach(Plaintext::kAccept);
  Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + std::string("\0\0\0\4\0\0\0\0\0", 9));
  EXPECT_TRUE(server_->connection().open());
  EXPECT_EQ(server_->settings, 1);
  EXPECT_EQ(server_->connection().peer().security, nullptr);
}

TEST_F(TlsTransportTest, AClientThatGoesInTheHandshakeIsLost) {
  Attach();
  Send(std::string("\x16\x03\x01\x02\x00\x01", 6));
  far_ = base::FileDescriptor();
  Settle();
  ASSERT_EQ(server_->losses, 1);
  EXPECT_EQ(server_->loss.error, tls::ToErrorCode(tls::HandshakeResult::kClosed));
}

// What the peer does not read stands in the kernel or with us. A record of which a byte has left
// counts as sent whole, one that has not may be repeated elsewhere.
TEST_F(TlsTransportTest, WritesSayWhatHasLeftInWholeRecords) {
  struct Listener final : net::Transport::Handler {
    void OnConnected() override {}
    void OnBytes(std::span<const uint8_t>) override {}
    void OnWritable() override { ++writable; }
    void OnClosed(std::error_code) override {}
    int writable = 0;
  } heard;
  const int size = 4096;
  ::setsockopt(near_.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
  TlsTransport transport(loop_, std::move(near_), context_, Plaintext::kRefuse, *PlainTransports(),
                         heard);
  tls::Session client(client_context_, "users.example");
  Shake(client);
  ASSERT_TRUE(transport.open());

  const std::vector<uint8_t> much(200'000, 'x');
  const std::span<const uint8_t> all(much);
  const auto first = transport.Write(all);
  ASSERT_TRUE(first);
  ASSERT_LT(*first, all.size());
  EXPECT_EQ(*first % tls::Session::kRecord, 0u);
  size_t left = *first;
  std::string cipher = after_;
  for (int i = 0; i < 2000 && left < all.size(); ++i) {
    cipher += ReadSome(far_.get());
    const int before = heard.writable;
    Settle();
    if (heard.writable == before) continue;
    const auto more = transport.Write(all.subspan(left));
    ASSERT_TRUE(more);
    left += *more;
  }
  EXPECT_EQ(left, all.size());
  for (int i = 0; i < 100; ++i) {  // the rest of the last record leaves by itself
    Settle();
    cipher += ReadSome(far_.get());
  }
  client.SetInput({reinterpret_cast<const uint8_t*>(cipher.data()), cipher.size()});
  std::vector<uint8_t> plain(tls::Session::kRecord);
  http2::ByteQueue output;
  size_t read = 0;
  while (const size_t count = client.Read(plain, output)) read += count;
  EXPECT_EQ(read, all.size());
}

}  // namespace
}  // namespace evenkeel::rpc
