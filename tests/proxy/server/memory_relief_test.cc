#include "proxy/server/memory_relief.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <map>
#include <string>

#include "lib/telemetry/metrics.h"
#include "proxy/route/rate_limits.h"
#include "tests/lib/http2/wire_builder.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kLimit = 1024 * 1024;
constexpr size_t kPiece = 16 * 1024;
constexpr size_t kCallsPath = 2000;
constexpr int kLittle = 2;  // pieces
constexpr int kMuch = 15;   // with one more the client's memory is made anew, four times as large

// Clients that hold memory without any call: with a header block that does not end.
class MemoryReliefTest : public net::LoopTest, private ClientConnection::Owner {
 protected:
  MemoryReliefTest() {
    binding_->settings.http2.max_header_list = 1024 * 1024;
    binding_->settings.http2.max_concurrent_streams = 1000;
    binding_->routes = base::MakeLocal<const Routes>(
        RouteTable::Make(1, config::Listener(), {}, limits_, access_, loop_.Now(), nullptr),
        std::vector<base::LocalPtr<Cluster>>());
    guard_.set_limit(kLimit);
  }
  ~MemoryReliefTest() override {
    clients_.Clear();
    Turn();  // those that have ended go before what they use
  }

  /// Whatever is ready is done.
  void Turn() {
    loop_.Post([] {});
    loop_.RunOnce();
  }
  /// A client whose calls all go nowhere.
  ClientConnection& Connect() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    ClientConnection::Owner& owner = *this;
    ClientConnection& client = clients_.Add(std::make_unique<ClientConnection>(
        context_, binding_, base::FileDescriptor(ends[0]), owner));
    peers_.emplace(&client, ends[1]);
    Write(client, http2::WireBuilder().Preface().Settings());
    return client;
  }
  /// One that has sent so many pieces.
  ClientConnection& Connect(int pieces) {
    ClientConnection& client = Connect();
    Write(client, http2::WireBuilder().Frame(http2::kHeaders, 0, 1, ""));
    for (int i = 0; i < pieces; ++i) SendPiece(client);
    const size_t sent = static_cast<size_t>(pieces) * kPiece;
    RunUntil([&] { return client.held() >= sent; });
    return client;
  }
  /// A call, and the answer, which nobody reads, has three bytes for each of that.
  void Call(const ClientConnection& client, http2::StreamId id) {
    const std::string path = "/test.Service/" + std::string(kCallsPath, '%');
    Write(client,
          http2::WireBuilder().Headers(id, http2::GrpcRequest(path), http2::EndStream::kYes));
  }
  void SendPiece(const ClientConnection& client) {
    Write(client, http2::WireBuilder().Continuation(1, std::string(kPiece, '\0'), 0));
  }
  bool Look(MemoryGuard::Level level) {
    used_ = level == MemoryGuard::Level::kEnough  ? 0
            : level == MemoryGuard::Level::kTight ? kLimit - kLimit / 16
                                                  : kLimit + 1;
    guard_.Look(loop_.Now());
    EXPECT_EQ(guard_.level(), level);
    return relief_.Look(clients_, guard_.must_end() ? MemoryRelief::Ends::kWhoHoldsMost
                                                    : MemoryRelief::Ends::kNobody);
  }
  /// Whether more that it sends is read.
  bool IsRead(const ClientConnection& client) {
    const size_t before = client.held();
    for (int i = 0; i < 4; ++i) SendPiece(client);
    return client.held() > before;
  }

  std::vector<const ClientConnection*> ended_;
  MemoryRelief::Clients clients_;
  MemoryShares::Sums of_another_worker_{};
  uint64_t used_ = 0;
  int64_t taken_ = 0;
  MemoryGuard guard_{{.used = [this] { return used_; },
                      .taken = [this] { return taken_; },
                      .trim = [] { return true; }}};

 private:
  void Write(const ClientConnection& client, const http2::WireBuilder& wire) {
    const std::string& bytes = wire.text();
    ASSERT_EQ(::send(peers_.at(&client).get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
    Turn();
  }
  void OnConnectionGone(ClientConnection& connection) override {
    ended_.push_back(&connection);
    loop_.DeleteLater(clients_.Take(connection));
  }

  telemetry::Metrics metrics_;
  base::Random random_{1};
  WorkerContext context_{loop_, random_, metrics_.AddWorker()};
  RateLimits limits_{1};
  telemetry::AccessMetrics access_;
  const base::LocalPtr<ListenerBinding> binding_ = base::MakeLocal<ListenerBinding>(ListenerId{1});
  std::map<const ClientConnection*, base::FileDescriptor> peers_;

 protected:
  MemoryRelief relief_{guard_};
};

TEST_F(MemoryReliefTest, WhoHasToReadIsReadFrom) {
  ClientConnection& client = Connect();
  for (http2::StreamId id = 1; client.unread() < kLimit && id < 1000; id += 2) {
    Call(client, id);
  }
  EXPECT_GE(client.held(), client.unread());
  Look(MemoryGuard::Level::kTight);
  EXPECT_FALSE(client.is_held_back()) << "its credit is what makes room";
}

TEST_F(MemoryReliefTest, WhileThereIsEnoughEverybodyIsRead) {
  const ClientConnection& hog = Connect(kMuch);
  EXPECT_FALSE(Look(MemoryGuard::Level::kEnough));
  EXPECT_TRUE(IsRead(hog));
}

TEST_F(MemoryReliefTest, WhoHoldsMostIsNotReadWhileItIsTight) {
  const ClientConnection& small = Connect(kLittle);
  const ClientConnection& hog = Connect(kMuch);
  EXPECT_FALSE(Look(MemoryGuard::Level::kTight));
  EXPECT_FALSE(IsRead(hog));
  EXPECT_TRUE(IsRead(small));
  Look(MemoryGuard::Level::kEnough);
  EXPECT_TRUE(IsRead(hog));
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(MemoryReliefTest, WhoHoldsMostEndsWhereItIsOver) {
  Connect(kLittle);
  const ClientConnection& hog = Connect(kMuch);
  Connect(kLittle);
  EXPECT_TRUE(Look(MemoryGuard::Level::kOver));
  Turn();
  EXPECT_THAT(ended_, ElementsAre(&hog));
}

TEST_F(MemoryReliefTest, WhoHoldsNextToNothingNeverEnds) {
  Connect(0);
  EXPECT_FALSE(Look(MemoryGuard::Level::kOver));
  Turn();
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(MemoryReliefTest, WhatAnotherWorkersClientsHoldIsTheirs) {
  Connect(kMuch);
  MemoryShares::Sums sums{};
  sums[MemoryShares::ClassOf(kLimit / 2)] = kLimit / 2;
  guard_.shares().Say(of_another_worker_, sums);
  EXPECT_FALSE(Look(MemoryGuard::Level::kOver));
  Turn();
  EXPECT_THAT(ended_, IsEmpty());
}

TEST_F(MemoryReliefTest, WhereItIsTightForLongTheyEndToo) {
  const ClientConnection& hog = Connect(kMuch);
  EXPECT_FALSE(Look(MemoryGuard::Level::kTight));
  guard_.Look(loop_.Now() + MemoryGuard::kPatience);
  EXPECT_TRUE(guard_.must_end());
  EXPECT_TRUE(relief_.Look(clients_, MemoryRelief::Ends::kWhoHoldsMost));
  Turn();
  EXPECT_THAT(ended_, ElementsAre(&hog));
}

}  // namespace
}  // namespace evenkeel::proxy
