#include "lib/tls/peer_certificate.h"

#include <gmock/gmock.h>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::tls {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PeerCertificateTest : public ::testing::Test {
 protected:
  CertificatePtr Make(const std::string& names) {
    auto made = ReadCertificates(pki_.Issue({.common_name = "web", .names = names}).certificate);
    return std::move(made->front());
  }

  TestPki pki_;
};

TEST_F(PeerCertificateTest, SaysWhatItIs) {
  const auto facts = FactsOf(*Make("DNS:a.example,URI:spiffe://example.org/a,DNS:b.example"));
  EXPECT_EQ(facts.subject, "CN=web");
  EXPECT_THAT(facts.uri_names, ElementsAre("spiffe://example.org/a"));
  EXPECT_THAT(facts.dns_names, ElementsAre("a.example", "b.example"));
  EXPECT_THAT(facts.sha256, SizeIs(64));
  EXPECT_EQ(IdentityOf(facts), "spiffe://example.org/a");
}

TEST_F(PeerCertificateTest, IsItsFirstDnsNameOrItsSubject) {
  EXPECT_EQ(IdentityOf(FactsOf(*Make("DNS:a.example,DNS:b.example"))), "a.example");
  EXPECT_EQ(IdentityOf(FactsOf(*Make(""))), "CN=web");
}

TEST_F(PeerCertificateTest, AUriIsComparedWhole) {
  const auto made = Make("URI:spiffe://example.org/a");
  EXPECT_TRUE(IsFor(*made, "spiffe://example.org/a"));
  EXPECT_FALSE(IsFor(*made, "spiffe://example.org/a/b"));
  EXPECT_FALSE(IsFor(*made, "spiffe://example.org/A"));
}

// DER by hand: tools do not write a NUL.
TEST_F(PeerCertificateTest, ANameWithANulIsNone) {
  const auto made = Make(
      "DER:30:21:86:0f:73:3a:2f:2f:61:2f:62:00:78:78:78:78:78:78:78"
      ":82:0e:61:2e:62:2e:63:00:2e:65:78:61:6d:70:6c:65");
  const auto facts = FactsOf(*made);
  EXPECT_THAT(facts.uri_names, IsEmpty());
  EXPECT_THAT(facts.dns_names, IsEmpty());
  EXPECT_FALSE(IsFor(*made, "s://a/b"));
  EXPECT_FALSE(IsFor(*made, "a.b.c"));
}

}  // namespace
}  // namespace evenkeel::tls
