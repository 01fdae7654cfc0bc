#include "proxy/route/access_rules.h"

#include <gtest/gtest.h>

#include <utility>

namespace evenkeel::proxy {
namespace {

using Outcome = AccessRules::Outcome;

class AccessRulesTest : public ::testing::Test {
 protected:
  AccessRulesTest() {
    config::AccessRule& rule = rules_.allow.emplace_back();
    rule.name = "web";
    rule.identities = {"web"};
  }

  AccessRules::Verdict Judge(const std::string& token = "") {
    const auto rules = AccessRules::Make(rules_, "here", metrics_);
    authz::Caller caller;
    caller.token = token;
    const AccessRules::Verdict verdict = rules->Judge(client_, &caller, "/a.S/M", {});
    rule_ = verdict.rule;
    return {verdict.outcome, rule_};
  }
  /// Shows a certificate with these names, which TLS has proved or not.
  void Show(std::vector<std::string> uris, std::vector<std::string> dns, std::string subject,
            bool proved = true) {
    net::CertificateFacts facts;
    facts.uri_names = std::move(uris);
    facts.dns_names = std::move(dns);
    facts.subject = std::move(subject);
    net::SecurityFacts security;
    security.identity = proved ? "somebody" : "";
    security.certificate = std::make_unique<const net::CertificateFacts>(std::move(facts));
    client_.security = std::make_unique<const net::SecurityFacts>(std::move(security));
  }

  config::Authorization rules_;
  net::Peer client_{.address = "10.0.0.1", .security = nullptr};
  telemetry::AccessMetrics metrics_;
  std::string rule_;
};

TEST_F(AccessRulesTest, WithoutARuleThereAreNone) {
  EXPECT_EQ(AccessRules::Make({}, "here", metrics_), nullptr);
  EXPECT_EQ(AccessRules::Make(config::Authorization(), "here", metrics_), nullptr);
}

TEST_F(AccessRulesTest, TheNamesThatCountAreUrisElseDnsNamesElseTheSubject) {
  Show({"x", "web"}, {"y"}, "z");
  EXPECT_EQ(Judge().outcome, Outcome::kAllowed);
  Show({"x"}, {"web"}, "web");
  EXPECT_EQ(Judge().outcome, Outcome::kDenied);
  Show({}, {"x", "web"}, "z");
  EXPECT_EQ(Judge().outcome, Outcome::kAllowed);
  Show({}, {"x"}, "web");
  EXPECT_EQ(Judge().outcome, Outcome::kDenied);
  Show({}, {}, "web");
  EXPECT_EQ(Judge().outcome, Outcome::kAllowed);
}

TEST_F(AccessRulesTest, NobodysNameCountsThatIsNotProved) {
  EXPECT_EQ(Judge().outcome, Outcome::kDenied) << "a plain connection";
  Show({"web"}, {"web"}, "web", false);
  EXPECT_EQ(Judge().outcome, Outcome::kDenied);
}

// A resumed session has no more than the name.
TEST_F(AccessRulesTest, WithoutACertificateTheProvedNameCounts) {
  net::SecurityFacts security;
  security.identity = "web";
  client_.security = std::make_unique<const net::SecurityFacts>(std::move(security));
  EXPECT_EQ(Judge().outcome, Outcome::kAllowed);
}

TEST_F(AccessRulesTest, CountsWhatIsNotAllowedByTheRuleThatDecides) {
  rules_.deny.emplace_back().name = "batch";
  rules_.deny[0].tokens = {"batch"};
  EXPECT_EQ(Judge("batch").rule, "batch");
  EXPECT_EQ(Judge().rule, "(no rule)");
  EXPECT_EQ(Judge().rule, "(no rule)");
  EXPECT_EQ(metrics_.Of("here", "batch")->denied, 1u);
  EXPECT_EQ(metrics_.Of("here", "(no rule)")->denied, 2u);
  rules_.observe = true;
  EXPECT_EQ(Judge("batch").outcome, Outcome::kObserved);
  EXPECT_EQ(metrics_.Of("here", "batch")->observed, 1u);
}

}  // namespace
}  // namespace evenkeel::proxy
