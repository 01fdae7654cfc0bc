#include "lib/authz/authenticator.h"

#include <gtest/gtest.h>

#include "lib/tls/sha256.h"
#include "tests/lib/http2/wire_builder.h"
#include "tests/lib/jwt/token_forge.h"

namespace evenkeel::authz {
namespace {

using namespace std::chrono_literals;
using http2::Fields;
using Outcome = Authenticator::Outcome;

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    settings_.bearer_tokens.emplace().tokens = {{"team-a", tls::Sha256("secret-a")}};
  }

  Outcome Judge(const Fields& fields) {
    request_ = http2::ToHeaderList(fields);
    const Authenticator authenticator(settings_);
    return JudgeBy(authenticator);
  }
  Outcome JudgeBy(const Authenticator& authenticator) {
    const auto result = authenticator.Authenticate(request_, cache_, now_);
    name_ = result.caller ? result.caller->name : "";
    return result.outcome;
  }
  /// Of the forge's issuer, good for so long.
  static std::string Token(const std::string& claims, std::chrono::seconds left = 1h) {
    const auto now =
        std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
    return "Bearer " +
           Forge().Token(R"({"iss":"id","aud":"users","exp":)" +
                         std::to_string((now + left).time_since_epoch().count()) + claims + "}");
  }
  static const jwt::TokenForge& Forge() {
    static const jwt::TokenForge forge(tls::SignatureAlgorithm::kEs256);
    return forge;
  }
  config::JwtIssuer& AddIssuer() {
    config::JwtIssuer& issuer = settings_.jwt.emplace_back();
    issuer.issuer = "id";
    issuer.audiences = {"users"};
    issuer.jwks = jwt::TokenForge::SetOf({Forge().Jwk()});
    return issuer;
  }
  bool Has(std::string_view name) const { return request_.Find(name).has_value(); }

  config::Authentication settings_;
  CallerCache cache_;
  base::Time now_{};
  http2::HeaderList request_;
  std::string name_;
};

TEST_F(AuthenticatorTest, KnowsWhoBringsATokenOfOurs) {
  EXPECT_EQ(Judge({{"authorization", "Bearer secret-a"}}), Outcome::kKnown);
  EXPECT_EQ(name_, "team-a");
}

TEST_F(AuthenticatorTest, TheSchemeIsReadWithoutCaseAndWithAnySpaces) {
  EXPECT_EQ(Judge({{"authorization", "bearer secret-a"}}), Outcome::kKnown);
  EXPECT_EQ(Judge({{"authorization", "BEARER   secret-a"}}), Outcome::kKnown);
}

TEST_F(AuthenticatorTest, AnotherTokenIsNobodys) {
  for (const char* each : {"Bearer secret-b", "Bearer secret-", "Bearer secret-aa",
                           "Bearer secret-a ", "Bearer SECRET-A"}) {
    EXPECT_EQ(Judge({{"authorization", each}}), Outcome::kUnknown) << each;
    EXPECT_EQ(name_, "");
  }
}

TEST_F(AuthenticatorTest, WhatIsNoBearerTokenIsMalformed) {
  for (const char* each :
       {"", "Bearer", "Bearer ", "Bearer   ", "Basic c2VjcmV0LWE=", "secret-a", "Bearersecret-a"}) {
    EXPECT_EQ(Judge({{"authorization", each}}), Outcome::kMalformed) << each;
  }
  EXPECT_EQ(Judge({{"authorization", "Bearer " + std::string(Authenticator::kMaxToken + 1, 'x')}}),
            Outcome::kMalformed);
}

TEST_F(AuthenticatorTest, OfTwoCredentialsNeitherCounts) {
  const Fields both = {{"authorization", "Bearer secret-a"}, {"authorization", "Bearer secret-a"}};
  EXPECT_EQ(Judge(both), Outcome::kMalformed);
}

TEST_F(AuthenticatorTest, WhoBringsNoneIsRefusedOnlyWhereOneIsRequired) {
  EXPECT_EQ(Judge({{"x-a", "1"}}), Outcome::kMissing);
  settings_.required = false;
  EXPECT_EQ(Judge({{"x-a", "1"}}), Outcome::kAnonymous);
  EXPECT_EQ(Judge({{"authorization", "Bearer secret-b"}}), Outcome::kUnknown);
  EXPECT_EQ(Judge({{"authorization", "Basic x"}}), Outcome::kMalformed);
}

TEST_F(AuthenticatorTest, EndpointsGetTheCredentialOnlyWhereItIsForwarded) {
  Judge({{"authorization", "Bearer secret-a"}, {"x-a", "1"}});
  EXPECT_FALSE(Has("authorization"));
  EXPECT_TRUE(Has("x-a"));
  settings_.forward = true;
  Judge({{"authorization", "Bearer secret-a"}});
  EXPECT_TRUE(Has("authorization"));
}

TEST_F(AuthenticatorTest, EndpointsHearTheNameFromUsAndFromNobodyElse) {
  settings_.bearer_tokens->name_to_metadata = "x-team";
  settings_.required = false;
  Judge({{"x-team", "admin"}, {"authorization", "Bearer secret-a"}, {"x-team", "root"}});
  EXPECT_EQ(request_.Find("x-team"), "team-a");
  request_.Remove("x-team");
  Judge({{"x-team", "admin"}});
  EXPECT_FALSE(Has("x-team"));
}

TEST_F(AuthenticatorTest, KnowsWhoBringsAGoodJsonWebToken) {
  AddIssuer().claims_to_metadata = {{"sub", "x-user"}, {"scope", "x-scope"}};
  const Fields fields = {{"authorization", Token(R"(,"sub":"ada","scope":"a b")")},
                         {"x-user", "root"},
                         {"x-scope", "all"}};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Judge(fields), Outcome::kKnown);
    EXPECT_EQ(name_, "ada");
    EXPECT_EQ(request_.Find("x-user"), "ada");
    EXPECT_EQ(request_.Find("x-scope"), "a,b");
    EXPECT_FALSE(Has("authorization"));
  }
  EXPECT_EQ(Judge({{"authorization", "Bearer secret-a"}, {"x-user", "root"}}), Outcome::kKnown);
  EXPECT_EQ(name_, "team-a");
  EXPECT_FALSE(Has("x-user"));
}

TEST_F(AuthenticatorTest, SaysWhyAJsonWebTokenIsRefused) {
  AddIssuer();
  EXPECT_EQ(Judge({{"authorization", Token("", -1h)}}), Outcome::kExpired);
  settings_.jwt[0].audiences = {"orders"};
  EXPECT_EQ(Judge({{"authorization", Token("")}}), Outcome::kWrongAudience);
  settings_.jwt[0].issuer = "other";
  EXPECT_EQ(Judge({{"authorization", Token("")}}), Outcome::kUnknownIssuer);
  EXPECT_EQ(Judge({{"authorization", "Bearer a.b"}}), Outcome::kMalformed);
  EXPECT_EQ(Judge({{"authorization", "Bearer secret-b"}}), Outcome::kUnknown);
}

TEST_F(AuthenticatorTest, ARememberedTokenIsGoodUntilItExpires) {
  AddIssuer().skew = 0s;
  const Authenticator authenticator(settings_);
  const http2::HeaderList fields = http2::ToHeaderList({{"authorization", Token("", 50s)}});
  request_ = fields;
  EXPECT_EQ(JudgeBy(authenticator), Outcome::kKnown);
  const std::string token(fields.Find("authorization")->substr(7));
  size_t known = 0;
  for (uint64_t owner = 0; owner < 10'000; ++owner) {  // the id is its own affair
    if (cache_.Find(owner, token, now_ + 40s) != nullptr) ++known;
    EXPECT_EQ(cache_.Find(owner, token, now_ + 51s), nullptr);
  }
  EXPECT_EQ(known, 1u);
}

TEST_F(AuthenticatorTest, WhatNoMetadataMayHaveIsEncoded) {
  AddIssuer().claims_to_metadata = {{"sub", "x-user"}};
  Judge({{"authorization", Token(R"(,"sub":"a b%\r\nx-admin: 1\u00e4")")}});
  EXPECT_EQ(request_.Find("x-user"), "a%20b%25%0D%0Ax-admin:%201%C3%A4");
}

}  // namespace
}  // namespace evenkeel::authz
