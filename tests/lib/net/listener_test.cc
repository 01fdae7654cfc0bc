#include "lib/net/listener.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

base::Address Parse(const std::string& text) { return *base::Address::Parse(text); }

class ListenerTest : public LoopTest {
 protected:
  ~ListenerTest() override { std::filesystem::remove(path_); }

  std::vector<base::FileDescriptor> Open(const std::string& address, size_t count = 1) {
    auto sockets = OpenListeners(Parse(address), count);
    EXPECT_TRUE(sockets) << sockets.error();
    return sockets ? std::move(*sockets) : std::vector<base::FileDescriptor>();
  }
  static base::FileDescriptor Connect(const SocketAddress& address) {
    base::FileDescriptor fd(socket(address.family(), SOCK_STREAM, 0));
    EXPECT_EQ(connect(fd.get(), address.get(), address.size()), 0) << std::strerror(errno);
    return fd;
  }
  std::unique_ptr<Listener> Accept(base::FileDescriptor socket) {
    return std::make_unique<Listener>(loop_, std::move(socket), [this](base::FileDescriptor fd) {
      accepted_.push_back(std::move(fd));
    });
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("listener_test." + std::to_string(getpid()));
  std::vector<base::FileDescriptor> accepted_;
};

TEST_F(ListenerTest, SocketsOfOneAddressShareOneFreePort) {
  const auto sockets = Open("127.0.0.1:0", 4);
  ASSERT_THAT(sockets, SizeIs(4));
  const uint16_t port = SocketAddress::OfSocket(sockets[0].get()).port();
  EXPECT_NE(port, 0);
  for (const base::FileDescriptor& each : sockets) {
    EXPECT_EQ(SocketAddress::OfSocket(each.get()).port(), port);
  }
}

TEST_F(ListenerTest, EverySocketOfAPortGetsConnections) {
  auto sockets = Open("127.0.0.1:0", 2);
  const SocketAddress address = SocketAddress::OfSocket(sockets[0].get());
  int first = 0;
  int second = 0;
  const Listener a(loop_, std::move(sockets[0]), [&](base::FileDescriptor) { ++first; });
  const Listener b(loop_, std::move(sockets[1]), [&](base::FileDescriptor) { ++second; });
  for (int i = 0; i < 64; ++i) Connect(address);
  RunUntil([&] { return first + second == 64; });
  EXPECT_GT(first, 0);
  EXPECT_GT(second, 0);
}

TEST_F(ListenerTest, SaysInASentenceThatThePortIsInUse) {
  const auto sockets = Open("127.0.0.1:0", 2);
  const std::string address = SocketAddress::OfSocket(sockets[0].get()).ToString();
  const auto again = OpenListeners(Parse(address), 1);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), "cannot listen on " + address + ": Address already in use");
}

TEST_F(ListenerTest, SaysThatAnAddressIsNotOurs) {
  const auto sockets = OpenListeners(Parse("192.0.2.1:0"), 1);
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error(), HasSubstr("cannot listen on 192.0.2.1:0: "));
}

TEST_F(ListenerTest, ListensOnAName) {
  const auto sockets = Open("localhost:0");
  ASSERT_THAT(sockets, SizeIs(1));
  EXPECT_NE(SocketAddress::OfSocket(sockets[0].get()).port(), 0);
}

TEST_F(ListenerTest, AcceptsWhatConnects) {
  auto sockets = Open("127.0.0.1:0");
  const SocketAddress address = SocketAddress::OfSocket(sockets[0].get());
  const auto listener = Accept(std::move(sockets[0]));
  const base::FileDescriptor a = Connect(address);
  const base::FileDescriptor b = Connect(address);
  RunUntil([&] { return accepted_.size() == 2; });
}

TEST_F(ListenerTest, TakesMoreConnectionsThanOneTurnsWorth) {
  auto sockets = Open("127.0.0.1:0");
  const SocketAddress address = SocketAddress::OfSocket(sockets[0].get());
  const auto listener = Accept(std::move(sockets[0]));
  for (int i = 0; i < 150; ++i) Connect(address);
  loop_.RunOnce();
  EXPECT_LE(accepted_.size(), 16u) << "so that calls do not wait for long";
  RunUntil([&] { return accepted_.size() == 150; });
}

TEST_F(ListenerTest, TakesWhatIsQueuedWhenItEnds) {
  auto sockets = Open("127.0.0.1:0");
  const SocketAddress address = SocketAddress::OfSocket(sockets[0].get());
  auto listener = Accept(std::move(sockets[0]));
  std::vector<base::FileDescriptor> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Connect(address));
  listener.reset();
  EXPECT_THAT(accepted_, SizeIs(100));
}

TEST_F(ListenerTest, ListensOnAUnixPath) {
  auto sockets = Open("unix:" + path_, 3);
  ASSERT_THAT(sockets, SizeIs(3));
  const auto listener = Accept(std::move(sockets[2]));
  const base::FileDescriptor client = Connect(SocketAddress::From(Parse("unix:" + path_)));
  RunUntil([&] { return accepted_.size() == 1; });
}

TEST_F(ListenerTest, ReplacesAStaleUnixSocket) {
  Open("unix:" + path_);  // the file stays
  ASSERT_TRUE(std::filesystem::is_socket(path_));
  EXPECT_THAT(Open("unix:" + path_), SizeIs(1));
}

TEST_F(ListenerTest, RefusesALiveUnixSocket) {
  const auto sockets = Open("unix:" + path_);
  const auto again = OpenListeners(Parse("unix:" + path_), 1);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error(), "cannot listen on unix:" + path_ + ": another process listens there");
}

TEST_F(ListenerTest, KeepsAFileThatIsNoSocket) {
  std::ofstream(path_) << "precious";
  const auto sockets = OpenListeners(Parse("unix:" + path_), 1);
  ASSERT_FALSE(sockets);
  EXPECT_THAT(sockets.error(), AllOf(HasSubstr(path_), HasSubstr("no socket")));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

TEST_F(ListenerTest, SaysThatAUnixFolderIsNotThere) {
  const auto sockets = OpenListeners(Parse("unix:/nonexistent/a.sock"), 1);
  ASSERT_FALSE(sockets);
  EXPECT_EQ(sockets.error(),
            "cannot listen on unix:/nonexistent/a.sock: No such file or directory");
}

class BrakesTest : public ListenerTest {
 protected:
  void Listen() {
    auto sockets = Open("127.0.0.1:0");
    address_ = SocketAddress::OfSocket(sockets[0].get());
    listener_ = std::make_unique<Listener>(
        loop_, std::move(sockets[0]),
        [this](base::FileDescriptor fd) { accepted_.push_back(std::move(fd)); }, brakes_,
        [this](std::string_view reason) { pauses_.emplace_back(reason); });
  }

  Listener::Brakes brakes_;
  SocketAddress address_ = SocketAddress::From(base::Address());
  std::vector<std::string> pauses_;
  std::unique_ptr<Listener> listener_;  // a test ends it before what its brakes refer to
};

TEST_F(BrakesTest, TheReservedDescriptorsAreLeftAlone) {
  const base::FileDescriptor lowest(dup(0));
  // Two descriptors for us and the listener, one for its first client, and those of the clients.
  DescriptorReserve reserve(static_cast<size_t>(lowest.get()) + 5);
  reserve.Keep(1);
  brakes_.descriptors = &reserve;
  Listen();
  const std::vector<base::FileDescriptor> clients = [this] {
    std::vector<base::FileDescriptor> all;
    for (int i = 0; i < 4; ++i) all.push_back(Connect(address_));
    return all;
  }();
  RunUntil([&] { return !pauses_.empty(); });
  EXPECT_THAT(pauses_[0], HasSubstr("kept for endpoints"));
  EXPECT_THAT(accepted_, SizeIs(1)) << "the one that reached the reserve is the last";
  LetPass(std::chrono::milliseconds(250));
  EXPECT_THAT(accepted_, SizeIs(1));
  EXPECT_THAT(pauses_, SizeIs(1)) << "it is said once";
  listener_.reset();
}

TEST_F(BrakesTest, NoMoreThanTheLimitUntilOneGoes) {
  base::Limit limit(1);
  base::Permit permit(limit);
  brakes_.connections = &limit;
  Listen();
  const base::FileDescriptor client = Connect(address_);
  RunUntil([&] { return !pauses_.empty(); });
  LetPass(std::chrono::milliseconds(250));
  EXPECT_THAT(accepted_, SizeIs(0));
  permit.Release();
  RunUntil([&] { return accepted_.size() == 1; });
  listener_.reset();
}

TEST_F(BrakesTest, NoneWhileTooMuchHeavyWorkWaits) {
  struct Heavy final : Deferrable {
    void RunDeferred() override {
      if (loop != nullptr) loop->Defer(*this);
    }
    EventLoop* loop = nullptr;
  } heavy;
  heavy.loop = &loop_;
  const uint32_t most = 1;
  brakes_.most_deferred = &most;
  Listen();
  loop_.Defer(heavy);
  const base::FileDescriptor client = Connect(address_);
  RunUntil([&] { return !pauses_.empty(); });
  EXPECT_THAT(accepted_, SizeIs(0));
  heavy.loop = nullptr;
  RunUntil([&] { return accepted_.size() == 1; });
  listener_.reset();
}

TEST_F(BrakesTest, NoneWhileClosed) {
  std::atomic<bool> closed{true};
  brakes_.closed = &closed;
  Listen();
  const base::FileDescriptor client = Connect(address_);
  RunUntil([&] { return !pauses_.empty(); });
  EXPECT_THAT(accepted_, SizeIs(0));
  closed = false;
  RunUntil([&] { return accepted_.size() == 1; });
  listener_.reset();
}

}  // namespace
}  // namespace evenkeel::net
