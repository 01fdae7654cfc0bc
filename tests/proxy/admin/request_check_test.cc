#include "proxy/admin/request_check.h"

#include <gmock/gmock.h>

namespace evenkeel::admin {
namespace {

using ::testing::HasSubstr;

bool Passes(std::string_view host, std::string_view origin = "", Reach reach = Reach::kLoopback) {
  return !WhyRefused(reach, host, origin);
}

TEST(RequestCheckTest, AddressesAndTheMachinesOwnNamesPass) {
  for (const char* host : {"127.0.0.1:9901", "127.0.0.1", "[::1]:9901", "localhost:9901",
                           "localhost", "evenkeel:9901", "a.localhost", "localhost."}) {
    EXPECT_TRUE(Passes(host)) << host;
  }
}

TEST(RequestCheckTest, WhoSendsNoHostIsNoBrowser) { EXPECT_TRUE(Passes("")); }

TEST(RequestCheckTest, ANameThatAStrangersDnsCanGiveIsRefusedOnLoopback) {
  for (const char* host : {"evil.example:9901", "evil.example", "1.2.3.4.evil.example", "a.b."}) {
    EXPECT_FALSE(Passes(host)) << host;
  }
  EXPECT_THAT(*WhyRefused(Reach::kLoopback, "evil.example", ""), HasSubstr("evil.example"));
}

TEST(RequestCheckTest, OnANetworkAnyNameMayBeOurs) {
  EXPECT_TRUE(Passes("sidecar.example.com:9901", "", Reach::kNetwork));
}

TEST(RequestCheckTest, AnotherSitesPageIsRefusedOnAnyReach) {
  for (const Reach reach : {Reach::kLoopback, Reach::kNetwork}) {
    EXPECT_FALSE(Passes("127.0.0.1:9901", "https://evil.example", reach));
    EXPECT_FALSE(Passes("127.0.0.1:9901", "http://127.0.0.1:8080", reach));
    EXPECT_FALSE(Passes("127.0.0.1:9901", "null", reach));
  }
}

TEST(RequestCheckTest, ItsOwnPagePasses) {
  EXPECT_TRUE(Passes("127.0.0.1:9901", "http://127.0.0.1:9901"));
}

}  // namespace
}  // namespace evenkeel::admin
