#include "lib/net/connection_watch.h"

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <gtest/gtest.h>

#include "lib/net/listener.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

// Plays evhttp: a listener, and bufferevents with callbacks while they are in use.
class ConnectionWatchTest : public LoopTest {
 protected:
  ConnectionWatchTest() {
    auto sockets = OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1);
    listening_ = std::move(sockets->front());
    listener_ = evconnlistener_new(
        loop_.native(),
        [](evconnlistener*, evutil_socket_t fd, sockaddr*, int, void* self) {
          static_cast<ConnectionWatchTest*>(self)->accepted_.emplace_back(fd);
        },
        this, 0, 0, listening_.get());
  }
  ~ConnectionWatchTest() override {
    watch_.reset();
    evconnlistener_free(listener_);
  }

  void Start(const ConnectionWatch::Limits& limits) {
    watch_.emplace(loop_, limits);
    watch_->Watch(listener_);
  }
  bufferevent* MakeConnection() {
    bufferevent* const connection = watch_->MakeConnection();
    bufferevent_setcb(
        connection, nullptr, nullptr,
        [](bufferevent*, short what, void* self) {
          static_cast<ConnectionWatchTest*>(self)->events_ |= what;
        },
        this);
    return connection;
  }
  base::FileDescriptor Connect() {
    const auto address = SocketAddress::OfSocket(listening_.get());
    base::FileDescriptor fd(::socket(address.family(), SOCK_STREAM, 0));
    EXPECT_EQ(::connect(fd.get(), address.get(), address.size()), 0);
    return fd;
  }

  base::FileDescriptor listening_;
  evconnlistener* listener_ = nullptr;
  std::optional<ConnectionWatch> watch_;
  std::vector<base::FileDescriptor> accepted_;
  int events_ = 0;
};

TEST_F(ConnectionWatchTest, BeyondTheBoundNothingIsAcceptedUntilOneGoes) {
  Start({.connections = 2});
  bufferevent* const first = MakeConnection();
  bufferevent* const second = MakeConnection();
  const base::FileDescriptor client = Connect();
  LetPass(std::chrono::milliseconds(250));
  EXPECT_TRUE(accepted_.empty());
  bufferevent_free(first);
  RunUntil([&] { return accepted_.size() == 1; });
  bufferevent_free(second);
}

TEST_F(ConnectionWatchTest, WhoTakesTooLongForARequestIsToldToEnd) {
  Start({.request = std::chrono::milliseconds(1)});
  bufferevent* const slow = MakeConnection();
  RunUntil([&] { return events_ != 0; });
  EXPECT_EQ(events_, BEV_EVENT_READING | BEV_EVENT_TIMEOUT);
  bufferevent_free(slow);
}

TEST_F(ConnectionWatchTest, ARequestGivesTheNextOneItsTime) {
  Start({.request = std::chrono::milliseconds(1500)});
  bufferevent* const steady = MakeConnection();
  LetPass(std::chrono::milliseconds(900));
  watch_->OnRequest(steady);
  watch_->OnAnswer(steady, std::chrono::seconds(10));
  LetPass(std::chrono::milliseconds(1200));
  EXPECT_EQ(events_, 0);
  bufferevent_free(steady);
}

TEST_F(ConnectionWatchTest, TheTimeOfAnAnswerIsNotTheClients) {
  Start({.request = std::chrono::milliseconds(1)});
  bufferevent* const asking = MakeConnection();
  watch_->OnRequest(asking);
  LetPass(std::chrono::milliseconds(1100));
  EXPECT_EQ(events_, 0);
  watch_->OnAnswer(asking, std::chrono::seconds(10));
  RunUntil([&] { return events_ != 0; });
  bufferevent_free(asking);
}

}  // namespace
}  // namespace evenkeel::net
