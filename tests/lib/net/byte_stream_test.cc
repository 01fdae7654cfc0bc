#include "lib/net/byte_stream.h"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <string>

#include "lib/net/listener.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

// One end of a stream, and what it heard.
struct End final : ByteStream::Handler {
  void OnConnected() override { connected = true; }
  void OnBytes(std::span<const uint8_t> bytes) override {
    received.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void OnWritable() override { ++writable; }
  void OnClosed(std::error_code reason) override {
    ++closed;
    close_reason = reason;
  }

  size_t Write(std::string_view text) {
    const auto written =
        stream->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    EXPECT_TRUE(written) << written.error().message();
    return written.value_or(0);
  }

  std::unique_ptr<ByteStream> stream;
  bool connected = false;
  std::string received;
  int writable = 0;
  int closed = 0;
  std::error_code close_reason;
};

class ByteStreamTest : public LoopTest {
 protected:
  /// A connection between the two ends.
  void Join() {
    int fds[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    near_.stream = std::make_unique<ByteStream>(loop_, base::FileDescriptor(fds[0]), near_);
    far_.stream = std::make_unique<ByteStream>(loop_, base::FileDescriptor(fds[1]), far_);
  }
  /// A socket that listens on loopback and its address.
  base::FileDescriptor Listen() {
    auto sockets = OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    EXPECT_TRUE(sockets) << sockets.error();
    return std::move(sockets->front());
  }

  End near_;
  End far_;
};

TEST_F(ByteStreamTest, MovesBytesBothWays) {
  Join();
  near_.Write("hello");
  far_.Write("world");
  RunUntil([&] { return far_.received == "hello" && near_.received == "world"; });
}

TEST_F(ByteStreamTest, ConnectsToAListener) {
  const base::FileDescriptor listening = Listen();
  auto stream = ByteStream::Connect(loop_, SocketAddress::OfSocket(listening.get()), near_);
  ASSERT_TRUE(stream);
  near_.stream = std::move(*stream);
  EXPECT_FALSE(near_.connected);
  RunUntil([&] { return near_.connected; });
  EXPECT_EQ(near_.closed, 0);
}

TEST_F(ByteStreamTest, TellsThePeersAddressOnBothEnds) {
  const base::FileDescriptor listening = Listen();
  auto stream = ByteStream::Connect(loop_, SocketAddress::OfSocket(listening.get()), near_);
  ASSERT_TRUE(stream);
  near_.stream = std::move(*stream);
  RunUntil([&] { return near_.connected; });
  base::FileDescriptor accepted(::accept(listening.get(), nullptr, nullptr));
  const ByteStream far(loop_, std::move(accepted), far_);
  EXPECT_EQ(near_.stream->peer().address, "127.0.0.1");
  EXPECT_EQ(far.peer().address, "127.0.0.1");
  EXPECT_EQ(far.peer().security, nullptr);
}

TEST_F(ByteStreamTest, HasTheKernelWatchThePath) {
  const base::FileDescriptor same(::socket(AF_INET, SOCK_STREAM, 0));
  const auto option = [&same](int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(same.get(), level, name, &value, &size), 0);
    return value;
  };
  near_.stream =
      std::make_unique<ByteStream>(loop_, base::FileDescriptor(::dup(same.get())), near_);
  near_.stream->SetTcpKeepalive(std::chrono::milliseconds(1500));
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), 2);
  near_.stream->SetUserTimeout(std::chrono::milliseconds(20500));
  near_.stream->SetTcpKeepalive(std::chrono::seconds(30));
  EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), 20500);
  const int interval = option(IPPROTO_TCP, TCP_KEEPINTVL);
  EXPECT_LE(option(IPPROTO_TCP, TCP_KEEPIDLE) + 3 * interval, 20) << "one lost probe is not enough";
}

TEST_F(ByteStreamTest, SaysThatNobodyListens) {
  SocketAddress address = SocketAddress::OfSocket(Listen().get());  // closed at once
  auto stream = ByteStream::Connect(loop_, address, near_);
  if (!stream) {
    EXPECT_EQ(stream.error(), std::errc::connection_refused);
    return;
  }
  near_.stream = std::move(*stream);
  RunUntil([&] { return near_.closed == 1; });
  EXPECT_FALSE(near_.connected);
  EXPECT_EQ(near_.close_reason, std::errc::connection_refused);
}

TEST_F(ByteStreamTest, SaysAtOnceThatAUnixPathIsNotThere) {
  const auto stream = ByteStream::Connect(
      loop_, SocketAddress::From(*base::Address::Parse("unix:/nonexistent/socket")), near_);
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error(), std::errc::no_such_file_or_directory);
}

TEST_F(ByteStreamTest, TellsTheEndOfFileOnceWithoutAReason) {
  Join();
  near_.Write("last words");
  near_.stream.reset();
  RunUntil([&] { return far_.closed > 0; });
  EXPECT_EQ(far_.received, "last words");
  EXPECT_FALSE(far_.close_reason);
  Settle();
  EXPECT_EQ(far_.closed, 1);
}

TEST_F(ByteStreamTest, TellsAResetWithItsReason) {
  const base::FileDescriptor listening = Listen();
  auto stream = ByteStream::Connect(loop_, SocketAddress::OfSocket(listening.get()), near_);
  near_.stream = std::move(*stream);
  RunUntil([&] { return near_.connected; });
  base::FileDescriptor peer(accept(listening.get(), nullptr, nullptr));
  const linger abort = {.l_onoff = 1, .l_linger = 0};
  setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  peer = base::FileDescriptor();
  RunUntil([&] { return near_.closed == 1; });
  EXPECT_EQ(near_.close_reason, std::errc::connection_reset);
}

TEST_F(ByteStreamTest, ReadsOnAfterItsOwnEnd) {
  Join();
  near_.stream->ShutdownWrite();
  RunUntil([&] { return far_.closed == 1; });
  EXPECT_EQ(near_.closed, 0);
}

TEST_F(ByteStreamTest, TakesWhatTheKernelTakesAndSaysWhenThereIsRoomAgain) {
  Join();
  far_.stream->PauseReading();
  const std::string much(16 * 1024 * 1024, 'x');
  const size_t taken = near_.Write(much);
  EXPECT_GT(taken, 0u);
  EXPECT_LT(taken, much.size());
  EXPECT_EQ(near_.Write("more"), 0u);
  Settle();
  EXPECT_EQ(near_.writable, 0);
  EXPECT_EQ(far_.received, "");
  far_.stream->ResumeReading();
  RunUntil([&] { return near_.writable > 0 && far_.received.size() == taken; });
  EXPECT_EQ(near_.writable, 1);
}

TEST_F(ByteStreamTest, PassesAllOfALargeBodyInPieces) {
  Join();
  std::string body;
  for (int i = 0; i < 3'000'000; ++i) body += static_cast<char>(i % 251);
  size_t sent = 0;
  int rounds = 0;
  RunUntil([&] {
    if (sent < body.size() && near_.writable >= rounds) {
      sent += near_.Write(std::string_view(body).substr(sent));
      if (sent < body.size()) rounds = near_.writable + 1;
    }
    return far_.received.size() == body.size();
  });
  EXPECT_TRUE(far_.received == body);
}

TEST_F(ByteStreamTest, SaysNothingWhilePaused) {
  Join();
  far_.stream->PauseReading();
  near_.Write("hello");
  Settle();
  EXPECT_EQ(far_.received, "");
  far_.stream->ResumeReading();
  RunUntil([&] { return far_.received == "hello"; });
}

TEST_F(ByteStreamTest, AWriteToAClosedPeerIsAnErrorAndNoSignal) {
  Join();
  far_.stream.reset();
  const std::string text = "anybody?";
  const auto written =
      near_.stream->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error(), std::errc::broken_pipe);
}

}  // namespace
}  // namespace evenkeel::net
