#include "pool/endpoint_connection.h"

#include <gmock/gmock.h>

#include "tests/lib/connection/fake_transport.h"
#include "tests/lib/http2/wire_builder.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::pool {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class EndpointConnectionTest : public net::LoopTest, public EndpointConnection::Owner {
 protected:
  void Connect() {
    settings_.transports = transports_;
    EndpointConnection::Owner& owner = *this;
    connection_ = std::make_unique<EndpointConnection>(
        loop_, net::SocketAddress::From(base::Address()), settings_, 1, owner);
  }
  void ConnectAndSettle() {
    Connect();
    transport().Open();
    transport().Receive(http2::WireBuilder().Settings({}).text());
    Settle();
  }
  rpc::FakeTransport& transport() { return *transports_->last; }

  void OnReady(EndpointConnection&) override { events_.push_back("ready"); }
  void OnRoom(EndpointConnection&) override { events_.push_back("room"); }
  void OnDraining(EndpointConnection&, const http2::GoAway&) override {
    events_.push_back("draining");
  }
  void OnBroken(EndpointConnection&, const std::string&) override { events_.push_back("broken"); }
  void OnLost(EndpointConnection&, EndpointConnection::State,
              const rpc::Connection::Loss& loss) override {
    events_.push_back("lost: " + loss.reason);
  }
  void OnTraffic(size_t, size_t) override {}

  const std::shared_ptr<rpc::FakeTransports> transports_ = std::make_shared<rpc::FakeTransports>();
  ConnectionSettings settings_;
  std::vector<std::string> events_;
  std::unique_ptr<EndpointConnection> connection_;
};

TEST_F(EndpointConnectionTest, IsReadyWithThePeersSettings) {
  Connect();
  transport().Open();
  Settle();
  EXPECT_EQ(connection_->state(), EndpointConnection::State::kConnecting);
  transport().Receive(http2::WireBuilder().Settings({}).text());
  EXPECT_THAT(events_, ElementsAre("ready"));
  EXPECT_GT(connection_->room(), 0u);
}

// Its peer may have said much before it went.
TEST_F(EndpointConnectionTest, WhereTheFirstWriteFailsItIsNeverReady) {
  Connect();
  transport().failure = std::make_error_code(std::errc::broken_pipe);
  transport().Open();
  Settle();
  transport().Receive(http2::WireBuilder().Settings({}).text());
  EXPECT_EQ(connection_->room(), 0u);
  transport().handler.OnClosed({});
  EXPECT_THAT(events_, ElementsAre("lost: Broken pipe"));
}

TEST_F(EndpointConnectionTest, WhereItLeadsBackToThisProcessItIsNeverReady) {
  constexpr uint16_t kInstance = 0xf5c1;
  settings_.http2.instance = 7;
  Connect();
  transport().Open();
  transport().Receive(http2::WireBuilder().Settings({{kInstance, 7}}).text());
  EXPECT_EQ(connection_->room(), 0u);
  Settle();
  transport().handler.OnClosed({});
  ASSERT_EQ(events_.size(), 1u);
  EXPECT_THAT(events_[0], ::testing::HasSubstr("back to this sidecar itself"));
}

TEST_F(EndpointConnectionTest, AnotherSidecarIsAnEndpointLikeAnyOther) {
  constexpr uint16_t kInstance = 0xf5c1;
  settings_.http2.instance = 7;
  Connect();
  transport().Open();
  transport().Receive(http2::WireBuilder().Settings({{kInstance, 8}}).text());
  EXPECT_THAT(events_, ElementsAre("ready"));
}

TEST_F(EndpointConnectionTest, APathThatVanishesIsNoticedByDefault) {
  ConnectAndSettle();
  EXPECT_EQ(transport().user_timeout, 20s);
  EXPECT_EQ(transport().tcp_keepalive, 30s);
}

TEST_F(EndpointConnectionTest, TheTimesOfThePathAreSettings) {
  settings_.user_timeout = 7s;
  settings_.tcp_keepalive = 9s;
  Connect();
  EXPECT_EQ(transport().user_timeout, 7s);
  EXPECT_EQ(transport().tcp_keepalive, 9s);
}

TEST_F(EndpointConnectionTest, WithoutTheTimesOfThePathTheKernelDecides) {
  settings_.user_timeout = settings_.tcp_keepalive = {};
  Connect();
  EXPECT_EQ(transport().user_timeout, 0s);
  EXPECT_EQ(transport().tcp_keepalive, 0s);
}

TEST_F(EndpointConnectionTest, TheTimeoutOfAKeepalivePingIsThePathsToo) {
  settings_.keepalive = {.time = 10s, .timeout = 3s};
  Connect();
  EXPECT_EQ(transport().user_timeout, 3s);
}

TEST_F(EndpointConnectionTest, WithoutSettingsInTimeItIsLost) {
  settings_.connect_timeout = 10ms;
  Connect();
  transport().Open();
  RunUntil([&] { return !events_.empty(); });
  EXPECT_THAT(events_, ElementsAre("lost: connected, but no HTTP/2 SETTINGS came in time"));
}

}  // namespace
}  // namespace evenkeel::pool
