#include "lib/net/takeover.h"

#include <gmock/gmock.h>
#include <filesystem>

#include "tests/lib/net/takeover_test.h"

namespace evenkeel::net {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(TakeoverTest, HandsOverEverySocketOfEveryAddress) {
  Listen("127.0.0.1:0", 2);
  Listen("[::1]:0", 130);  // more than one message holds
  Offer();
  const auto takeover = Ask();
  const auto groups = takeover->TakeSockets();
  ASSERT_THAT(groups, SizeIs(2));
  EXPECT_EQ(groups[0].name, "127.0.0.1:0");
  EXPECT_THAT(groups[0].sockets, SizeIs(2));
  EXPECT_EQ(groups[1].name, "[::1]:0");
  EXPECT_THAT(groups[1].sockets, SizeIs(130));
  EXPECT_EQ(SocketAddress::OfSocket(groups[1].sockets[129].get()).ToString(),
            SocketAddress::OfSocket(sockets_.open()[1].sockets[0].get()).ToString());
}

TEST_F(TakeoverTest, TellsWhatIsServed) {
  for (int i = 0; i < 1'000; ++i) serving_.push_back("cluster-" + std::to_string(i));
  Offer();
  EXPECT_EQ(Ask()->serving(), serving_);
}

TEST_F(TakeoverTest, IsOverForTheOldProcessWhenTheNewOneAccepts) {
  Listen("127.0.0.1:0", 1);
  Offer();
  const auto takeover = Ask();
  EXPECT_EQ(taken_, 0);
  EXPECT_TRUE(WhileTurning([&] { return takeover->Finish(); }));
  EXPECT_EQ(taken_, 1);
  EXPECT_FALSE(std::filesystem::exists(path_)) << "the path is free for the successor";
  Settle();
  EXPECT_THAT(failures_, IsEmpty());
}

TEST_F(TakeoverTest, ASuccessorThatGoesChangesNothing) {
  Listen("127.0.0.1:0", 1);
  Offer();
  Ask().reset();
  RunUntil([&] { return !failures_.empty(); });
  EXPECT_EQ(taken_, 0);
  EXPECT_NE(Ask(), nullptr) << "the next one is welcome";
}

TEST_F(TakeoverTest, ThereIsNobodyWhereNothingListens) {
  EXPECT_EQ(Ask(), nullptr);
  Offer();
  const std::string stale = path_ + ".stale";
  std::filesystem::rename(path_, stale);
  offer_.reset();
  std::filesystem::rename(stale, path_);
  EXPECT_EQ(Ask(), nullptr) << "nor where a file was left behind";
  Offer();
  EXPECT_NE(Ask(), nullptr);
}

TEST_F(TakeoverTest, ASecondSuccessorIsTurnedAway) {
  Listen("127.0.0.1:0", 1);
  Offer();
  const auto first = Ask();
  const auto second = WhileTurning([this] { return Takeover::Ask(path_); });
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("another process is taking over already"));
}

}  // namespace
}  // namespace evenkeel::net
