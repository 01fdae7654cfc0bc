#include "lib/net/socket_address.h"

#include <gtest/gtest.h>
#include <sys/un.h>

#include "lib/base/file_descriptor.h"

namespace evenkeel::net {
namespace {

SocketAddress From(const std::string& text) {
  return SocketAddress::From(*base::Address::Parse(text));
}

TEST(SocketAddressTest, WritesWhatItWasMadeFrom) {
  for (const std::string text :
       {"127.0.0.1:50051", "0.0.0.0:0", "255.255.255.255:65535", "[::1]:50051", "[2001:db8::1]:1",
        "unix:/run/a.sock", "unix:relative.sock"}) {
    EXPECT_EQ(From(text).ToString(), text);
  }
}

TEST(SocketAddressTest, KnowsItsFamilyAndPort) {
  EXPECT_EQ(From("127.0.0.1:80").family(), AF_INET);
  EXPECT_EQ(From("127.0.0.1:80").port(), 80);
  EXPECT_EQ(From("[::1]:81").family(), AF_INET6);
  EXPECT_EQ(From("[::1]:81").port(), 81);
  EXPECT_EQ(From("unix:/a").family(), AF_UNIX);
  EXPECT_EQ(From("unix:/a").port(), 0);
}

TEST(SocketAddressTest, TakesAnotherPort) {
  SocketAddress v4 = From("127.0.0.1:80");
  v4.set_port(65535);
  EXPECT_EQ(v4.ToString(), "127.0.0.1:65535");
  SocketAddress v6 = From("[::1]:80");
  v6.set_port(1);
  EXPECT_EQ(v6.ToString(), "[::1]:1");
  SocketAddress path = From("unix:/a");
  path.set_port(1);
  EXPECT_EQ(path.ToString(), "unix:/a");
}

TEST(SocketAddressTest, HoldsTheLongestUnixPath) {
  const std::string text = "unix:/" + std::string(106, 'x');
  EXPECT_EQ(From(text).ToString(), text);
}

TEST(SocketAddressTest, TellsAnUnboundUnixSocket) {
  const base::FileDescriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_EQ(SocketAddress::OfSocket(fd.get()).ToString(), "unix:");
}

TEST(SocketAddressTest, TellsWhereASocketIsBound) {
  const base::FileDescriptor fd(socket(AF_INET, SOCK_STREAM, 0));
  const SocketAddress any = From("127.0.0.1:0");
  ASSERT_EQ(bind(fd.get(), any.get(), any.size()), 0);
  const SocketAddress bound = SocketAddress::OfSocket(fd.get());
  EXPECT_NE(bound.port(), 0);
  EXPECT_EQ(bound.ToString(), "127.0.0.1:" + std::to_string(bound.port()));
}

}  // namespace
}  // namespace evenkeel::net
