#include "lib/net/dns_search.h"

#include <gmock/gmock.h>

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;

TEST(DnsSearchTest, AShortNameIsTriedInEachDomainFirst) {
  const DnsSearch search{.domains = {"a.test", "b.test"}, .ndots = 2};
  EXPECT_THAT(search.NamesFor("users.ns"),
              ElementsAre("users.ns.a.test", "users.ns.b.test", "users.ns"));
}

TEST(DnsSearchTest, ANameWithEnoughDotsIsTriedAsItIsFirst) {
  const DnsSearch search{.domains = {"a.test"}, .ndots = 1};
  EXPECT_THAT(search.NamesFor("users.ns"), ElementsAre("users.ns", "users.ns.a.test"));
}

TEST(DnsSearchTest, AFinalDotSaysThatItIsWhole) {
  const DnsSearch search{.domains = {"a.test"}, .ndots = 5};
  EXPECT_THAT(search.NamesFor("users."), ElementsAre("users"));
}

TEST(DnsSearchTest, WithoutDomainsThereIsTheNameAlone) {
  EXPECT_THAT(DnsSearch().NamesFor("users"), ElementsAre("users"));
}

}  // namespace
}  // namespace evenkeel::net
