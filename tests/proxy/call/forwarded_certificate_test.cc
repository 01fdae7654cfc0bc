#include "proxy/call/forwarded_certificate.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using Mode = config::ForwardClientCertificate::Mode;
using Field = config::ForwardClientCertificate::Field;

constexpr char kForged[] = "Hash=00;URI=spiffe://example.org/admin";

net::Peer PlainClient() { return {"10.1.2.3", nullptr}; }

net::Peer TlsClient(const std::string& subject = "CN=web,O=Example") {
  auto certificate = std::make_unique<net::CertificateFacts>();
  certificate->subject = subject;
  certificate->uri_names = {"spiffe://example.org/web", "https://a;b/"};
  certificate->dns_names = {"web.example", "w.example"};
  certificate->sha256 = "ab12";
  auto security = std::make_unique<net::SecurityFacts>();
  security->certificate = std::move(certificate);
  return {"10.1.2.3", std::move(security)};
}

config::ForwardClientCertificate Rule(Mode mode, const char* trusted = "10.0.0.0/8") {
  return {.mode = mode, .trusted = {base::Network::Parse(trusted).value()}};
}

// What an endpoint gets for what a client has sent.
std::string Forwarded(const config::ForwardClientCertificate& rule, const net::Peer& client,
                      const std::vector<std::string>& sent = {kForged}) {
  http2::HeaderList request;
  for (const std::string& each : sent) request.Add(kForwardedCertificate, each);
  request.set_doubtful();  // as who has received it says
  ForwardCertificate(request, client, rule);
  EXPECT_LE(request.size(), 1U);
  return std::string(request.Find(kForwardedCertificate).value_or("none"));
}

TEST(ForwardedCertificateTest, IsStrippedUnlessARuleSaysOtherwise) {
  EXPECT_EQ(Forwarded({}, PlainClient()), "none");
  EXPECT_EQ(Forwarded({}, TlsClient()), "none");
  EXPECT_EQ(Forwarded({}, TlsClient(), {kForged, kForged}), "none");
}

TEST(ForwardedCertificateTest, OfSetIsTheClientsOwn) {
  const std::string own = "Hash=ab12;URI=spiffe://example.org/web;URI=\"https://a;b/\"";
  EXPECT_EQ(Forwarded(Rule(Mode::kSet), TlsClient()), own);
  EXPECT_EQ(Forwarded(Rule(Mode::kSet), TlsClient(), {}), own);
  EXPECT_EQ(Forwarded(Rule(Mode::kSet), PlainClient()), "none");
}

TEST(ForwardedCertificateTest, HasTheFieldsThatAreAskedFor) {
  config::ForwardClientCertificate rule = Rule(Mode::kSet);
  rule.fields = {Field::kDns, Field::kSubject};
  EXPECT_EQ(Forwarded(rule, TlsClient()),
            "Subject=\"CN=web,O=Example\";DNS=web.example;DNS=w.example");
  rule.fields = {Field::kSubject};
  EXPECT_EQ(Forwarded(rule, TlsClient("CN=\"x\\")), "Subject=\"CN=\\\"x\\\\\"");
  EXPECT_EQ(Forwarded(rule, TlsClient("CN=\n\xc3\xa9")), "Subject=\"CN=%0A%C3%A9\"");
  EXPECT_EQ(Forwarded(rule, TlsClient("")), "Subject=\"\"");
}

TEST(ForwardedCertificateTest, OfAppendStandsBehindWhatATrustedClientSays) {
  config::ForwardClientCertificate rule = Rule(Mode::kAppend);
  rule.fields = {Field::kHash};
  EXPECT_EQ(Forwarded(rule, TlsClient()), std::string(kForged) + ",Hash=ab12");
  EXPECT_EQ(Forwarded(rule, TlsClient(), {"Hash=1", "Hash=2"}), "Hash=1,Hash=2,Hash=ab12");
  EXPECT_EQ(Forwarded(rule, TlsClient(), {}), "Hash=ab12");
  EXPECT_EQ(Forwarded(rule, PlainClient()), kForged);
  rule.trusted = Rule(Mode::kAppend, "192.0.2.0/24").trusted;
  EXPECT_EQ(Forwarded(rule, TlsClient()), "Hash=ab12");
}

TEST(ForwardedCertificateTest, OfForwardIsWhatATrustedClientSays) {
  EXPECT_EQ(Forwarded(Rule(Mode::kForward), TlsClient()), kForged);
  EXPECT_EQ(Forwarded(Rule(Mode::kForward), PlainClient(), {"A=1", "B=2"}), "A=1,B=2");
  EXPECT_EQ(Forwarded(Rule(Mode::kForward), PlainClient(), {}), "none");
  EXPECT_EQ(Forwarded(Rule(Mode::kForward, "192.0.2.0/24"), PlainClient()), "none");
  EXPECT_EQ(Forwarded(Rule(Mode::kForward), net::Peer{"unix:", nullptr}), "none");
}

// A quote that stays open would swallow what we append.
TEST(ForwardedCertificateTest, IsNotKeptWhereItHasNotTheForm) {
  config::ForwardClientCertificate rule = Rule(Mode::kAppend);
  rule.fields = {Field::kHash};
  EXPECT_EQ(Forwarded(rule, TlsClient(), {"Subject=\"open"}), "Hash=ab12");
  EXPECT_EQ(Forwarded(rule, TlsClient(), {"Hash=1", "="}), "Hash=ab12");
  EXPECT_EQ(Forwarded(Rule(Mode::kForward), PlainClient(), {"Subject=\"a\\\""}), "none");
}

TEST(ForwardedCertificateTest, IsReadAsItIsWritten) {
  const auto parsed =
      ParseForwarded("Hash=ab;Subject=\"CN=\\\"a\\\\\\\", b;c\" , URI=spiffe://a/b;URI=;DNS=c");
  ASSERT_TRUE(parsed);
  const std::vector<ForwardedElement> elements = {
      {{"Hash", "ab"}, {"Subject", "CN=\"a\\\", b;c"}},
      {{"URI", "spiffe://a/b"}, {"URI", ""}, {"DNS", "c"}}};
  EXPECT_EQ(*parsed, elements);
  EXPECT_EQ(FormatForwarded(elements[0]), "Hash=ab;Subject=\"CN=\\\"a\\\\\\\", b;c\"");
}

TEST(ForwardedCertificateTest, HasOneForm) {
  for (const char* each : {"", ";", ",", "Hash", "=a", "Hash=a;", "Hash=a,", "Hash=\"a\"b",
                           "Hash=a\"b", "Hash=\"a", "Ha sh=a", "Hash=\"a\\\""}) {
    EXPECT_FALSE(ParseForwarded(each)) << each;
  }
}

}  // namespace
}  // namespace evenkeel::proxy
