#include "lib/net/takeover.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "lib/net/takeover_message.h"
#include "lib/net/takeover_offer.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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
        {.on_taken = [this] { ++taken_; },
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
  FileDescriptor ConnectRaw() {
    FileDescriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
    const auto address = SocketAddress::From(*base::Address::Parse("unix:" + path_));
    EXPECT_EQ(connect(socket.get(), address.get(), address.size()), 0);
    return socket;
  }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("takeover_test." + std::to_string(getpid()));
  ListeningSockets sockets_;
  std::unique_ptr<TakeoverOffer> offer_;
  int taken_ = 0;
  std::vector<std::string> failures_;
};

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

TEST_F(TakeoverTest, ASuccessorThatHangsIsGivenUpAndTheNextOneServed) {
  Listen("127.0.0.1:0", 1);
  Offer(std::chrono::milliseconds(50));
  const FileDescriptor hung = ConnectRaw();
  RunUntil([&] { return !failures_.empty(); });
  EXPECT_THAT(failures_, ElementsAre("the successor hangs"));
  EXPECT_EQ(taken_, 0);
  EXPECT_THAT(Ask()->TakeSockets(), SizeIs(1));
}

TEST_F(TakeoverTest, AnotherVersionIsToldSo) {
  Offer();
  const FileDescriptor successor = ConnectRaw();
  ASSERT_TRUE(SendTakeover(successor.get(), "evenkeel-takeover 2"));
  RunUntil([&] { return !failures_.empty(); });
  EXPECT_THAT(failures_, ElementsAre(HasSubstr("evenkeel-takeover 2")));
  EXPECT_THAT(ReceiveTakeover(successor.get())->text, HasSubstr("another version"));
}

TEST_F(TakeoverTest, TheSocketFileIsForItsOwnerOnly) {
  Offer();
  struct stat info;
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST_F(TakeoverTest, AFileThatIsNoSocketIsLeftAlone) {
  std::ofstream(path_) << "precious";
  Listen("127.0.0.1:0", 1);
  const auto offer = TakeoverOffer::Open(loop_, path_, sockets_, {});
  ASSERT_FALSE(offer);
  EXPECT_THAT(offer.error(), HasSubstr("no socket"));
  EXPECT_EQ(std::filesystem::file_size(path_), 8u);
}

TEST_F(TakeoverTest, ASecondOfferAtThePathIsAnErrorThatSaysWhatToDo) {
  Offer();
  const auto second = TakeoverOffer::Open(loop_, path_, sockets_, {});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error(), HasSubstr("start with --takeover"));
}

TEST_F(TakeoverTest, AFolderThatCannotBeWrittenIsAnErrorThatSaysWhatToDo) {
  const auto offer = TakeoverOffer::Open(loop_, "/nonexistent/a.sock", sockets_, {});
  ASSERT_FALSE(offer);
  EXPECT_THAT(offer.error(), HasSubstr("give a --takeover-socket in a folder"));
}

}  // namespace
}  // namespace evenkeel::net
