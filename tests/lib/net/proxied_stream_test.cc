#include "lib/net/proxied_stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <memory>
#include <string>

#include "lib/net/listener.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using namespace std::chrono_literals;

constexpr char kHeader[] = "PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051\r\n";

class ProxiedStreamTest : public LoopTest, public Transport::Handler {
 protected:
  ProxiedStreamTest()
      : listening_(std::move(OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1)->front())),
        client_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const SocketAddress address = SocketAddress::OfSocket(listening_.get());
    EXPECT_EQ(::connect(client_.get(), address.get(), address.size()), 0);
  }

  void Accept(const char* trusted = "127.0.0.0/8", base::Duration patience = 20s) {
    int socket = -1;
    while (socket < 0) socket = ::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK);
    stream_ = std::make_unique<ProxiedStream>(
        loop_, base::FileDescriptor(socket), *this,
        std::vector<base::Network>{base::Network::Parse("192.0.2.0/24").value(),
                                   base::Network::Parse(trusted).value()},
        patience);
  }
  void Send(std::string_view bytes) {
    EXPECT_EQ(::send(client_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  void OnConnected() override { ++connected_; }
  void OnBytes(std::span<const uint8_t> bytes) override {
    received_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  void OnWritable() override {}
  void OnClosed(std::error_code reason) override {
    ++closed_;
    reason_ = reason;
  }

  const base::FileDescriptor listening_;
  base::FileDescriptor client_;
  std::unique_ptr<ProxiedStream> stream_;
  int connected_ = 0;
  int closed_ = 0;
  std::error_code reason_;
  std::string received_;
};

TEST_F(ProxiedStreamTest, ThePeerIsWhoTheHeaderNamesAndTheRestIsTheConnections) {
  Accept();
  EXPECT_FALSE(stream_->open());
  EXPECT_EQ(stream_->peer().address, "127.0.0.1");
  Send(std::string(kHeader) + "PRI *");
  RunUntil([&] { return received_ == "PRI *"; });
  EXPECT_TRUE(stream_->open());
  EXPECT_EQ(connected_, 1);
  EXPECT_EQ(stream_->peer().address, "10.1.2.3");
  EXPECT_TRUE(stream_->Write({reinterpret_cast<const uint8_t*>("hi"), 2}));
  char answer[3] = "";
  EXPECT_EQ(::recv(client_.get(), answer, 2, MSG_WAITALL), 2);
  EXPECT_STREQ(answer, "hi");
  Send("more");
  RunUntil([&] { return received_ == "PRI *more"; });
  client_ = {};
  RunUntil([&] { return closed_ == 1; });
  EXPECT_FALSE(reason_);
}

TEST_F(ProxiedStreamTest, TheHeaderMayComeInPieces) {
  Accept();
  for (const char* each = kHeader; *each != '\0'; ++each) {
    EXPECT_EQ(connected_, 0);
    Send({each, 1});
    Settle();
  }
  RunUntil([&] { return connected_ == 1; });
  Send("PRI");
  RunUntil([&] { return received_ == "PRI"; });
}

TEST_F(ProxiedStreamTest, WithoutAClientInTheHeaderThePeerIsTheRealOne) {
  Accept();
  Send("PROXY UNKNOWN\r\n");
  RunUntil([&] { return connected_ == 1; });
  EXPECT_EQ(stream_->peer().address, "127.0.0.1");
}

TEST_F(ProxiedStreamTest, FromAnAddressThatIsNotTrustedItIsRefusedUnread) {
  Accept("10.0.0.0/8");
  Send(kHeader);
  EXPECT_EQ(closed_, 0);
  RunUntil([&] { return closed_ == 1; });
  EXPECT_EQ(reason_, ProxyFault::kUntrusted);
  EXPECT_EQ(connected_, 0);
  EXPECT_EQ(stream_->peer().address, "127.0.0.1");
}

TEST_F(ProxiedStreamTest, WithoutAHeaderItIsRefused) {
  Accept();
  Send("PRI * HTTP/2.0\r\n");
  RunUntil([&] { return closed_ == 1; });
  EXPECT_EQ(reason_, ProxyFault::kNoHeader);
  EXPECT_EQ(received_, "");
}

TEST_F(ProxiedStreamTest, OneThatEndsBeforeItsHeaderIsWholeIsCut) {
  Accept();
  Send("PROXY TCP4");
  ::shutdown(client_.get(), SHUT_WR);
  RunUntil([&] { return closed_ == 1; });
  EXPECT_EQ(reason_, ProxyFault::kCut);
}

TEST_F(ProxiedStreamTest, TheHeaderHasItsOwnTime) {
  Accept("127.0.0.0/8", 5ms);
  Send("PROXY TCP4");
  RunUntil([&] { return closed_ == 1; });
  EXPECT_EQ(reason_, ProxyFault::kLate);
}

TEST_F(ProxiedStreamTest, APauseHoldsWhatFollowsTheHeader) {
  Accept();
  stream_->PauseReading();
  Send(std::string(kHeader) + "PRI");
  RunUntil([&] { return connected_ == 1; });
  Settle();
  EXPECT_EQ(received_, "");
  stream_->ResumeReading();
  RunUntil([&] { return received_ == "PRI"; });
}

TEST_F(ProxiedStreamTest, ResumingDoesNotPassTheHeaderBy) {
  Accept();
  stream_->PauseReading();
  stream_->ResumeReading();
  Send(std::string(kHeader) + "PRI");
  RunUntil([&] { return received_ == "PRI"; });
  EXPECT_EQ(stream_->peer().address, "10.1.2.3");
}

}  // namespace
}  // namespace evenkeel::net
