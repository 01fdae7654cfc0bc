#include "lib/net/dns_message.h"

#include <arpa/nameser.h>
#include <gmock/gmock.h>

#include <string>

namespace evenkeel::net {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

std::string Number(unsigned value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
  return out;
}

class DnsMessageTest : public ::testing::Test {
 protected:
  /// One more record of the question's name.
  void Add(unsigned type, unsigned ttl, const std::string& data) {
    records_ += std::string("\xc0\x0c", 2) + Number(type, 2) + Number(ns_c_in, 2) + Number(ttl, 4) +
                Number(static_cast<unsigned>(data.size()), 2) + data;
    ++count_;
  }
  std::optional<DnsRecords> Parse(size_t less = 0) const {
    const std::string question = std::string("\5users\0", 7) + Number(ns_t_a, 2) + Number(1, 2);
    std::string bytes = Number(7, 2) + Number(flags_, 2) + Number(1, 2) + Number(count_, 2) +
                        Number(0, 4) + question + records_;
    bytes.resize(bytes.size() - less);
    return ParseDns({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  }
  static bool IsUsableText(const std::string& address) {
    return IsUsable(SocketAddress::From(*base::Address::Parse(address)));
  }

  unsigned flags_ = 0x8180;
  unsigned count_ = 0;
  std::string records_;
};

TEST_F(DnsMessageTest, HasAddressesOfBothFamilies) {
  Add(ns_t_a, 30, std::string("\x0a\0\0\1", 4));
  Add(ns_t_aaaa, 20, std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16));
  const auto records = Parse();
  ASSERT_TRUE(records);
  ASSERT_THAT(records->addresses, SizeIs(2));
  EXPECT_EQ(records->addresses[0].ToString(), "10.0.0.1:0");
  EXPECT_EQ(records->addresses[1].ToString(), "[2001:db8::1]:0");
  EXPECT_EQ(records->ttl, 20U) << "the least";
  EXPECT_FALSE(records->truncated);
}

TEST_F(DnsMessageTest, HasServicesWithTheirTargets) {
  Add(ns_t_srv, 30, Number(1, 2) + Number(2, 2) + Number(3, 2) + std::string("\1a\4test\0", 8));
  const auto records = Parse();
  ASSERT_TRUE(records);
  ASSERT_THAT(records->services, SizeIs(1));
  EXPECT_EQ(records->services[0].target, "a.test");
  EXPECT_EQ(records->services[0].priority, 1);
  EXPECT_EQ(records->services[0].weight, 2);
  EXPECT_EQ(records->services[0].port, 3);
}

TEST_F(DnsMessageTest, AnAliasCountsForTheTimeToLiveAlone) {
  Add(ns_t_cname, 5, std::string("\1a\0", 3));
  Add(ns_t_a, 30, std::string("\x0a\0\0\1", 4));
  const auto records = Parse();
  ASSERT_TRUE(records);
  EXPECT_THAT(records->addresses, SizeIs(1));
  EXPECT_EQ(records->ttl, 5U);
}

TEST_F(DnsMessageTest, SaysThatItIsTruncated) {
  flags_ |= 0x0200;
  EXPECT_TRUE(Parse()->truncated);
}

TEST_F(DnsMessageTest, WhatIsMalformedIsNothing) {
  Add(ns_t_a, 30, std::string("\x0a\0\0", 3));
  EXPECT_FALSE(Parse()) << "an address of three bytes";
  records_.clear(), count_ = 0;
  Add(ns_t_a, 30, std::string("\x0a\0\0\1", 4));
  EXPECT_TRUE(Parse());
  for (size_t less = 1; less < 40; ++less) EXPECT_FALSE(Parse(less)) << less;
}

TEST_F(DnsMessageTest, WhatNobodyCanListenAtIsNotUsable) {
  for (const char* each : {"0.0.0.0:1", "255.255.255.255:1", "224.0.0.1:1", "239.255.255.255:1",
                           "[::]:1", "[ff02::1]:1", "[::ffff:0.0.0.0]:1", "[::ffff:224.0.0.1]:1"}) {
    EXPECT_FALSE(IsUsableText(each)) << each;
  }
  for (const char* each :
       {"127.0.0.1:1", "10.0.0.255:1", "[::1]:1", "[2001:db8::1]:1", "[::ffff:10.0.0.1]:1"}) {
    EXPECT_TRUE(IsUsableText(each)) << each;
  }
}

}  // namespace
}  // namespace evenkeel::net
