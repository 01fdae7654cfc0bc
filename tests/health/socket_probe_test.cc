#include "health/socket_probe.h"

#include <gmock/gmock.h>

#include "lib/net/listener.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::health {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// A server that says what the test has it say to whatever comes.
class SocketProbeTest : public net::LoopTest, public Probe::Owner, net::Transport::Handler {
 protected:
  SocketProbeTest() { settings_.type = config::HealthCheck::Type::kHttp; }

  void Ask(const std::string& answer) {
    answer_ = answer;
    auto sockets = net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    const auto address = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()), [this](base::FileDescriptor socket) {
      net::Transport::Handler& handler = *this;
      served_ = std::make_unique<net::ByteStream>(loop_, std::move(socket), handler);
    });
    AskAt(address);
  }
  void AskAt(const net::SocketAddress& address) {
    Probe::Owner& owner = *this;
    probe_ = std::make_unique<SocketProbe>(loop_, settings_, address, "users:1", owner);
    probe_->Start();
    RunUntil([&] { return !answers_.empty(); });
  }

  void OnProbeSent(Probe&) override { ++sent_; }
  void OnProbeAnswer(Probe&, ProbeResult result, const std::string& detail) override {
    answers_.push_back(std::string(ProbeResultName(result)) + ": " + detail);
  }
  void OnWatchEnded(Probe&, const rpc::Status&) override {}
  void OnNoRoomToWatch(Probe&) override {}
  void OnProbeLost(Probe&, const std::string&) override {}

  void OnConnected() override {}
  void OnBytes(std::span<const uint8_t> bytes) override {
    request_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    (void)served_->Write({reinterpret_cast<const uint8_t*>(answer_.data()), answer_.size()});
  }
  void OnWritable() override {}
  void OnClosed(std::error_code) override {}

  config::HealthCheck settings_;
  std::optional<net::Listener> listener_;
  std::unique_ptr<net::ByteStream> served_;
  std::string answer_;
  std::string request_;
  std::unique_ptr<SocketProbe> probe_;
  int sent_ = 0;
  std::vector<std::string> answers_;
};

TEST_F(SocketProbeTest, AsksForThePathAndTakesTheExpectedStatus) {
  settings_.path = "/healthz";
  settings_.expected_status = 204;
  Ask("HTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_THAT(answers_, ElementsAre("serving: HTTP: status 204"));
  EXPECT_THAT(request_, StartsWith("GET /healthz HTTP/1.1\r\nHost: users:1\r\n"));
}

TEST_F(SocketProbeTest, ABadStatusComesWithTheWordsOfItsBody) {
  Ask("HTTP/1.1 503 Service Unavailable\r\n\r\nnot ready: cluster users\n");
  EXPECT_THAT(answers_, ElementsAre("not serving: HTTP: status 503: not ready: cluster users"));
}

TEST_F(SocketProbeTest, AnotherProtocolIsNamed) {
  Ask("\x15\x03\x01 alert\n");
  EXPECT_THAT(answers_, ElementsAre("failed: HTTP: the answer is TLS, not HTTP/1"));
}

TEST_F(SocketProbeTest, ForTcpItIsEnoughThatSomethingAccepts) {
  settings_.type = config::HealthCheck::Type::kTcp;
  Ask("");
  EXPECT_THAT(answers_, ElementsAre("serving: TCP: accepted"));
}

TEST_F(SocketProbeTest, WhereNothingListensItFails) {
  AskAt(net::SocketAddress::From(*base::Address::Parse("unix:/nonexistent/a")));
  EXPECT_THAT(answers_, ElementsAre(HasSubstr("failed: connecting failed")));
}

}  // namespace
}  // namespace evenkeel::health
