#include "lib/net/takeover_offer.h"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "lib/net/takeover_message.h"
#include "tests/lib/net/takeover_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using TakeoverOfferTest = TakeoverTest;

// What a raw successor hears next.
std::string Hear(const base::FileDescriptor& socket) {
  const auto message = ReceiveTakeover(socket.get());
  return message ? message->text : message.error().message();
}

TEST_F(TakeoverOfferTest, SaysWhatTheProtocolSays) {
  Listen("127.0.0.1:0", 1);
  Offer();
  const base::FileDescriptor successor = ConnectRaw();
  ASSERT_TRUE(SendTakeover(successor.get(), kTakeoverHello));
  Settle();
  const auto sockets = ReceiveTakeover(successor.get());
  ASSERT_TRUE(sockets);
  EXPECT_EQ(sockets->text, "sockets 127.0.0.1:0");
  EXPECT_THAT(sockets->sockets, SizeIs(1));
  EXPECT_EQ(Hear(successor), "end");
  EXPECT_EQ(taken_, 0);
  ASSERT_TRUE(SendTakeover(successor.get(), kTakeoverAccepting));
  RunUntil([&] { return taken_ == 1; });
  EXPECT_EQ(Hear(successor), "draining");
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(TakeoverOfferTest, WhatASocketDoesNotHoldFollowsAsTheSuccessorReads) {
  for (int i = 0; i < 3'000; ++i) serving_.push_back(std::string(60, 'c') + std::to_string(i));
  Listen("127.0.0.1:0", 1);
  Offer();
  const base::FileDescriptor successor = ConnectRaw();
  ASSERT_TRUE(SendTakeover(successor.get(), kTakeoverHello));
  Settle();
  std::ptrdiff_t names = 0;
  std::string heard;
  while ((heard = Hear(successor)) != kTakeoverEnd && !heard.empty()) {
    if (heard.starts_with(kTakeoverServing)) names += std::ranges::count(heard, '\n') - 1;
    Settle();
  }
  EXPECT_EQ(names, 3'000);
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(TakeoverOfferTest, MayBeDestroyedWhenItIsTaken) {
  Offer();
  const base::FileDescriptor successor = ConnectRaw();
  ASSERT_TRUE(SendTakeover(successor.get(), kTakeoverAccepting));
  RunUntil([&] {
    if (taken_ > 0 && offer_) loop_.DeleteLater(std::move(offer_));
    return taken_ > 0;
  });
  Settle();
  EXPECT_EQ(Hear(successor), "draining");
  EXPECT_EQ(Hear(successor), "") << "and then it is gone";
}

TEST_F(TakeoverOfferTest, WithdrawnItLeavesNoFile) {
  Offer();
  offer_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(TakeoverOfferTest, ASuccessorThatHangsIsGivenUpAndTheNextOneServed) {
  Listen("127.0.0.1:0", 1);
  Offer(std::chrono::milliseconds(50));
  const base::FileDescriptor hung = ConnectRaw();
  RunUntil([&] { return !failures_.empty(); });
  EXPECT_THAT(failures_, ElementsAre("the successor hangs"));
  EXPECT_EQ(taken_, 0);
  EXPECT_THAT(Ask()->TakeSockets(), SizeIs(1));
}

TEST_F(TakeoverOfferTest, AnotherVersionIsToldSo) {
  Offer();
  const base::FileDescriptor successor = ConnectRaw();
  ASSERT_TRUE(SendTakeover(successor.get(), "evenkeel-takeover 2"));
  RunUntil([&] { return !failures_.empty(); });
  EXPECT_THAT(failures_, ElementsAre(HasSubstr("evenkeel-takeover 2")));
  EXPECT_THAT(ReceiveTakeover(successor.get())->text, HasSubstr("another version"));
}

TEST_F(TakeoverOfferTest, TheSocketFileIsForItsOwnerOnly) {
  Offer();
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(TakeoverOfferTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  Listen("127.0.0.1:0", 1);
  const auto offer = TakeoverOffer::Open(loop_, path_, sockets_, {});
  ASSERT_FALSE(offer);
  EXPECT_THAT(offer.error(), HasSubstr("no socket"));
  EXPECT_EQ(std::filesystem::file_size(path_), 8u);
}

TEST_F(TakeoverOfferTest, ASecondOfferAtThePathIsAnErrorThatSaysWhatToDo) {
  Offer();
  const auto second = TakeoverOffer::Open(loop_, path_, sockets_, {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("start with --takeover"));
}

TEST_F(TakeoverOfferTest, AFolderThatCannotBeWrittenIsAnErrorThatSaysWhatToDo) {
  const auto offer = TakeoverOffer::Open(loop_, "/nonexistent/a.sock", sockets_, {});
  ASSERT_FALSE(offer);
  EXPECT_THAT(offer.error(), HasSubstr("give a --takeover-socket in a folder"));
}

}  // namespace
}  // namespace evenkeel::net
