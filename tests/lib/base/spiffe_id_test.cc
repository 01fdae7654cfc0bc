#include "lib/base/spiffe_id.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

TEST(SpiffeIdTest, HasATrustDomainAndAPath) {
  const auto id = SpiffeId::Parse("spiffe://example.org/ns/Prod/sa/web_1.2-x");
  ASSERT_TRUE(id) << id.error();
  EXPECT_EQ(id->trust_domain(), "example.org");
  EXPECT_EQ(id->path(), "/ns/Prod/sa/web_1.2-x");
  EXPECT_EQ(id->ToString(), "spiffe://example.org/ns/Prod/sa/web_1.2-x");
}

TEST(SpiffeIdTest, MayBeThatOfTheTrustDomain) {
  const auto id = SpiffeId::Parse("spiffe://a_b.example");
  ASSERT_TRUE(id) << id.error();
  EXPECT_EQ(id->trust_domain(), "a_b.example");
  EXPECT_EQ(id->path(), "");
}

TEST(SpiffeIdTest, IsTheSameWhenItsBytesAre) {
  EXPECT_EQ(SpiffeId::Parse("spiffe://a/b").value(), SpiffeId::Parse("spiffe://a/b").value());
  EXPECT_NE(SpiffeId::Parse("spiffe://a/b").value(), SpiffeId::Parse("spiffe://a/B").value());
  EXPECT_NE(SpiffeId::Parse("spiffe://a/b").value(), SpiffeId::Parse("spiffe://a.b").value());
}

TEST(SpiffeIdTest, IsNothingElse) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view each : {"",
                                      "spiffe:",
                                      "spiffe://",
                                      "spiffe:///a",
                                      "SPIFFE://a/b",
                                      "http://a/b",
                                      " spiffe://a/b",
                                      "spiffe://A/b",
                                      "spiffe://a:80/b",
                                      "spiffe://u@a/b",
                                      "spiffe://a b/c",
                                      "spiffe://a/",
                                      "spiffe://a/b/",
                                      "spiffe://a//b",
                                      "spiffe://a/.",
                                      "spiffe://a/..",
                                      "spiffe://a/b/../c",
                                      "spiffe://a/./b",
                                      "spiffe://a/%62",
                                      "spiffe://%61/b",
                                      "spiffe://a/b?c",
                                      "spiffe://a?b",
                                      "spiffe://a/b#c",
                                      "spiffe://a#b",
                                      "spiffe://a/b c",
                                      "spiffe://a/b\n",
                                      "spiffe://\xc3\xa9/b",
                                      "spiffe://a/\xc3\xa9",
                                      "spiffe://[::1]/b",
                                      "spiffe://a/b*"}) {
    EXPECT_FALSE(SpiffeId::Parse(each)) << each;
  }
  EXPECT_FALSE(SpiffeId::Parse("spiffe://a/b\0"sv));
  EXPECT_FALSE(SpiffeId::Parse("spiffe://a\0b/c"sv));
}

TEST(SpiffeIdTest, MayHaveDotsInItsSegments) {
  EXPECT_TRUE(SpiffeId::Parse("spiffe://a/..."));
  EXPECT_TRUE(SpiffeId::Parse("spiffe://a/.b/..c"));
}

TEST(SpiffeIdTest, IsBounded) {
  const std::string domain(255, 'a');
  EXPECT_TRUE(SpiffeId::Parse("spiffe://" + domain + "/b"));
  EXPECT_FALSE(SpiffeId::Parse("spiffe://a" + domain + "/b"));
  const std::string longest = "spiffe://a/" + std::string(2048 - 11, 'b');
  EXPECT_TRUE(SpiffeId::Parse(longest));
  EXPECT_FALSE(SpiffeId::Parse(longest + "b"));
}

}  // namespace
}  // namespace evenkeel::base
