#include "lib/http2/foreign_protocol.h"

#include <gtest/gtest.h>

namespace evenkeel::http2 {
namespace {

TEST(ForeignProtocolTest, IsToldByTheFirstBytes) {
  EXPECT_EQ(ForeignProtocol("\x16\x03\x01\x02"), "TLS") << "a client's hello";
  EXPECT_EQ(ForeignProtocol("\x15\x03\x03"), "TLS") << "a server's alert";
  EXPECT_EQ(ForeignProtocol("GET / HTTP/1.1\r\n"), "HTTP/1");
  EXPECT_EQ(ForeignProtocol("POST /a HTTP/1.0\r\n"), "HTTP/1");
  EXPECT_EQ(ForeignProtocol("HTTP/1.1 400 Bad Request"), "HTTP/1");
  EXPECT_EQ(ForeignProtocol("SSH-2.0-OpenSSH"), "");
  EXPECT_EQ(ForeignProtocol("GE"), "");
  EXPECT_EQ(ForeignProtocol(""), "");
}

TEST(ForeignProtocolTest, IsNamedWhereItIsKnown) {
  EXPECT_EQ(NoHttp2("GET / HTTP/1.1\r\n"), "the peer speaks HTTP/1, not HTTP/2 in plain text");
  EXPECT_EQ(NoHttp2("SSH-2.0"), "the peer does not speak HTTP/2");
}

}  // namespace
}  // namespace evenkeel::http2
