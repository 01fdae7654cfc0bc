#include "lib/base/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace evenkeel::base {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;

Address Parsed(std::string_view text) {
  const auto address = Address::Parse(text);
  if (address) return *address;
  ADD_FAILURE() << text << ": " << address.error();
  return {};
}

std::string Refusal(std::string_view text) {
  const auto address = Address::Parse(text);
  return address ? "taken as " + address->ToString() : address.error();
}

TEST(AddressTest, ReadsIpv4) {
  const Address address = Parsed("127.0.0.1:50051");
  EXPECT_EQ(address.kind(), Address::Kind::kIpv4);
  EXPECT_EQ(address.host(), "127.0.0.1");
  EXPECT_EQ(address.port(), 50051);
}

TEST(AddressTest, ReadsIpv6WithoutItsBrackets) {
  const Address address = Parsed("[2001:db8::1]:443");
  EXPECT_EQ(address.kind(), Address::Kind::kIpv6);
  EXPECT_EQ(address.host(), "2001:db8::1");
  EXPECT_EQ(address.port(), 443);
}

TEST(AddressTest, ReadsNames) {
  for (const char* name : {"localhost", "users.example", "a-b_c.d", "3com.example", "x", "a.b."}) {
    const Address address = Parsed(std::string(name) + ":1");
    EXPECT_EQ(address.kind(), Address::Kind::kName) << name;
    EXPECT_EQ(address.host(), name);
  }
}

TEST(AddressTest, ReadsUnixPaths) {
  const Address address = Parsed("unix:/run/a b:1.sock");
  EXPECT_EQ(address.kind(), Address::Kind::kUnix);
  EXPECT_EQ(address.host(), "/run/a b:1.sock");
  EXPECT_EQ(address.port(), 0);
  EXPECT_EQ(Parsed("unix:relative").host(), "relative");
}

TEST(AddressTest, ReadsTheFirstAndTheLastPort) {
  EXPECT_EQ(Parsed("127.0.0.1:0").port(), 0);
  EXPECT_EQ(Parsed("127.0.0.1:65535").port(), 65535);
}

TEST(AddressTest, WritesWhatItReads) {
  for (const char* text : {"127.0.0.1:50051", "[::1]:1", "users.example:80", "unix:/run/u.sock"}) {
    EXPECT_EQ(Parsed(text).ToString(), text);
  }
}

TEST(AddressTest, TwoSpellingsOfOneAddressAreEqual) {
  EXPECT_EQ(Parsed("[::1]:1"), Parsed("[0:0:0:0:0:0:0:1]:1"));
  EXPECT_EQ(Parsed("[2001:DB8::A]:1"), Parsed("[2001:db8::a]:1"));
  EXPECT_EQ(Parsed("Users.Example:1"), Parsed("users.example:1"));
  EXPECT_EQ(Parsed("users:080"), Parsed("users:80"));
}

TEST(AddressTest, DifferentAddressesAreNotEqual) {
  EXPECT_NE(Parsed("127.0.0.1:1"), Parsed("127.0.0.1:2"));
  EXPECT_NE(Parsed("127.0.0.1:1"), Parsed("127.0.0.2:1"));
  EXPECT_NE(Parsed("unix:a"), Parsed("unix:A"));
}

TEST(AddressTest, UnlessToldOtherwiseIsAnyIpv4AddressAndPort) {
  EXPECT_EQ(Address(), Parsed("0.0.0.0:0"));
}

TEST(AddressTest, SaysThatThePortIsMissing) {
  for (const char* text : {"localhost", "127.0.0.1", "[::1]", ""}) {
    EXPECT_THAT(Refusal(text), HasSubstr("has no port; expected host:port")) << text;
  }
}

TEST(AddressTest, SaysThatThePortIsNone) {
  for (const char* text : {"localhost:", "localhost:http", "localhost:65536", "localhost:-1",
                           "localhost:+1", "localhost: 1", "localhost:1 ", "[::1]:x"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("is not a number from 0 to 65535")) << text;
  }
}

TEST(AddressTest, AsksForBracketsAroundIpv6) {
  EXPECT_EQ(Refusal("::1"), "write an IPv6 address in brackets: [::1]:port");
  EXPECT_EQ(Refusal("2001:db8:0:0:0:0:0:1:50051"),
            "write an IPv6 address in brackets: [2001:db8:0:0:0:0:0:1]:port");
}

TEST(AddressTest, RefusesWhatIsNoHost) {
  for (const char* text :
       {"256.0.0.1:1", "1.2.3:1", "1.2.3.4.5:1", "01.2.3.4:1", "a..b:1", ".a:1", "-a:1", "a-:1",
        "a b:1", "a/b:1", "é.example:1", "[::1:1", "::1]:1", "a:b:1", "*:1", ".:1"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("is neither an IP address nor a host name")) << text;
  }
  EXPECT_THAT(Refusal("[127.0.0.1]:1"), HasSubstr("is not an IPv6 address"));
  EXPECT_THAT(Refusal("[fe80::1%eth0]:1"), HasSubstr("is not an IPv6 address"));
}

TEST(AddressTest, SaysHowToWriteEveryAddress) {
  EXPECT_THAT(Refusal(":50051"), HasSubstr("write 0.0.0.0:port"));
}

TEST(AddressTest, SaysThatAUrlIsNoAddress) {
  EXPECT_THAT(Refusal("http://localhost:80"), HasSubstr("is a URL; expected host:port"));
}

TEST(AddressTest, LimitsTheLengthOfNamesAndLabels) {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'a');
  EXPECT_EQ(Parsed(longest + ":1").host().size(), 253U);
  EXPECT_THAT(Refusal("a" + longest + ":1"), HasSubstr("neither"));
  EXPECT_THAT(Refusal("a" + label + ":1"), HasSubstr("neither"));
}

TEST(AddressTest, LimitsTheLengthOfUnixPaths) {
  EXPECT_EQ(Parsed("unix:" + std::string(107, 'a')).host().size(), 107U);
  EXPECT_EQ(Refusal("unix:" + std::string(108, 'a')),
            "a unix: path has at most 107 bytes, this one 108");
  EXPECT_EQ(Refusal("unix:"), "no path after \"unix:\"");
}

TEST(AddressTest, ANulDoesNotHideWhatFollowsIt) {
  EXPECT_THAT(Refusal("127.0.0.1\0.example:1"sv), HasSubstr("NUL"));
  EXPECT_THAT(Refusal("[::1\0]:1"sv), HasSubstr("NUL"));
  EXPECT_THAT(Refusal("unix:/run\0/u"sv), HasSubstr("NUL"));
}

TEST(AddressTest, QuotesOnlyTheStartOfLongText) {
  EXPECT_LT(Refusal(std::string(100'000, 'x')).size(), 200U);
  EXPECT_LT(Refusal("x:" + std::string(100'000, '1')).size(), 200U);
  EXPECT_LT(Refusal(std::string(100'000, 'x') + ":1").size(), 200U);
}

}  // namespace
}  // namespace evenkeel::base
