// The world's network, by the system calls and net's own classes over it.
#include "tests/world/system/sockets.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "lib/base/address.h"
#include "lib/net/byte_stream.h"
#include "lib/net/listener.h"
#include "tests/world/system/world.h"

namespace evenkeel::world {
namespace {

using namespace std::chrono_literals;

constexpr const char* kAddress = "127.0.1.1:50051";

// One end, and what it heard.
class End final : public net::Transport::Handler {
 public:
  void OnConnected() override { connected = true; }
  void OnBytes(std::span<const uint8_t> bytes) override {
    heard.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void OnWritable() override { ++writable; }
  void OnClosed(std::error_code reason) override {
    closed = true;
    error = reason;
  }

  bool connected = false;
  bool closed = false;
  int writable = 0;
  std::error_code error;
  std::string heard;
  std::unique_ptr<net::ByteStream> stream;
};

class SocketsTest : public testing::Test {
 protected:
  SocketsTest() { world_.AddLoop(loop_, "loop"); }

  void Listen() {
    auto sockets = net::OpenListeners(*base::Address::Parse(kAddress), 1);
    ASSERT_TRUE(sockets) << sockets.error();
    listener_.emplace(loop_, std::move(sockets->front()), [this](base::FileDescriptor socket) {
      server_.stream = std::make_unique<net::ByteStream>(loop_, std::move(socket), server_);
    });
  }
  void Connect() {
    auto stream = net::ByteStream::Connect(
        loop_, net::SocketAddress::From(*base::Address::Parse(kAddress)), client_);
    ASSERT_TRUE(stream);
    client_.stream = std::move(*stream);
    world_.RunUntil([this] { return client_.closed || server_.stream != nullptr; }, 1s);
  }
  static size_t Write(End& end, const std::string& text) {
    const auto left =
        end.stream->Write({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
    return left.value_or(0);
  }

  World world_{1};
  net::EventLoop loop_;
  std::optional<net::Listener> listener_;
  End client_;
  End server_;
};

TEST_F(SocketsTest, BytesArriveInOrderAndTakeTime) {
  Listen();
  Connect();
  ASSERT_TRUE(client_.connected);
  const base::Time before = world_.now();
  world_.sockets().network().cut_short = UINT64_MAX;
  ASSERT_EQ(Write(client_, "one "), 4U);
  ASSERT_EQ(Write(client_, "two"), 3U);
  EXPECT_TRUE(world_.RunUntil([this] { return server_.heard == "one two"; }, 1s));
  EXPECT_GE(world_.now() - before, world_.sockets().network().least_latency);
}

TEST_F(SocketsTest, ABufferHoldsSoMuchAndNoMore) {
  world_.sockets().network() = {.buffer = 1000, .cut_short = UINT64_MAX};
  Listen();
  Connect();
  server_.stream->PauseReading();
  EXPECT_EQ(Write(client_, std::string(3000, 'x')), 1000U);
  world_.RunFor(1s);
  EXPECT_EQ(client_.writable, 0);
  server_.stream->ResumeReading();
  world_.RunFor(1s);
  EXPECT_EQ(client_.writable, 1);
  EXPECT_EQ(server_.heard.size(), 1000U);
}

TEST_F(SocketsTest, NobodyListensIsRefused) {
  Connect();
  EXPECT_TRUE(client_.closed);
  EXPECT_EQ(client_.error.value(), ECONNREFUSED);
}

TEST_F(SocketsTest, AMuteAddressNeverAnswers) {
  Listen();
  world_.sockets().Mute(kAddress);
  Connect();
  EXPECT_FALSE(client_.closed);
  EXPECT_FALSE(client_.connected);
}

TEST_F(SocketsTest, AnEndIsHeardAfterTheBytes) {
  Listen();
  Connect();
  Write(client_, "last");
  client_.stream.reset();
  EXPECT_TRUE(world_.RunUntil([this] { return server_.closed; }, 1s));
  EXPECT_EQ(server_.heard, "last");
  EXPECT_FALSE(server_.error);
}

TEST_F(SocketsTest, AResetIsHeardByBoth) {
  Listen();
  Connect();
  world_.sockets().Cut(kAddress, 1);
  EXPECT_TRUE(world_.RunUntil([this] { return server_.closed && client_.closed; }, 1s));
  EXPECT_EQ(client_.error.value(), ECONNRESET);
}

TEST_F(SocketsTest, WhatIsSwallowedIsGivenUpByTheUserTimeout) {
  Listen();
  Connect();
  client_.stream->SetUserTimeout(2s);
  world_.sockets().Swallow(kAddress, 1);
  Write(client_, "lost");
  const base::Time before = world_.now();
  EXPECT_TRUE(world_.RunUntil([this] { return client_.closed; }, 10s));
  EXPECT_EQ(client_.error.value(), ETIMEDOUT);
  EXPECT_GE(world_.now() - before, 2s);
  EXPECT_EQ(server_.heard, "");
  EXPECT_FALSE(server_.closed);
}

TEST_F(SocketsTest, DescriptorsMayRunOut) {
  world_.sockets().LimitDescriptors(world_.sockets().open_descriptors());
  EXPECT_EQ(::socket(AF_INET, SOCK_STREAM, 0), -1);
  EXPECT_EQ(errno, EMFILE);
}

}  // namespace
}  // namespace evenkeel::world
