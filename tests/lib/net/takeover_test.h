// TakeoverTest: a process that offers its listening sockets, and successors that ask for them.
#pragma once

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/net/socket_address.h"
#include "lib/net/takeover.h"
#include "lib/net/takeover_offer.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {

class TakeoverTest : public LoopTest {
 protected:
  ~TakeoverTest() override { std::filesystem::remove(path_); }

  void Listen(const std::string& address, size_t workers) {
    const auto opened = sockets_.Open(*base::Address::Parse(address), workers);
    ASSERT_TRUE(opened) << opened.error();
  }
  void Offer(base::Duration patience = std::chrono::seconds(15)) {
    auto offer = TakeoverOffer::Open(
        loop_, path_, sockets_,
        {.serving = [this] { return serving_; },
         .on_taken = [this] { ++taken_; },
         .on_failed = [this](std::string reason) { failures_.push_back(std::move(reason)); }},
        patience);
    ASSERT_TRUE(offer) << offer.error();
    offer_ = std::move(*offer);
  }
  /// Runs what blocks in a thread, while the loop turns.
  template <typename Function>
  auto WhileTurning(Function function) {
    auto result = std::async(std::launch::async, function);
    RunUntil([&] { return result.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    return result.get();
  }
  std::unique_ptr<Takeover> Ask() {
    auto asked = WhileTurning([this] { return Takeover::Ask(path_); });
    EXPECT_TRUE(asked) << asked.error();
    return asked ? std::move(*asked) : nullptr;
  }
  /// A successor that says what it is told to.
  base::FileDescriptor ConnectRaw() {
    base::FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    const auto address = SocketAddress::From(*base::Address::Parse("unix:" + path_));
    EXPECT_EQ(connect(socket.get(), address.get(), address.size()), 0);
    return socket;
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("takeover_test." + std::to_string(getpid()));
  ListeningSockets sockets_;
  std::unique_ptr<TakeoverOffer> offer_;
  std::vector<std::string> serving_;
  int taken_ = 0;
  std::vector<std::string> failures_;
};

}  // namespace evenkeel::net
