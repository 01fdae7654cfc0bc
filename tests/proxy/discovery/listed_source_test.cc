#include "proxy/discovery/listed_source.h"

#include "tests/lib/net/dns_server.h"
#include "tests/proxy/discovery/source_test.h"

namespace evenkeel::discovery {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ListedSourceTest : public SourceTest {
 protected:
  /// The cluster lists these.
  void List(const std::vector<std::string>& addresses) {
    config::Cluster cluster;
    for (const std::string& each : addresses) {
      cluster.endpoints.emplace_back().address = *base::Address::Parse(each);
    }
    cluster.dns.resolvers = {*base::Address::Parse(server_.address().ToString())};
    cluster.dns.timeout = 50ms;
    cluster.dns.min_ttl = 20ms;
    cluster.dns.max_retry = 20ms;
    Start(std::move(cluster));
  }
  std::vector<std::string> AtOnce() const { return TextOf(source_->AtOnce().value()); }
  std::vector<std::string> Found(size_t count) { return SourceTest::List(count); }

  net::DnsServer server_{loop_};
};

TEST_F(ListedSourceTest, AddressesAreThereAtOnceInTheirOrder) {
  List({"10.0.0.2:1", "[2001:db8::1]:1", "10.0.0.1:1", "unix:/run/a.sock"});
  EXPECT_THAT(AtOnce(),
              ElementsAre("10.0.0.2:1", "[2001:db8::1]:1", "10.0.0.1:1", "unix:/run/a.sock"));
  EXPECT_EQ(source_->waiting_for(), std::nullopt);
  EXPECT_FALSE(source_->expects_endpoint());
  Settle();
  EXPECT_THAT(found_, IsEmpty()) << "there is no news";
  EXPECT_FALSE(HasMetric("evenkeel_discovery_resolutions_total{cluster=\"users\""));
}

TEST_F(ListedSourceTest, ANameIsLookedUpAndKeepsItsPlace) {
  server_.SetAddresses("one.test", {"10.0.0.9"}, 0);
  List({"10.0.0.2:1", "one.test:5", "10.0.0.1:1"});
  EXPECT_THAT(AtOnce(), ElementsAre("10.0.0.2:1", "10.0.0.1:1"));
  EXPECT_THAT(Found(1), ElementsAre("10.0.0.2:1", "one.test:5", "10.0.0.1:1"));
  EXPECT_THAT(last_found_.at(1), ElementsAre("10.0.0.9:5"));
}

TEST_F(ListedSourceTest, ASilentServerIsWaitedForWithoutBlocking) {
  server_.Ignore("one.test");
  List({"one.test:5"});
  EXPECT_FALSE(source_->AtOnce()) << "what there was before a reload stays until then";
  EXPECT_TRUE(source_->expects_endpoint());
  EXPECT_THAT(source_->waiting_for().value_or(""), HasSubstr("one.test:5 has not answered yet"));
  RunUntil([&] { return failures_ == 1; });
  EXPECT_FALSE(source_->expects_endpoint()) << "calls need not wait";
  EXPECT_THAT(source_->waiting_for().value_or(""), HasSubstr("Timeout"));
  EXPECT_THAT(Log(), HasSubstr("endpoints not found"));
}

TEST_F(ListedSourceTest, ANameThatIsNotFoundCostsItsEndpointOnly) {
  server_.SetAddresses("one.test", {"10.0.0.9"}, 0);
  List({"10.0.0.2:1", "gone.test:1", "one.test:5"});
  RunUntil([&] { return !source_->trouble().empty() && !found_.empty(); });
  EXPECT_THAT(found_.back(), ElementsAre("10.0.0.2:1", "one.test:5"));
  EXPECT_THAT(source_->trouble(), HasSubstr("gone.test"));
  EXPECT_EQ(source_->waiting_for(), std::nullopt);
  EXPECT_EQ(failures_, 0) << "there are endpoints to call";
}

TEST_F(ListedSourceTest, ANameThatIsNotFoundIsTriedAgain) {
  List({"one.test:5"});
  RunUntil([&] { return HasMetric("result=\"name not found\"} 3"); });
  const std::string log = Log();
  EXPECT_EQ(log.find("endpoints not found"), log.rfind("endpoints not found")) << "told once";
  server_.SetAddresses("one.test", {"10.0.0.9"}, 0);
  EXPECT_THAT(Found(1), ElementsAre("one.test:5"));
  EXPECT_EQ(source_->trouble(), "");
}

TEST_F(ListedSourceTest, ANameThatIsFoundIsNotAskedForAgain) {
  server_.SetAddresses("one.test", {"10.0.0.9"}, 0);
  List({"one.test:5", "one.test:6"});
  Found(1);
  LetPass(100ms);
  EXPECT_EQ(server_.questions(), 2) << "A and AAAA";
}

TEST_F(ListedSourceTest, WhatTheClusterHasAlreadyIsNotLookedUp) {
  known_["one.test:5"] = {net::SocketAddress::From(*base::Address::Parse("10.0.0.9:5"))};
  List({"one.test:5"});
  EXPECT_THAT(AtOnce(), ElementsAre("one.test:5"));
  Settle();
  EXPECT_EQ(server_.questions(), 0);
}

TEST_F(ListedSourceTest, SeveralAddressesOfANameAreOneEndpointAndTold) {
  server_.SetAddresses("one.test", {"10.0.0.8", "10.0.0.9"}, 0);
  List({"one.test:5"});
  EXPECT_THAT(Found(1), ElementsAre("one.test:5"));
  EXPECT_THAT(last_found_.at(0), ElementsAre("10.0.0.8:5", "10.0.0.9:5"));
  EXPECT_THAT(Log(), HasSubstr("dns:///one.test:5"));
}

TEST_F(ListedSourceTest, OneAddressOfEachFamilyIsNoNews) {
  server_.SetAddresses("one.test", {"10.0.0.8", "2001:db8::1"}, 0);
  List({"one.test:5"});
  EXPECT_THAT(Found(1), SizeIs(1));
  EXPECT_THAT(Log(), ::testing::Not(HasSubstr("dns:///")));
}

}  // namespace
}  // namespace evenkeel::discovery
