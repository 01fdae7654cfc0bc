// Each kind of rule, as one that allows and as one that denies: what it fits, and what it does not.
#include "lib/authz/policy.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/lib/http2/wire_builder.h"

namespace evenkeel::authz {
namespace {

using http2::Fields;

// A call; what a test does not say is as here.
struct Call {
  std::string method = "user.v1.UserService/GetUser";
  Fields metadata{};
  std::string address = "10.1.2.3";
  std::vector<std::string> identities{};
  std::string token{};
  std::vector<jwt::Claim> claims{};
};

config::AccessRule Rule(std::string name) {
  config::AccessRule rule;
  rule.name = std::move(name);
  return rule;
}

base::Network Network(std::string_view text) { return base::Network::Parse(text).value(); }

Policy::Verdict Judge(const Policy& policy, const Call& call) {
  const http2::HeaderList metadata = http2::ToHeaderList(call.metadata);
  Caller caller;
  caller.token = call.token;
  caller.claims = call.claims;
  const bool is_known = !call.token.empty() || !call.claims.empty();
  return policy.Judge(
      {call.method, metadata, call.address, call.identities, is_known ? &caller : nullptr});
}

bool Allows(const Policy& policy, const Call& call) { return Judge(policy, call).allowed; }

// The name of the rule that decides on a call.
std::string Deciding(const Policy& policy, const Call& call) {
  return std::string(policy.NameOf(Judge(policy, call).rule));
}

// A rule fits a call if it lets it pass where it stands under allow, and keeps it out where it
// stands under deny.
void ExpectFit(const config::AccessRule& rule, const Call& call, bool fits) {
  config::Authorization allow;
  allow.allow = {rule};
  EXPECT_EQ(Allows(Policy(allow), call), fits);
  config::Authorization deny;
  deny.deny = {rule};
  EXPECT_EQ(Allows(Policy(deny), call), !fits);
}

TEST(PolicyTest, WithoutRulesEveryCallPasses) { EXPECT_TRUE(Allows(Policy({}), {})); }

TEST(PolicyTest, ARuleWithoutAnyListFitsEveryCall) { ExpectFit(Rule("all"), {}, true); }

TEST(PolicyTest, DenyComesBeforeAllow) {
  config::Authorization both;
  both.deny = {Rule("no")};
  both.deny[0].methods = {"user.v1.UserService/DeleteUser"};
  both.allow = {Rule("yes")};
  const Policy policy(both);
  EXPECT_TRUE(Allows(policy, {}));
  EXPECT_FALSE(Allows(policy, {.method = "user.v1.UserService/DeleteUser"}));
}

TEST(PolicyTest, WhatNoRuleFitsIsDeniedWhereSomeAllow) {
  config::Authorization some;
  some.allow = {Rule("get")};
  some.allow[0].methods = {"user.v1.UserService/GetUser"};
  EXPECT_TRUE(Allows(Policy(some), {}));
  EXPECT_FALSE(Allows(Policy(some), {.method = "user.v1.UserService/ListUsers"}));
}

TEST(PolicyTest, WhatNoRuleFitsPassesWhereAllDeny) {
  config::Authorization none;
  none.deny = {Rule("delete")};
  none.deny[0].methods = {"user.v1.UserService/DeleteUser"};
  EXPECT_TRUE(Allows(Policy(none), {}));
}

TEST(PolicyTest, SaysWhichRuleDecided) {
  config::Authorization both;
  both.deny = {Rule("no-list"), Rule("no-delete")};
  both.deny[0].methods = {"*/ListUsers"};
  both.deny[1].methods = {"*/DeleteUser"};
  both.allow = {Rule("get"), Rule("orders")};
  both.allow[0].methods = {"*/GetUser"};
  both.allow[1].methods = {"order.v1.*"};
  const Policy policy(both);
  EXPECT_EQ(Deciding(policy, {.method = "S/ListUsers"}), "no-list");
  EXPECT_EQ(Deciding(policy, {.method = "S/DeleteUser"}), "no-delete");
  EXPECT_EQ(Deciding(policy, {.method = "S/GetUser"}), "get");
  EXPECT_EQ(Deciding(policy, {.method = "order.v1.S/M"}), "orders");
  EXPECT_EQ(Deciding(policy, {.method = "S/M"}), "(no rule)");
}

TEST(PolicyTest, ExplainsWhatEachRuleSays) {
  config::Authorization both;
  both.deny = {Rule("no")};
  both.deny[0].methods = {"*/DeleteUser"};
  both.allow = {Rule("env"), Rule("team"), Rule("web"), Rule("inside"), Rule("all")};
  both.allow[0].metadata = {{"x-env", "prod"}};
  both.allow[1].tokens = {"team-a"};
  both.allow[2].identities = {"web"};
  both.allow[3].addresses = {Network("11.0.0.0/8")};
  const Policy policy(both);
  const http2::HeaderList metadata;
  std::string text;
  for (const auto& each : policy.Explain({"S/GetUser", metadata, "10.0.0.1", {}, nullptr})) {
    text.append(each.rule).append(each.denies ? " -" : " +").append(each.misses).append("; ");
  }
  EXPECT_EQ(
      text,
      "no -methods; env +metadata; team +tokens; web +identities; inside +addresses; all +; ");
}

TEST(PolicyTest, MethodsFitOneOfTheList) {
  config::AccessRule rule = Rule("users");
  rule.methods = {"user.v1.UserService/GetUser", "order.v1.*"};
  ExpectFit(rule, {}, true);
  ExpectFit(rule, {.method = "order.v1.OrderService/Buy"}, true);
  ExpectFit(rule, {.method = "user.v1.UserService/GetUsers"}, false);
  ExpectFit(rule, {.method = "user.v1.UserService/DeleteUser"}, false);
}

TEST(PolicyTest, ADenyRuleIgnoresTheCaseOfMethodsAndAnAllowRuleDoesNot) {
  config::AccessRule rule = Rule("get");
  rule.methods = {"user.v1.UserService/GetUser"};
  const Call shouted{.method = "user.v1.userservice/GETUSER"};
  config::Authorization authorization;
  authorization.deny = {rule};
  EXPECT_FALSE(Allows(Policy(authorization), shouted));
  authorization = {.deny = {}, .allow = {rule}};
  EXPECT_FALSE(Allows(Policy(authorization), shouted));
}

TEST(PolicyTest, OneOfTheClientsNamesFitsOneOfTheIdentities) {
  config::AccessRule rule = Rule("web");
  rule.identities = {"spiffe://example.org/ns/prod/sa/web", "spiffe://example.org/ns/test/*"};
  ExpectFit(rule, {.identities = {"spiffe://example.org/ns/prod/sa/web"}}, true);
  ExpectFit(rule, {.identities = {"x", "spiffe://example.org/ns/test/sa/any"}}, true);
  ExpectFit(rule, {.identities = {"spiffe://example.org/ns/prod/sa/web2"}}, false);
  ExpectFit(rule, {.identities = {"SPIFFE://example.org/ns/prod/sa/web"}}, false);
}

TEST(PolicyTest, WhoHasProvedNothingHasNoIdentity) {
  config::AccessRule rule = Rule("anybody known");
  rule.identities = {"*"};
  ExpectFit(rule, {.identities = {"somebody"}}, true);
  ExpectFit(rule, {}, false);
  ExpectFit(rule, {.identities = {""}}, false);
}

TEST(PolicyTest, TokensFitByTheirNames) {
  config::AccessRule rule = Rule("teams");
  rule.tokens = {"batch", "team-*"};
  ExpectFit(rule, {.token = "batch"}, true);
  ExpectFit(rule, {.token = "team-a"}, true);
  ExpectFit(rule, {.token = "batch2"}, false);
  ExpectFit(rule, {}, false);
  rule.tokens = {"*"};
  ExpectFit(rule, {.token = "anybody"}, true);
  ExpectFit(rule, {}, false);
}

TEST(PolicyTest, OfEachNameOfAClaimOneValueFits) {
  config::AccessRule rule = Rule("claims");
  rule.claims = {{"scope", "users.read"}, {"iss", "https://id.example/*"}, {"scope", "users.*"}};
  const jwt::Claim issuer{"iss", {"https://id.example/a"}};
  ExpectFit(rule, {.claims = {issuer, {"scope", {"x", "users.read"}}}}, true);
  ExpectFit(rule, {.claims = {{"scope", {"users.write"}}, issuer}}, true);
  ExpectFit(rule, {.claims = {issuer, {"scope", {"x"}}}}, false);
  ExpectFit(rule, {.claims = {{"scope", {"users.read"}}}}, false);
  ExpectFit(rule, {.token = "users.read"}, false);
  ExpectFit(rule, {}, false);
}

TEST(PolicyTest, ACertificatesNameIsNoTokens) {
  config::AccessRule rule = Rule("team");
  rule.tokens = {"team-a"};
  ExpectFit(rule, {.identities = {"team-a"}}, false);
  rule.tokens = {};
  rule.identities = {"team-a"};
  ExpectFit(rule, {.token = "team-a"}, false);
}

TEST(PolicyTest, AddressesFitOneOfTheNetworks) {
  config::AccessRule rule = Rule("inside");
  rule.addresses = {Network("192.168.0.0/16"), Network("10.0.0.0/8"), Network("::1")};
  ExpectFit(rule, {}, true);
  ExpectFit(rule, {.address = "[::1]"}, true);
  ExpectFit(rule, {.address = "11.1.2.3"}, false);
  ExpectFit(rule, {.address = "unix:"}, false);
  ExpectFit(rule, {.address = ""}, false);
}

TEST(PolicyTest, OfEachNameOfMetadataOneValueFits) {
  config::AccessRule rule = Rule("env");
  rule.metadata = {{"x-env", "prod"}, {"x-team", "a*"}, {"x-env", "test"}};
  ExpectFit(rule, {.metadata = {{"x-env", "prod"}, {"x-team", "abc"}}}, true);
  ExpectFit(rule, {.metadata = {{"x-team", "a"}, {"x-env", "test"}}}, true);
  ExpectFit(rule, {.metadata = {{"x-env", "prod"}}}, false);
  ExpectFit(rule, {.metadata = {{"x-env", "dev"}, {"x-team", "abc"}}}, false);
  ExpectFit(rule, {.metadata = {{"x-env", "prod"}, {"x-team", "b"}}}, false);
}

TEST(PolicyTest, SeveralFieldsOfANameCountAsOneValueJoinedByCommas) {
  config::AccessRule rule = Rule("env");
  rule.metadata = {{"x-env", "prod"}};
  const Call twice{.metadata = {{"x-env", "prod"}, {"x-other", "1"}, {"x-env", "test"}}};
  ExpectFit(rule, twice, false);
  rule.metadata = {{"x-env", "prod,test"}};
  ExpectFit(rule, twice, true);
  rule.metadata = {{"x-env", ",,x"}};
  ExpectFit(rule, {.metadata = {{"x-env", ""}, {"x-env", ""}, {"x-env", "x"}}}, true);
}

TEST(PolicyTest, PresenceAsksForAValue) {
  config::AccessRule rule = Rule("debug");
  rule.metadata = {{"x-debug", "*"}};
  ExpectFit(rule, {.metadata = {{"x-debug", "1"}}}, true);
  ExpectFit(rule, {.metadata = {{"x-debug", ""}}}, false);
  ExpectFit(rule, {}, false);
}

TEST(PolicyTest, AllListsOfARuleMustFit) {
  config::AccessRule rule = Rule("all");
  rule.methods = {"user.v1.UserService/GetUser"};
  rule.identities = {"web"};
  rule.tokens = {"team-a"};
  rule.metadata = {{"x-env", "prod"}};
  rule.addresses = {Network("10.0.0.0/8")};
  const Call good{.metadata = {{"x-env", "prod"}}, .identities = {"web"}, .token = "team-a"};
  ExpectFit(rule, good, true);
  Call other = good;
  other.method = "user.v1.UserService/ListUsers";
  ExpectFit(rule, other, false);
  other = good;
  other.identities = {"batch"};
  ExpectFit(rule, other, false);
  other = good;
  other.metadata = {{"x-env", "test"}};
  ExpectFit(rule, other, false);
  other = good;
  other.token = "team-b";
  ExpectFit(rule, other, false);
  other = good;
  other.address = "11.0.0.1";
  ExpectFit(rule, other, false);
}

}  // namespace
}  // namespace evenkeel::authz
