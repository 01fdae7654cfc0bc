// Viewers over real loopback sockets, on an evhttp of the test's own.
#include "proxy/admin/viewers.h"

#include <event2/http.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/file_descriptor.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::admin {
namespace {

class ViewersTest : public net::LoopTest {
 protected:
  ViewersTest() : http_(evhttp_new(loop_.native()), evhttp_free) {
    const timeval idle{60, 0};
    evhttp_set_timeout_tv(http_.get(), &idle);
    evhttp_set_gencb(
        http_.get(),
        [](evhttp_request* request, void* test) {
          auto& self = *static_cast<ViewersTest*>(test);
          ++self.added_;
          self.viewers_->Add(*request, "first");
        },
        this);
    evhttp_bound_socket* const bound = evhttp_bind_socket_with_handle(http_.get(), "127.0.0.1", 0);
    EXPECT_NE(bound, nullptr);
    socklen_t size = sizeof address_;
    ::getsockname(evhttp_bound_socket_get_fd(bound), reinterpret_cast<sockaddr*>(&address_), &size);
  }

  /// One more viewer; what it has read it hears by Read.
  base::FileDescriptor View(int receive_buffer = 0) {
    base::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (receive_buffer > 0) {
      ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    EXPECT_EQ(
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address_), sizeof address_), 0);
    const std::string request = "GET /stream HTTP/1.0\r\nHost: a\r\n\r\n";
    EXPECT_GT(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL), 0);
    const size_t before = added_;
    RunUntil([&] { return added_ > before; });
    return socket;
  }
  void ReadUntil(const base::FileDescriptor& socket, const std::string& end) {
    std::string all;
    std::string buffer(256 * 1024, ' ');
    RunUntil([&] {
      const ssize_t got = ::recv(socket.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (got > 0) all.append(buffer, 0, static_cast<size_t>(got));
      return all.ends_with(end);
    });
  }

  sockaddr_in address_{};
  size_t added_ = 0;
  const std::unique_ptr<evhttp, void (*)(evhttp*)> http_;
  std::unique_ptr<Viewers> viewers_ = std::make_unique<Viewers>();  // goes before http_
};

TEST_F(ViewersTest, EachHearsTheSame) {
  EXPECT_EQ(ServerSentEvent("tick", "{}"), "event: tick\ndata: {}\n\n");
  const auto one = View();
  const auto other = View();
  viewers_->Send("second");
  ReadUntil(one, "firstsecond");
  ReadUntil(other, "firstsecond");
}

TEST_F(ViewersTest, WhoLeavesMakesRoom) {
  std::vector<base::FileDescriptor> sockets;
  for (size_t i = 0; i < Viewers::kMax; ++i) sockets.push_back(View());
  EXPECT_TRUE(viewers_->full());
  sockets.pop_back();
  RunUntil([&] {
    viewers_->Send("x");
    return !viewers_->full();
  });
  viewers_->Send("y");
  EXPECT_FALSE(viewers_->empty());
}

TEST_F(ViewersTest, WhoReadsNothingIsDroppedAndTheOthersHearAll) {
  const auto deaf = View(4096);
  const auto reader = View();
  const std::string message(100 * 1024, 'x');
  for (int i = 0; i < 100; ++i) {
    const std::string last = "<" + std::to_string(i) + ">";
    viewers_->Send(message + last);
    ReadUntil(reader, last);
  }
  // Its connection has ended, though it has not read to the end.
  std::string rest(1024 * 1024, ' ');
  RunUntil([&] {
    const ssize_t got = ::recv(deaf.get(), rest.data(), rest.size(), MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno == ECONNRESET);
  });
}

TEST_F(ViewersTest, TheyGoBeforeTheServer) {
  const auto one = View();
  auto other = View();
  other = {};
  Settle();
  viewers_.reset();
  Settle();
}

}  // namespace
}  // namespace evenkeel::admin
