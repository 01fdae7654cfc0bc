#include "proxy/program/ready_command.h"

#include <gmock/gmock.h>
#include <sys/socket.h>

#include <fstream>
#include <string>
#include <thread>

#include "lib/net/listener.h"
#include "lib/net/socket_address.h"
#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// An admin port that says what the test has it say, to whoever asks first.
class ReadyCommandTest : public CommandTest {
 protected:
  ReadyCommandTest()
      : socket_(std::move(net::OpenListeners(*base::Address::Parse("127.0.0.1:0"), 1)->front())),
        address_(net::SocketAddress::OfSocket(socket_.get()).ToString()) {}

  void Answer(const std::string& answer) {
    server_ = std::jthread([this, answer] {
      int client = -1;
      while (client < 0) client = accept(socket_.get(), nullptr, nullptr);
      char bytes[1024];
      ssize_t count = -1;
      while (count <= 0) count = recv(client, bytes, sizeof bytes, 0);
      request_.assign(bytes, static_cast<size_t>(count));
      send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
      close(client);
    });
  }
  base::Result<void, std::string> Ask(base::Duration timeout = 15s) {
    auto result = AskReady(*base::Address::Parse(address_), timeout);
    if (server_.joinable()) server_.join();
    return result;
  }

  const base::FileDescriptor socket_;
  const std::string address_;
  std::string request_;
  std::jthread server_;
};

TEST_F(ReadyCommandTest, AsksForReadyAndTakes200ForYes) {
  Answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nready\n");
  EXPECT_TRUE(Ask());
  EXPECT_THAT(request_, StartsWith("GET /ready HTTP/1.1\r\nHost: " + address_ + "\r\n"));
}

TEST_F(ReadyCommandTest, BringsTheFirstTokenOfItsFile) {
  const std::string file = Path("token");
  std::ofstream(file) << "the-first-token-of-all\nthe-other-token-of-all\n";
  Answer("HTTP/1.1 200 OK\r\n\r\n");
  const Printed ready = Run([&] {
    return SayWhetherReady({*base::Address::Parse(address_), 15s, file});
  });
  EXPECT_EQ(ready.code, EXIT_SUCCESS);
  server_.join();
  EXPECT_THAT(request_, HasSubstr("\r\nauthorization: Bearer the-first-token-of-all\r\n"));
}

TEST_F(ReadyCommandTest, ATokenFileThatIsNoneIsWrongUse) {
  const std::string file = Path("none");
  const Printed said = Run([&] {
    return SayWhetherReady({*base::Address::Parse(address_), 15s, file});
  });
  EXPECT_EQ(said.code, kUsageExitCode);
  EXPECT_THAT(said.err, HasSubstr("cannot be read"));
}

TEST_F(ReadyCommandTest, AnotherStatusSaysWhyNot) {
  Answer("HTTP/1.1 503 Service Unavailable\r\n\r\nnot ready\ndraining\n");
  EXPECT_EQ(Ask().error(), address_ + ": HTTP: status 503: not ready; draining");
}

TEST_F(ReadyCommandTest, WhatIsNoHttpIsNoAnswer) {
  Answer("+OK\r\n");
  EXPECT_THAT(Ask().error(), StartsWith(address_ + ": HTTP: "));
}

// The kernel takes the connection, and nobody ever answers.
TEST_F(ReadyCommandTest, SilenceIsNotWaitedForBeyondTheTimeout) {
  EXPECT_EQ(Ask(5ms).error(), address_ + ": no answer in time");
}

TEST_F(ReadyCommandTest, NobodyThereIsTold) {
  const std::string path = "unix:" + Path("nobody");
  const auto answer = AskReady(*base::Address::Parse(path), 15s);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error(), HasSubstr("No such file or directory"));
}

TEST_F(ReadyCommandTest, TheExitCodeSaysIt) {
  const auto say = [&](base::Duration timeout) {
    return Run([&] { return SayWhetherReady({*base::Address::Parse(address_), timeout}); });
  };
  const Printed silent = say(5ms);
  EXPECT_EQ(silent.code, EXIT_FAILURE);
  EXPECT_EQ(silent.err, "not ready: " + address_ + ": no answer in time\n");
  int first = -1;  // the one that was not answered
  while (first < 0) first = accept(socket_.get(), nullptr, nullptr);
  close(first);
  Answer("HTTP/1.1 200 OK\r\n\r\n");
  const Printed ready = say(15s);
  EXPECT_EQ(ready.code, EXIT_SUCCESS);
  EXPECT_EQ(ready.err + ready.out, "");
}

}  // namespace
}  // namespace evenkeel::proxy
