#include "lib/net/takeover_message.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>

namespace evenkeel::net {
namespace {

class TakeoverMessageTest : public ::testing::Test {
 protected:
  TakeoverMessageTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    here_ = base::FileDescriptor(ends[0]);
    there_ = base::FileDescriptor(ends[1]);
  }
  static ino_t FileOf(int descriptor) {
    struct stat info;
    EXPECT_EQ(fstat(descriptor, &info), 0);
    return info.st_ino;
  }

  base::FileDescriptor here_;
  base::FileDescriptor there_;
};

TEST_F(TakeoverMessageTest, EachIsOnePacket) {
  ASSERT_TRUE(SendTakeover(here_.get(), kTakeoverHello));
  ASSERT_TRUE(SendTakeover(here_.get(), kTakeoverAccepting));
  EXPECT_EQ(ReceiveTakeover(there_.get())->text, "evenkeel-takeover 1");
  EXPECT_EQ(ReceiveTakeover(there_.get())->text, "accepting");
}

TEST_F(TakeoverMessageTest, BringsSocketsThatAProgramStartedFromHereDoesNotGet) {
  ASSERT_TRUE(SendTakeover(here_.get(), "sockets a:1", {here_.get(), there_.get()}));
  const auto message = ReceiveTakeover(there_.get());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "sockets a:1");
  ASSERT_EQ(message->sockets.size(), 2u);
  EXPECT_EQ(FileOf(message->sockets[0].get()), FileOf(here_.get()));
  EXPECT_EQ(FileOf(message->sockets[1].get()), FileOf(there_.get()));
  EXPECT_NE(message->sockets[0].get(), here_.get()) << "one of its own";
  EXPECT_EQ(fcntl(message->sockets[0].get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(TakeoverMessageTest, HoldsAsManySocketsAsItSays) {
  ASSERT_TRUE(SendTakeover(here_.get(), "more a:1",
                           std::vector<int>(kTakeoverSocketsPerMessage, here_.get())));
  EXPECT_EQ(ReceiveTakeover(there_.get())->sockets.size(), kTakeoverSocketsPerMessage);
}

TEST_F(TakeoverMessageTest, ItsTextIsCutAtFourKilobytes) {
  ASSERT_TRUE(SendTakeover(here_.get(), std::string(5'000, 'x')));
  EXPECT_EQ(ReceiveTakeover(there_.get())->text, std::string(4'096, 'x'));
}

TEST_F(TakeoverMessageTest, WaitsAsTheSocketDoes) {
  const auto nothing = ReceiveTakeover(there_.get());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error(), std::errc::resource_unavailable_try_again);
}

TEST_F(TakeoverMessageTest, WhereTheOtherSideIsGoneThereIsNothing) {
  here_ = base::FileDescriptor();
  const auto message = ReceiveTakeover(there_.get());
  ASSERT_TRUE(message);
  EXPECT_EQ(message->text, "");
  EXPECT_TRUE(message->sockets.empty());
  const auto sent = SendTakeover(there_.get(), "end");  // and no SIGPIPE
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error(), std::errc::broken_pipe);
}

TEST_F(TakeoverMessageTest, TrustsItsOwnUserAndNobodyUnknown) {
  EXPECT_TRUE(IsPeerTrusted(here_.get()));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const base::FileDescriptor read(ends[0]);
  const base::FileDescriptor write(ends[1]);
  EXPECT_FALSE(IsPeerTrusted(read.get())) << "no socket";
}

}  // namespace
}  // namespace evenkeel::net
