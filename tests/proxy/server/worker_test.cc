#include "proxy/server/worker.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/net/listening_sockets.h"
#include "lib/telemetry/metrics.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

class WorkerTest : public net::LoopTest {
 protected:
  /// What the worker is to serve: one listener, whose socket it gets with the first of these.
  Worker::Assignment Assignment() {
    config::Listener listener;
    listener.address = *base::Address::Parse("127.0.0.1:0");
    listener.health_service = true;
    Worker::Assignment assignment;
    Worker::ListenerPart& part = assignment.listeners.emplace_back();
    part.id = ListenerId{1};
    routes_ = RouteTable::Make(1, listener, {}, limits_, metrics_.access(), loop_.Now(), routes_);
    part.routes = routes_;
    part.settings = ClientSettingsOf(listener, rpc::PlainTransports());
    part.connections = connections_;
    if (!address_) {
      auto opened = sockets_.Open(listener.address, 1);
      EXPECT_TRUE(opened) << opened.error();
      address_.emplace(net::SocketAddress::OfSocket(opened->front().get()));
      part.sockets = std::move(*opened);
    }
    return assignment;
  }
  base::FileDescriptor Connect() const {
    base::FileDescriptor socket(::socket(AF_INET, SOCK_STREAM, 0));
    EXPECT_EQ(connect(socket.get(), address_->get(), address_->size()), 0);
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
    EXPECT_GT(send(socket.get(), (preface + settings).data(), preface.size() + settings.size(), 0),
              0);
    return socket;
  }
  /// The worker's first bytes, which are its SETTINGS; 0: it has closed. Blocks.
  static ssize_t Receive(const base::FileDescriptor& socket) {
    char bytes[4096];
    return recv(socket.get(), bytes, sizeof bytes, 0);
  }
  /// Whether the worker has not closed it.
  static bool IsOpen(const base::FileDescriptor& socket) {
    char bytes[4096];
    ssize_t got;
    while ((got = recv(socket.get(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0) continue;
    return got < 0 && errno == EAGAIN;
  }
  /// Runs `function` on the worker's thread, after all that was posted before.
  template <typename Function>
  void Await(Function function) {
    std::atomic<bool> done = false;
    worker_.Ask([&] {
      function();
      done = true;
    });
    RunUntil([&] { return done.load(); });
  }

  /// Any thread.
  int OpenConnections() const {
    return static_cast<int>(counts_.client_connections_opened() -
                            counts_.client_connections_closed());
  }

  telemetry::Metrics metrics_;
  telemetry::WorkerMetrics& counts_ = metrics_.AddWorker();
  std::atomic<int> drained_ = 0;
  const std::shared_ptr<base::Limit> connections_ = std::make_shared<base::Limit>();
  RateLimits limits_{1};
  std::shared_ptr<const RouteTable> routes_;
  net::ListeningSockets sockets_;
  std::optional<net::SocketAddress> address_;
  Worker worker_{0,
                 1,
                 counts_,
                 std::make_shared<ReplayMemory::Pool>(0),
                 {.on_drained = [this] { ++drained_; }, .on_accept_paused = [](auto) {}}};
};

TEST_F(WorkerTest, HasAThreadOfItsOwn) {
  std::thread::id thread;
  worker_.Start();
  Await([&] { thread = std::this_thread::get_id(); });
  EXPECT_NE(thread, std::this_thread::get_id());
}

TEST_F(WorkerTest, DoesWhatItWasToldBeforeItStarted) {
  worker_.Assign(Assignment());
  const base::FileDescriptor client = Connect();
  worker_.Start();
  EXPECT_GT(Receive(client), 0);
}

TEST_F(WorkerTest, AListenerThatStaysKeepsItsConnections) {
  worker_.Assign(Assignment());
  worker_.Start();
  const base::FileDescriptor client = Connect();
  EXPECT_GT(Receive(client), 0);
  worker_.Assign(Assignment());
  Await([] {});
  EXPECT_GT(Receive(Connect()), 0) << "it listens still";
  EXPECT_TRUE(IsOpen(client));
}

TEST_F(WorkerTest, AListenerThatGoesTakesItsConnectionsWithIt) {
  worker_.Assign(Assignment());
  worker_.Start();
  const base::FileDescriptor client = Connect();
  EXPECT_GT(Receive(client), 0);
  worker_.Assign({});
  while (Receive(client) > 0) continue;  // GOAWAY, and then the end
}

TEST_F(WorkerTest, OfManyConnectionsThatEndAtOnceEachTurnClosesAFew) {
  constexpr int kClients = 30;  // whose ends one turn hears of
  constexpr int kAFew = 2 * net::EventLoop::kDeferredPerTurn;
  worker_.Assign(Assignment());
  worker_.Start();
  std::vector<base::FileDescriptor> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(Connect());
  for (const auto& each : clients) EXPECT_GT(Receive(each), 0);
  int open = kClients;
  int most = 0;
  std::function<void()> look = [&] {  // once a turn
    const int now = OpenConnections();
    most = std::max(most, std::exchange(open, now) - now);
    if (open > 0) worker_.Ask(look);
  };
  Await([&] {
    clients.clear();
    look();
  });
  RunUntil([&] { return OpenConnections() == 0; });
  Await([] {});
  EXPECT_LE(most, kAFew);
  EXPECT_GE(most, 1);
}

TEST_F(WorkerTest, LooksAtMemoryOnceHoweverOftenItWasToldMeanwhile) {
  int looks = 0;  // each asks once how much is taken, for who is to end
  MemoryGuard memory({.used = [] { return uint64_t{1000}; },
                      .taken =
                          [&looks] {
                            ++looks;
                            return int64_t{0};
                          },
                      .trim = [] { return true; }});
  memory.set_limit(100);
  memory.Look({});
  looks = 0;
  worker_.WatchMemory(memory);
  for (int i = 0; i < 9; ++i) worker_.LookAtMemory(MemoryRelief::Ends::kWhoHoldsMost);
  worker_.LookAtMemory(MemoryRelief::Ends::kNobody);
  worker_.Start();
  Await([] {});
  EXPECT_EQ(looks, 1);
  worker_.LookAtMemory(MemoryRelief::Ends::kWhoHoldsMost);
  Await([] {});
  EXPECT_EQ(looks, 2);
}

TEST_F(WorkerTest, ReportsOnceWhenItHasDrained) {
  worker_.Start();
  worker_.Drain(Worker::Queued::kLeave);
  RunUntil([&] { return drained_ == 1; });
  Await([] {});
  EXPECT_EQ(drained_, 1);
}

}  // namespace
}  // namespace evenkeel::proxy
