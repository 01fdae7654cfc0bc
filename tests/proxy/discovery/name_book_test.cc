#include "proxy/discovery/name_book.h"

#include <gmock/gmock.h>

#include "tests/lib/net/dns_server.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::discovery {
namespace {

using ::testing::HasSubstr;

class NameBookTest : public net::LoopTest {
 protected:
  NameBook Make(NameBook::OnFailure on_failure) {
    return NameBook(loop_, {.resolvers = {server_.address()}, .timeout = std::chrono::seconds(5)},
                    on_failure, [this] { ++news_; });
  }
  static std::vector<config::Endpoint> Listed(const std::vector<std::string>& addresses) {
    std::vector<config::Endpoint> listed;
    for (const std::string& each : addresses) {
      listed.emplace_back().address = *base::Address::Parse(each);
    }
    return listed;
  }
  static std::vector<std::string> Addresses(const NameBook& names, const std::string& address) {
    std::vector<std::string> texts;
    for (const auto& each : names.Resolve(Listed({address})[0]).addresses) {
      texts.push_back(each.ToString());
    }
    return texts;
  }
  static bool Knows(const NameBook& names, const std::string& address) {
    return names.Knows(*base::Address::Parse(address));
  }

  net::DnsServer server_{loop_};
  int news_ = 0;
};

TEST_F(NameBookTest, AddressesNeedNoLookUp) {
  NameBook names = Make(NameBook::OnFailure::kGiveUp);
  EXPECT_FALSE(names.LookUp(Listed({"10.0.0.1:5", "unix:/run/a.sock"})));
  EXPECT_TRUE(Knows(names, "10.0.0.1:5"));
  EXPECT_THAT(Addresses(names, "10.0.0.1:5"), ::testing::ElementsAre("10.0.0.1:5"));
}

TEST_F(NameBookTest, ANameHasItsIpv4AddressesFirst) {
  server_.SetAddresses("one.test", {"2001:db8::1", "10.0.0.1"}, 0);
  NameBook names = Make(NameBook::OnFailure::kGiveUp);
  EXPECT_TRUE(names.LookUp(Listed({"one.test:5"})));
  EXPECT_FALSE(Knows(names, "one.test:5"));
  RunUntil([&] { return news_ == 1; });
  EXPECT_FALSE(names.is_busy());
  EXPECT_THAT(Addresses(names, "one.test:5"),
              ::testing::ElementsAre("10.0.0.1:5", "[2001:db8::1]:5"));
}

TEST_F(NameBookTest, GivesUpAtTheFirstFailureWhereTheListIsOfNoUseWithoutIt) {
  NameBook names = Make(NameBook::OnFailure::kGiveUp);
  names.LookUp(Listed({"gone.test:5", "gone2.test:5"}));
  RunUntil([&] { return news_ == 1; });
  ASSERT_TRUE(names.failure());
  EXPECT_THAT(names.failure()->reason, HasSubstr("gone"));
}

TEST_F(NameBookTest, GoesOnWhereTheOthersAreOfUse) {
  server_.SetAddresses("one.test", {"10.0.0.1"}, 0);
  NameBook names = Make(NameBook::OnFailure::kGoOn);
  names.LookUp(Listed({"gone.test:5", "one.test:5"}));
  RunUntil([&] { return news_ == 2; });
  EXPECT_TRUE(names.failure());
  EXPECT_TRUE(Knows(names, "one.test:5"));
  EXPECT_FALSE(Knows(names, "gone.test:5"));
  names.LookUp(Listed({"gone.test:5", "one.test:5"}));
  EXPECT_FALSE(names.failure()) << "another try";
  EXPECT_TRUE(Knows(names, "one.test:5"));
}

TEST_F(NameBookTest, ForgetsNamesThatLeaveTheList) {
  NameBook names = Make(NameBook::OnFailure::kGoOn);
  names.Learn("one.test", {net::SocketAddress::From(*base::Address::Parse("10.0.0.1:1"))});
  EXPECT_FALSE(names.LookUp(Listed({"one.test:7"})));
  EXPECT_THAT(Addresses(names, "one.test:7"), ::testing::ElementsAre("10.0.0.1:7"));
  names.LookUp(Listed({"10.0.0.1:1"}));
  EXPECT_FALSE(Knows(names, "one.test:7"));
}

}  // namespace
}  // namespace evenkeel::discovery
