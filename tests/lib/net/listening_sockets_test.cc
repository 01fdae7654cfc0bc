#include "lib/net/listening_sockets.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "lib/net/listener.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

base::Address Parse(const std::string& text) { return *base::Address::Parse(text); }

std::string BoundTo(const base::FileDescriptor& socket) {
  return SocketAddress::OfSocket(socket.get()).ToString();
}

class ListeningSocketsTest : public LoopTest {
 protected:
  std::vector<base::FileDescriptor> Open(const std::string& address, size_t count) {
    auto opened = sockets_.Open(Parse(address), count);
    EXPECT_TRUE(opened) << opened.error();
    return opened ? std::move(*opened) : std::vector<base::FileDescriptor>();
  }
  /// As they come from a process with `count` workers.
  void Inherit(const std::string& name, size_t count) {
    auto opened = OpenListeners(Parse("127.0.0.1:0"), count);
    inherited_at_ = BoundTo((*opened)[0]);
    std::vector<ListeningSockets::Group> groups;
    groups.push_back({name, std::move(*opened)});
    sockets_.Inherit(std::move(groups));
  }

  ListeningSockets sockets_;
  std::string inherited_at_;
};

TEST_F(ListeningSocketsTest, OpensOneForEachWorkerAndKeepsADuplicateOfEach) {
  const auto opened = Open("127.0.0.1:0", 3);
  EXPECT_THAT(opened, SizeIs(3));
  ASSERT_THAT(sockets_.open(), SizeIs(1));
  EXPECT_EQ(sockets_.open()[0].name, "127.0.0.1:0");
  ASSERT_THAT(sockets_.open()[0].sockets, SizeIs(3));
  EXPECT_EQ(BoundTo(sockets_.open()[0].sockets[2]), BoundTo(opened[2]));
}

TEST_F(ListeningSocketsTest, UsesWhatWasInheritedUnderTheConfiguredName) {
  Inherit("127.0.0.1:0", 2);
  const auto opened = Open("127.0.0.1:0", 2);
  ASSERT_THAT(opened, SizeIs(2));
  EXPECT_EQ(BoundTo(opened[0]), inherited_at_);
  EXPECT_NE(BoundTo(Open("127.0.0.1:0", 1)[0]), inherited_at_) << "it can be used once";
}

TEST_F(ListeningSocketsTest, FindsSocketsWithoutANameByTheirAddress) {
  Inherit("", 1);
  EXPECT_EQ(BoundTo(Open(inherited_at_, 1)[0]), inherited_at_);
}

TEST_F(ListeningSocketsTest, GivesAllThatWereInheritedForEachHasAQueue) {
  Inherit("127.0.0.1:0", 4);
  EXPECT_THAT(Open("127.0.0.1:0", 2), SizeIs(4));
}

TEST_F(ListeningSocketsTest, OpensFurtherQueuesForMoreWorkers) {
  Inherit("127.0.0.1:0", 1);
  const auto opened = Open("127.0.0.1:0", 3);
  ASSERT_THAT(opened, SizeIs(3));
  for (const base::FileDescriptor& each : opened) EXPECT_EQ(BoundTo(each), inherited_at_);
}

TEST_F(ListeningSocketsTest, SaysWhatNobodyAskedFor) {
  Inherit("10.0.0.1:50051", 1);
  Inherit("", 1);
  EXPECT_THAT(sockets_.unclaimed(), ElementsAre("10.0.0.1:50051", inherited_at_));
  sockets_.DropUnclaimed();
  EXPECT_THAT(sockets_.unclaimed(), IsEmpty());
}

TEST_F(ListeningSocketsTest, AClosedAddressRefuses) {
  auto opened = Open("127.0.0.1:0", 1);
  const SocketAddress address = SocketAddress::OfSocket(opened[0].get());
  opened.clear();
  sockets_.Close(address.ToString());
  const base::FileDescriptor client(socket(AF_INET, SOCK_STREAM, 0));
  EXPECT_NE(connect(client.get(), address.get(), address.size()), 0);
}

// An address that overlaps with one that is about to go.
class OtherAddressTest : public ListeningSocketsTest {
 protected:
  std::vector<base::FileDescriptor> OpenBeside(const std::string& host,
                                               const std::string& leaving) {
    auto opened = sockets_.Open(Parse(host + port_), 1, {.mode = {}, .leaving = {leaving + port_}});
    EXPECT_TRUE(opened) << opened.error();
    return opened ? std::move(*opened) : std::vector<base::FileDescriptor>();
  }
  bool IsRefused(const std::string& host) {
    return !sockets_.Open(Parse(host + port_), 1, {.mode = {}, .leaving = {}});
  }
  void Start(const std::string& host) {
    port_ = ":0";
    first_ = Open(host + port_, 1);
    port_ = ":" + std::to_string(SocketAddress::OfSocket(first_[0].get()).port());
  }

  std::string port_;
  std::vector<base::FileDescriptor> first_;
};

TEST_F(OtherAddressTest, AWiderOneTakesOverWhatItCovers) {
  Start("127.0.0.1");
  EXPECT_TRUE(IsRefused("0.0.0.0")) << "where it does not go";
  const auto wider = OpenBeside("0.0.0.0", "127.0.0.1");
  ASSERT_THAT(wider, SizeIs(2)) << "one of its own, and that of before with its queue";
  EXPECT_EQ(BoundTo(wider[0]), "0.0.0.0" + port_);
  EXPECT_EQ(BoundTo(wider[1]), "127.0.0.1" + port_);
  first_.clear();
  sockets_.Close("127.0.0.1" + port_);
  ASSERT_THAT(sockets_.open(), SizeIs(1));
  EXPECT_THAT(sockets_.open()[0].sockets, SizeIs(2)) << "for a successor";
}

TEST_F(OtherAddressTest, ANarrowerOneLeavesTheWiderBehind) {
  Start("0.0.0.0");
  EXPECT_TRUE(IsRefused("127.0.0.1"));
  const auto narrower = OpenBeside("127.0.0.1", "0.0.0.0");
  ASSERT_THAT(narrower, SizeIs(1));
  EXPECT_EQ(BoundTo(narrower[0]), "127.0.0.1" + port_);
  first_.clear();
  sockets_.Close("0.0.0.0" + port_);
  const base::FileDescriptor client(socket(AF_INET, SOCK_STREAM, 0));
  const auto other = SocketAddress::From(Parse("127.0.0.2" + port_));
  EXPECT_NE(connect(client.get(), other.get(), other.size()), 0);
}

TEST_F(OtherAddressTest, OfAPredecessorTakesOverWhatItCovers) {
  Inherit("127.0.0.1:0", 2);
  port_ = inherited_at_.substr(inherited_at_.rfind(':'));
  EXPECT_THAT(Open("0.0.0.0" + port_, 1), SizeIs(3));
  EXPECT_THAT(sockets_.unclaimed(), IsEmpty());
}

TEST_F(OtherAddressTest, OfAPredecessorThatOnlySpelledItOtherwiseIsTheSame) {
  Inherit("localhost:1", 2);
  const auto opened = Open(inherited_at_, 2);
  ASSERT_THAT(opened, SizeIs(2));
  EXPECT_EQ(BoundTo(opened[0]), inherited_at_);
  EXPECT_EQ(sockets_.open()[0].name, inherited_at_);
}

class SocketFileTest : public ListeningSocketsTest {
 protected:
  SocketFileTest() { std::filesystem::remove(path_); }
  ~SocketFileTest() override { std::filesystem::remove(path_); }
  bool IsThere() const { return std::filesystem::exists(path_); }

  const std::string path_ =
      std::filesystem::temp_directory_path() / ("socket_file_test." + std::to_string(getpid()));
};

TEST_F(SocketFileTest, GoesWithTheProcess) {
  Open("unix:" + path_, 2);
  sockets_.RemoveFiles();
  EXPECT_FALSE(IsThere());
}

TEST_F(SocketFileTest, GoesWithItsListener) {
  Open("unix:" + path_, 1);
  sockets_.Close("unix:" + path_);
  EXPECT_FALSE(IsThere());
}

TEST_F(SocketFileTest, StaysForASuccessor) {
  Open("unix:" + path_, 1);
  sockets_.CloseAll();
  EXPECT_TRUE(IsThere());
}

TEST_F(SocketFileTest, AnotherProcessesInItsPlaceStays) {
  Open("unix:" + path_, 1);
  std::filesystem::remove(path_);
  const auto others = OpenListeners(Parse("unix:" + path_), 1);
  ASSERT_TRUE(others) << others.error();
  sockets_.RemoveFiles();
  EXPECT_TRUE(IsThere());
}

TEST_F(SocketFileTest, APredecessorsStaysUntilTheTakeOverIsDone) {
  const std::string name = "unix:" + path_;
  auto opened = OpenListeners(Parse(name), 1);
  std::vector<ListeningSockets::Group> groups;
  groups.push_back({name, std::move(*opened)});
  sockets_.Inherit(std::move(groups));
  Open(name, 1);
  sockets_.RemoveFiles();
  EXPECT_TRUE(IsThere());
  sockets_.Own();
  sockets_.RemoveFiles();
  EXPECT_FALSE(IsThere());
}

TEST_F(SocketFileTest, HasTheModeItIsGiven) {
  const auto mode = [this] { return std::filesystem::status(path_).permissions(); };
  const base::Address address = Parse("unix:" + path_);
  ASSERT_TRUE(sockets_.Open(address, 1, {.mode = 0606, .leaving = {}}));
  EXPECT_EQ(mode(), std::filesystem::perms(0606));
  sockets_.Configure(address.ToString(), address, 0640);
  EXPECT_EQ(mode(), std::filesystem::perms(0640));
  sockets_.Configure(address.ToString(), address, std::nullopt);
  EXPECT_EQ(mode(), std::filesystem::perms(0640)) << "as it is";
}

TEST_F(SocketFileTest, AServiceManagersStays) {
  auto opened = OpenListeners(Parse("unix:" + path_), 1);
  std::vector<ListeningSockets::Group> groups;
  groups.push_back({"", std::move(*opened)});
  sockets_.Inherit(std::move(groups));
  Open("unix:" + path_, 1);
  sockets_.RemoveFiles();
  EXPECT_TRUE(IsThere());
}

}  // namespace
}  // namespace evenkeel::net
