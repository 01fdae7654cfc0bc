#include "lib/net/proxy_header.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace evenkeel::net {
namespace {

constexpr std::string_view kSignature{"\r\n\r\n\0\r\nQUIT\n", 12};

// What is read: "10.1.2.3 after 42", "real address after 42", "more" or "error: …".
std::string Read(std::string_view bytes) {
  const auto header =
      ReadProxyHeader({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  if (!header) return make_error_code(header.error()).message();
  if (!*header) return "more";
  return ((*header)->address.empty() ? "real address" : (*header)->address) + " after " +
         std::to_string((*header)->size);
}

std::string Bytes(std::initializer_list<int> values) {
  std::string bytes;
  for (const int each : values) bytes += static_cast<char>(each);
  return bytes;
}

std::string Big16(size_t number) {
  return Bytes({static_cast<int>(number >> 8), static_cast<int>(number & 0xff)});
}

std::string Version2(int command, int family, const std::string& rest) {
  return std::string(kSignature) + Bytes({command, family}) + Big16(rest.size()) + rest;
}

const std::string kIpv4 = Bytes({10, 1, 2, 3, 10, 0, 0, 1, 0x30, 0x39, 0xc3, 0x83});
const std::string kIpv6 = Bytes({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}) +
                          std::string(15, '\0') + "\x01" + Bytes({0x30, 0x39, 0xc3, 0x83});

TEST(ProxyHeaderTest, OfVersion1NamesTheClient) {
  EXPECT_EQ(Read("PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051\r\n"), "10.1.2.3 after 42");
  EXPECT_EQ(Read("PROXY TCP6 2001:DB8::1 ::1 0 65535\r\nPRI"), "[2001:db8::1] after 36");
}

TEST(ProxyHeaderTest, OfVersion1MayKnowNothing) {
  EXPECT_EQ(Read("PROXY UNKNOWN\r\n"), "real address after 15");
  EXPECT_EQ(Read("PROXY UNKNOWN ffff::1 x y z\r\nPRI"), "real address after 29");
}

TEST(ProxyHeaderTest, OfVersion1HasOneForm) {
  for (const char* each :
       {"PROXY \r\n", "PROXY TCP4\r\n", "PROXY TCP4 10.1.2.3 10.0.0.1 12345\r\n",
        "PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051 1\r\n",
        "PROXY TCP4  10.1.2.3 10.0.0.1 12345 50051\r\n",
        "PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051 \r\n",
        "PROXY TCP4 10.1.2.256 10.0.0.1 12345 50051\r\n",
        "PROXY TCP4 010.1.2.3 10.0.0.1 12345 50051\r\n", "PROXY TCP4 ::1 10.0.0.1 12345 50051\r\n",
        "PROXY TCP6 10.1.2.3 10.0.0.1 12345 50051\r\n",
        "PROXY TCP4 10.1.2.3 10.0.0.1 65536 50051\r\n", "PROXY TCP4 10.1.2.3 10.0.0.1 -1 50051\r\n",
        "PROXY TCP4 10.1.2.3 10.0.0.1 01 50051\r\n", "PROXY TCP4 10.1.2.3 10.0.0.1 1\n50051\r\n",
        "PROXY tcp4 10.1.2.3 10.0.0.1 1 2\r\n", "PROXY UDP4 10.1.2.3 10.0.0.1 12345 50051\r\n"}) {
    EXPECT_EQ(Read(each), "PROXY protocol: the header cannot be read") << each;
  }
}

TEST(ProxyHeaderTest, OfVersion1HasAtMost107Bytes) {
  const std::string longest = "PROXY UNKNOWN " + std::string(91, 'x') + "\r\n";
  ASSERT_EQ(longest.size(), 107U);
  EXPECT_EQ(Read(longest), "real address after 107");
  EXPECT_EQ(Read(longest.substr(0, 106)), "more");
  EXPECT_EQ(Read("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"),
            "PROXY protocol: the header is too long");
  EXPECT_EQ(Read("PROXY UNKNOWN " + std::string(93, 'x')),
            "PROXY protocol: the header is too long");
}

TEST(ProxyHeaderTest, OfVersion2NamesTheClient) {
  EXPECT_EQ(Read(Version2(0x21, 0x11, kIpv4)), "10.1.2.3 after 28");
  EXPECT_EQ(Read(Version2(0x21, 0x21, kIpv6) + "PRI"), "[2001:db8::1] after 52");
}

TEST(ProxyHeaderTest, OfVersion2MayKnowNothing) {
  EXPECT_EQ(Read(Version2(0x20, 0x00, "")), "real address after 16");
  EXPECT_EQ(Read(Version2(0x20, 0x11, kIpv4)), "real address after 28");
  EXPECT_EQ(Read(Version2(0x20, 0xff, "whatever")), "real address after 24");
  EXPECT_EQ(Read(Version2(0x21, 0x00, "")), "real address after 16");
  EXPECT_EQ(Read(Version2(0x21, 0x12, kIpv4)), "real address after 28");
  EXPECT_EQ(Read(Version2(0x21, 0x31, std::string(216, 'x'))), "real address after 232");
}

TEST(ProxyHeaderTest, OfVersion2IsHeldAgainstItsRules) {
  for (const std::string& each :
       {Version2(0x11, 0x11, kIpv4), Version2(0x22, 0x11, kIpv4), Version2(0x21, 0x41, kIpv4),
        Version2(0x21, 0x13, kIpv4), Version2(0x21, 0x11, kIpv4.substr(1)),
        Version2(0x21, 0x21, kIpv4), Version2(0x21, 0x11, kIpv4 + "\x04"),
        Version2(0x21, 0x11, kIpv4 + Bytes({4, 0, 2, 0})),
        Version2(0x21, 0x11, kIpv4 + Bytes({3, 0, 3, 0, 0, 0}))}) {
    EXPECT_EQ(Read(each), "PROXY protocol: the header cannot be read");
  }
}

TEST(ProxyHeaderTest, OfVersion2HasAtMost1KiB) {
  const std::string most = std::string(kSignature) + Bytes({0x20, 0}) + Big16(1024 - 16);
  EXPECT_EQ(Read(most), "more");
  EXPECT_EQ(Read(most + std::string(1024 - 16, 'x')), "real address after 1024");
  EXPECT_EQ(Read(std::string(kSignature) + Bytes({0x20, 0}) + Big16(1024 - 15)),
            "PROXY protocol: the header is too long");
  EXPECT_EQ(Read(std::string(kSignature) + Bytes({0x21, 0x11, 0xff, 0xff})),
            "PROXY protocol: the header is too long");
}

// The checksum comes from another implementation, held against RFC 3720's check value.
TEST(ProxyHeaderTest, OfVersion2FitsItsChecksum) {
  const std::string noop = Bytes({4, 0, 3, 'a', 'b', 'c'});
  const auto with = [&](const std::string& sum) {
    return Version2(0x21, 0x11, kIpv4 + noop + Bytes({3, 0, 4}) + sum);
  };
  const std::string good = Bytes({0xab, 0xab, 0x93, 0x02});
  EXPECT_EQ(Read(with(good)), "10.1.2.3 after 41");
  EXPECT_EQ(Read(with(std::string(4, '\0'))),
            "PROXY protocol: the header does not fit its checksum");
  std::string other = with(good);
  other[16] = 11;  // the client's address
  EXPECT_EQ(Read(other), "PROXY protocol: the header does not fit its checksum");
  EXPECT_EQ(Read(Version2(0x21, 0x11, kIpv4 + Bytes({3, 0, 4}) + good + Bytes({3, 0, 4}) + good)),
            "PROXY protocol: the header does not fit its checksum");
}

TEST(ProxyHeaderTest, MayComeByteByByte) {
  for (const std::string& each :
       {std::string("PROXY TCP4 10.1.2.3 10.0.0.1 12345 50051\r\n"), Version2(0x21, 0x21, kIpv6)}) {
    for (size_t size = 0; size < each.size(); ++size) {
      EXPECT_EQ(Read(each.substr(0, size)), "more") << size;
    }
  }
}

TEST(ProxyHeaderTest, IsNothingElse) {
  for (const std::string_view each : {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01",
                                      "GET / HTTP/1.1", "PROXX", "proxy ", "\r\n\r\nQ"}) {
    EXPECT_EQ(Read(each), "PROXY protocol: the connection begins without a header") << each;
  }
}

}  // namespace
}  // namespace evenkeel::net
