#include "lib/connection/heartbeat.h"

#include <gtest/gtest.h>

#include "tests/lib/connection/connection_peer.h"
#include "tests/lib/connection/fake_transport.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::rpc {
namespace {

using namespace std::chrono_literals;

// A connection whose peer is silent unless the test speaks for it.
class HeartbeatTest : public net::LoopTest {
 protected:
  HeartbeatTest() {
    client_.connection().Connect(net::SocketAddress::From(base::Address()));
    transports_->last->Open();
    Settle();
    transports_->last->left.clear();
  }
  void Start(const Keepalive::Settings& settings) {
    heartbeat_.emplace(loop_, client_.session(), settings, [this] { ++deaths_; });
    heartbeat_->Start();
  }
  /// Whether anything, which can be but a PING, has left.
  bool Pinged() const { return !transports_->last->left.empty(); }

  const std::shared_ptr<FakeTransports> transports_ = std::make_shared<FakeTransports>();
  ConnectionPeer client_{loop_, http2::Role::kClient, {}, transports_};
  std::optional<Heartbeat> heartbeat_;
  int deaths_ = 0;
};

constexpr auto kWithoutCalls = Keepalive::Settings::WithoutCalls::kYes;

TEST_F(HeartbeatTest, PingsASilentPeerAndSaysOnceThatItIsDead) {
  Start({.time = 10ms, .timeout = 20ms, .without_calls = kWithoutCalls});
  RunUntil([&] { return Pinged(); });
  EXPECT_EQ(deaths_, 0);
  RunUntil([&] { return deaths_ > 0; });
  LetPass(60ms);
  EXPECT_EQ(deaths_, 1);
}

TEST_F(HeartbeatTest, WhoIsReadFromIsAlive) {
  Start({.time = 10ms, .timeout = 20ms, .without_calls = kWithoutCalls});
  for (int i = 0; i < 20; ++i) {
    LetPass(5ms);
    heartbeat_->OnRead();
  }
  EXPECT_EQ(deaths_, 0);
}

TEST_F(HeartbeatTest, WithoutATimeItDoesNothing) {
  Start({});
  EXPECT_FALSE(heartbeat_->on());
  LetPass(30ms);
  EXPECT_FALSE(Pinged());
}

TEST_F(HeartbeatTest, WithoutCallsItSleepsUntilOneStarts) {
  Start({.time = 10ms, .timeout = 10s});
  LetPass(40ms);
  EXPECT_FALSE(Pinged());
  heartbeat_->OnCall();
  RunUntil([&] { return Pinged(); });
}

TEST_F(HeartbeatTest, StoppedItSaysNothing) {
  Start({.time = 10ms, .timeout = 10ms, .without_calls = kWithoutCalls});
  heartbeat_->Stop();
  LetPass(50ms);
  EXPECT_EQ(deaths_, 0);
}

}  // namespace
}  // namespace evenkeel::rpc
