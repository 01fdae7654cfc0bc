#include "lib/base/network.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

std::string Parsed(std::string_view text) {
  const auto network = Network::Parse(text);
  return network ? network->ToString() : "error: " + network.error();
}

bool Contains(std::string_view network, std::string_view host) {
  return Network::Parse(network).value().Contains(host);
}

TEST(NetworkTest, IsWrittenWithItsPrefix) {
  EXPECT_EQ(Parsed("10.0.0.0/8"), "10.0.0.0/8");
  EXPECT_EQ(Parsed("10.1.2.3"), "10.1.2.3/32");
  EXPECT_EQ(Parsed("0.0.0.0/0"), "0.0.0.0/0");
  EXPECT_EQ(Parsed("2001:DB8::/32"), "2001:db8::/32");
  EXPECT_EQ(Parsed("::1"), "::1/128");
  EXPECT_EQ(Parsed("::/0"), "::/0");
  EXPECT_EQ(Network().ToString(), "0.0.0.0/0");
}

TEST(NetworkTest, ContainsTheAddressesOfItsPrefix) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(Contains("10.0.0.0/8", "11.0.0.1"));
  EXPECT_TRUE(Contains("10.64.0.0/10", "10.127.0.1"));
  EXPECT_FALSE(Contains("10.64.0.0/10", "10.128.0.1"));
  EXPECT_TRUE(Contains("10.1.2.3", "10.1.2.3"));
  EXPECT_FALSE(Contains("10.1.2.3", "10.1.2.2"));
  EXPECT_TRUE(Contains("2001:db8::/33", "[2001:db8:7fff::1]"));
  EXPECT_FALSE(Contains("2001:db8::/33", "2001:db8:8000::1"));
}

TEST(NetworkTest, OfIpv4HasTheIpv6AddressesThatStandForIt) {
  EXPECT_TRUE(Contains("10.0.0.0/8", "[::ffff:10.1.2.3]"));
  EXPECT_TRUE(Contains("::/0", "10.1.2.3"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "::1"));
}

TEST(NetworkTest, ContainsNothingThatIsNoAddress) {
  for (const char* each : {"", "unix:", "localhost", "10.1.2", "10.1.2.3:80", "[10.1.2.3"}) {
    EXPECT_FALSE(Contains("::/0", each)) << each;
  }
}

TEST(NetworkTest, ThatIsNoneIsAnError) {
  EXPECT_EQ(Parsed("localhost"),
            "error: \"localhost\" is no network: write 10.0.0.0/8, 2001:db8::/32 or an address");
  EXPECT_EQ(Parsed("[::1]/128").substr(0, 7), "error: ");
  EXPECT_EQ(Parsed("10.0.0.0/33"),
            "error: \"10.0.0.0/33\" has no prefix length from 0 to 32 after its /");
  EXPECT_EQ(Parsed("10.0.0.0/"),
            "error: \"10.0.0.0/\" has no prefix length from 0 to 32 after its /");
  EXPECT_EQ(Parsed("::/-1").substr(0, 7), "error: ");
  EXPECT_EQ(Parsed("10.1.2.3/8"),
            "error: \"10.1.2.3/8\" has bits behind its prefix: the network is 10.0.0.0/8");
}

}  // namespace
}  // namespace evenkeel::base
