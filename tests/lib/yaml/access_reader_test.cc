#include "lib/yaml/access_reader.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;

// What is wrong with these rules; empty: nothing.
std::string Trouble(std::string_view text) {
  std::optional<Authorization> read;
  return Read(AuthorizationKey(), text, read);
}

TEST(AccessReaderTest, ReadsEachKeyOfARule) {
  std::optional<Authorization> read;
  EXPECT_EQ(Read(AuthorizationKey(),
                 "{deny: [{name: no, identities: [a, \"b*\"], tokens: [\"t*\"], claims: {scope: "
                 "a}, methods: [s.S/M, "
                 "\"*/N\"], metadata: "
                 "{x-a: [b, \"*\"], x-c: d}, addresses: [10.0.0.0/8]}], observe: true}",
                 read),
            "");
  AccessRule rule;
  rule.name = "no";
  rule.identities = {"a", "b*"};
  rule.tokens = {"t*"};
  rule.claims = {{"scope", "a"}};
  rule.methods = {"s.S/M", "*/N"};
  rule.metadata = {{"x-a", "b"}, {"x-a", "*"}, {"x-c", "d"}};
  rule.addresses = {base::Network::Parse("10.0.0.0/8").value()};
  const Authorization wanted{.deny = {rule}, .allow = {}, .observe = true};
  EXPECT_EQ(read, wanted);
}

TEST(AccessReaderTest, ReadsWhichCredentialsAreTaken) {
  Authentication read;
  const Group key{ReadAuthentication};
  EXPECT_EQ(
      Read(key, "{bearer_tokens: {file: t, name_to_metadata: x-a}, required: false, forward: true}",
           read),
      "");
  EXPECT_EQ(read.bearer_tokens,
            (BearerTokens{.file = "t", .tokens = {}, .name_to_metadata = "x-a"}));
  EXPECT_FALSE(read.required);
  EXPECT_TRUE(read.forward);
  for (const char* each :
       {"{}", "{required: true}", "{bearer_tokens: {}}", "{bearer_tokens: {file: \"\"}}",
        "{bearer_tokens: {file: t, name_to_metadata: te}}"}) {
    Authentication bad;
    EXPECT_NE(Read(key, each, bad), "") << each;
  }
}

TEST(AccessReaderTest, ReadsWhoseJsonWebTokensAreTaken) {
  Authentication read;
  const Group key{ReadAuthentication};
  EXPECT_EQ(Read(key,
                 "{jwt: [{issuer: \"https://id/\", audiences: [a, b], jwks: {file: k}, algorithms: "
                 "[ES256], skew: 5s, claims_to_metadata: {sub: x-user}}]}",
                 read),
            "");
  JwtIssuer wanted;
  wanted.issuer = "https://id/";
  wanted.audiences = {"a", "b"};
  wanted.jwks_file = "k";
  wanted.algorithms = {"ES256"};
  wanted.skew = std::chrono::seconds(5);
  wanted.claims_to_metadata = {{"sub", "x-user"}};
  EXPECT_EQ(read.jwt, std::vector{wanted});
  for (const char* each :
       {"{issuer: a, audiences: [b]}", "{issuer: a, jwks: {file: k}}",
        "{audiences: [b], jwks: {file: k}}", "{issuer: a, audiences: [], jwks: {file: k}}",
        "{issuer: a, audiences: [b], jwks: {file: k}, algorithms: [HS256]}",
        "{issuer: a, audiences: [b], jwks: {file: k}, algorithms: [none]}",
        "{issuer: a, audiences: [b], jwks: {file: k}, claims_to_metadata: {sub: te}}",
        "{issuer: a, audiences: [b], jwks: k}",
        "{issuer: \"\", audiences: [b], jwks: {file: k}}"}) {
    Authentication bad;
    EXPECT_NE(Read(key, std::string("{jwt: [") + each + "]}", bad), "") << each;
  }
}

TEST(AccessReaderTest, OffIsNoRules) {
  std::optional<Authorization> read;
  EXPECT_EQ(Read(AuthorizationKey(), "off", read), "");
  EXPECT_EQ(read, Authorization());
  EXPECT_EQ(AuthorizationKey().Write(read).text, "off");
  EXPECT_EQ(AuthorizationKey().Write(std::nullopt).kind, Written::Kind::kNothing);
}

TEST(AccessReaderTest, RulesThatSayNothingAreErrors) {
  for (const char* each : {"{}", "{observe: true}", "{allow: []}", "on", "[a]"}) {
    EXPECT_NE(Trouble(each), "") << each;
  }
  EXPECT_THAT(Trouble("{allow: [{methods: [a/b]}]}"), HasSubstr("name"));
}

TEST(AccessReaderTest, WhatFitsNothingIsAnError) {
  for (const char* each :
       {"methods: [Get]", "methods: [/a.S/M]", "methods: [a.S/]", "methods: [\"a.*/M\"]",
        "methods: [\"\"]", "identities: [\"a*b\"]", "identities: [\"**\"]", "identities: []",
        "metadata: {te: \"*\"}", "metadata: {host: a}", "metadata: {grpc-timeout: \"*\"}",
        "metadata: {x-bin: a}", "metadata: {X-A: a}", "metadata: {x-a: []}",
        "metadata: {x-a: \"\"}", "addresses: [10.0.0.1/8]"}) {
    EXPECT_NE(Trouble("{allow: [{name: a, " + std::string(each) + "}]}"), "") << each;
  }
}

TEST(AccessReaderTest, WhatMayBeASecretIsNotRepeated) {
  EXPECT_EQ(Trouble("{allow: [{name: a, metadata: {x-api-key: \"s3*cret\"}}]}").find("s3"),
            std::string::npos);
}

TEST(AccessReaderTest, ForeignNamesLeadToOurs) {
  EXPECT_THAT(Trouble("{allow: [{name: a, paths: [/a.S/M]}]}"), HasSubstr("write methods"));
}

}  // namespace
}  // namespace evenkeel::config
