// Tokens good and bad: cases 42 to 46 of what is to hold.
#include "lib/jwt/verifier.h"

#include <gtest/gtest.h>

#include "tests/lib/jwt/token_forge.h"

namespace evenkeel::jwt {
namespace {

using Algorithm = tls::SignatureAlgorithm;
using Clock = std::chrono::system_clock;
using std::chrono::seconds;

constexpr int64_t kNow = 1'700'000'000;

const TokenForge& ForgeOf(Algorithm algorithm) {
  static std::vector<std::shared_ptr<TokenForge>> forges(tls::kSignatureAlgorithmCount);
  auto& forge = forges[static_cast<size_t>(algorithm)];
  if (!forge) forge = std::make_shared<TokenForge>(algorithm);
  return *forge;
}

class VerifierTest : public ::testing::Test {
 protected:
  VerifierTest() { AddIssuer("https://id.example/", {Es().Jwk(R"("kid":"k1")")}); }

  static const TokenForge& Es() { return ForgeOf(Algorithm::kEs256); }
  static Clock::time_point At(int64_t time) { return Clock::time_point(seconds(time)); }

  config::JwtIssuer& AddIssuer(const std::string& name, const std::vector<std::string>& keys) {
    config::JwtIssuer& issuer = issuers_.emplace_back();
    issuer.issuer = name;
    issuer.audiences = {"users", "orders"};
    issuer.jwks = TokenForge::SetOf(keys);
    return issuer;
  }
  /// Claims of a good token, with these instead of or beside them.
  static std::string Claims(const std::string& audience = R"("users")",
                            const std::string& expires = std::to_string(kNow + 100),
                            const std::string& more = "") {
    return R"({"iss":"https://id.example/","aud":)" + audience + R"(,"exp":)" + expires + more +
           "}";
  }
  /// Why the token is refused; "good".
  std::string Judge(const std::string& token, int64_t now = kNow) const {
    const auto result = Verifier(issuers_).Verify(token, At(now));
    return result ? "good" : std::string(RefusalName(result.error()));
  }

  std::vector<config::JwtIssuer> issuers_;
};

TEST_F(VerifierTest, TakesEachAlgorithm) {
  for (size_t i = 0; i < tls::kSignatureAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    issuers_[0].jwks = TokenForge::SetOf({ForgeOf(algorithm).Jwk()});
    EXPECT_EQ(Judge(ForgeOf(algorithm).Token(Claims())), "good")
        << tls::SignatureAlgorithmName(algorithm);
  }
}

TEST_F(VerifierTest, SaysWhatTheTokenSays) {
  const std::string claims = Claims(
      R"(["x","orders"])", std::to_string(kNow + 100) + ".9",
      R"(,"sub":"ada","scope":"a  b","groups":["g1","g2",3],"admin":true,"n":7,"deep":{"x":1})");
  const auto token = Verifier(issuers_).Verify(Es().Token(claims), At(kNow));
  ASSERT_TRUE(token);
  EXPECT_EQ(token->issuer, 0u);
  EXPECT_EQ(token->expires, At(kNow + 160));
  std::string text;
  for (const Claim& each : token->claims) {
    text += each.name + "=";
    for (const std::string& value : each.values) text += value + ",";
    text += " ";
  }
  EXPECT_EQ(text,
            "admin=true, aud=x,orders, exp=1700000100.9, groups=g1,g2,3, "
            "iss=https://id.example/, n=7, scope=a,b, sub=ada, ");
}

TEST_F(VerifierTest, TheHeaderDoesNotChooseTheAlgorithm) {
  const auto with = [](const std::string& header) { return Es().Token(Claims(), header); };
  EXPECT_EQ(Judge(with(R"({"alg":"none"})")), "malformed");
  EXPECT_EQ(Judge(with(R"({"alg":"HS256"})")), "malformed");
  EXPECT_EQ(Judge(with(R"({"alg":"es256"})")), "malformed");
  EXPECT_EQ(Judge(with(R"({})")), "malformed");
  EXPECT_EQ(Judge(with(R"({"alg":"RS256"})")), "no_key");
  EXPECT_EQ(Judge(with(R"({"alg":"ES384"})")), "no_key");
  EXPECT_EQ(Judge(with(R"({"alg":"ES256","crit":["exp"]})")), "malformed");
  EXPECT_EQ(Judge(with(R"({"alg":"ES256","crit":[]})")), "malformed");
  EXPECT_EQ(Judge(with(R"({"alg":"ES256","alg":"ES256"})")), "malformed");
  issuers_[0].algorithms = {"RS256", "ES384"};
  EXPECT_EQ(Judge(Es().Token(Claims())), "no_key");
  issuers_[0].algorithms = {"ES256"};
  EXPECT_EQ(Judge(Es().Token(Claims())), "good");
}

TEST_F(VerifierTest, AKeyInTheHeaderDoesNotCount) {
  const TokenForge own(Algorithm::kEs256);
  const std::string header =
      R"({"alg":"ES256","jku":"https://id.example/","jwk":)" + own.Jwk() + "}";
  EXPECT_EQ(Judge(own.Token(Claims(), header)), "bad_signature");
  EXPECT_EQ(Judge(Es().Token(Claims(), header)), "good");
}

TEST_F(VerifierTest, TheKidNamesTheKey) {
  EXPECT_EQ(Judge(Es().Token(Claims(), R"({"alg":"ES256","kid":"k1"})")), "good");
  EXPECT_EQ(Judge(Es().Token(Claims(), R"({"alg":"ES256","kid":"k2"})")), "no_key");
  EXPECT_EQ(Judge(Es().Token(Claims(), R"({"alg":"ES256","kid":1})")), "malformed");
  const TokenForge second(Algorithm::kEs256);
  issuers_[0].jwks = TokenForge::SetOf({Es().Jwk(R"("kid":"k1")"), second.Jwk(R"("kid":"k2")")});
  EXPECT_EQ(Judge(second.Token(Claims(), R"({"alg":"ES256","kid":"k2"})")), "good");
  EXPECT_EQ(Judge(second.Token(Claims(), R"({"alg":"ES256","kid":"k1"})")), "bad_signature");
  EXPECT_EQ(Judge(second.Token(Claims())), "no_key");
}

TEST_F(VerifierTest, AnIssuerIsBoundToItsKeys) {
  const TokenForge other(Algorithm::kEs256);
  AddIssuer("https://other.example/", {other.Jwk(R"("kid":"k1")")});
  EXPECT_EQ(Judge(other.Token(Claims(), R"({"alg":"ES256","kid":"k1"})")), "bad_signature");
  std::string claims = Claims();
  claims.replace(claims.find("id.example"), 10, "no.example");
  EXPECT_EQ(Judge(Es().Token(claims)), "unknown_issuer");
  EXPECT_EQ(Judge(Es().Token(R"({"aud":"users","exp":1800000000})")), "unknown_issuer");
  EXPECT_EQ(Judge(Es().Token(R"({"iss":["https://id.example/"],"exp":1})")), "unknown_issuer");
}

TEST_F(VerifierTest, TimesHaveASkew) {
  const auto at = [this](const std::string& expires, const std::string& more = "") {
    return Judge(Es().Token(Claims(R"("users")", expires, more)));
  };
  EXPECT_EQ(at(std::to_string(kNow - 59)), "good");
  EXPECT_EQ(at(std::to_string(kNow - 60)), "expired");
  EXPECT_EQ(at("1e400"), "malformed");
  EXPECT_EQ(at("1e300"), "malformed");
  EXPECT_EQ(at("-1"), "malformed");
  EXPECT_EQ(at("\"1800000000\""), "malformed");
  EXPECT_EQ(at("null"), "malformed");
  EXPECT_EQ(Judge(Es().Token(R"({"iss":"https://id.example/","aud":"users"})")), "malformed");
  const std::string later = std::to_string(kNow + 1000);
  EXPECT_EQ(at(later, ",\"nbf\":" + std::to_string(kNow + 60)), "good");
  EXPECT_EQ(at(later, ",\"nbf\":" + std::to_string(kNow + 61)), "not_yet_valid");
  EXPECT_EQ(at(later, R"(,"nbf":"x")"), "malformed");
}

TEST_F(VerifierTest, AnEndBeyondTheClocksIsNoEnd) {
  for (const char* end : {"9999999999", "253402300800"}) {
    EXPECT_EQ(Judge(Es().Token(Claims(R"("users")", end))), "good") << end;
  }
}

TEST_F(VerifierTest, ItIsForOneOfTheAudiences) {
  const auto of = [this](const std::string& audience) {
    return Judge(Es().Token(Claims(audience)));
  };
  EXPECT_EQ(of(R"("orders")"), "good");
  EXPECT_EQ(of(R"(["x","users"])"), "good");
  for (const char* each : {R"("x")", R"([])", R"(["x"])", R"("users ")", "1", "null",
                           R"([["users"]])", R"({"users":1})"}) {
    EXPECT_EQ(of(each), "wrong_audience") << each;
  }
}

TEST_F(VerifierTest, ASignatureHasOneForm) {
  const std::string token = Es().Token(Claims());
  const std::string text = token.substr(0, token.rfind('.'));
  const std::string raw = Es().Sign(text);
  const auto with = [&](const std::string& signature) {
    return Judge(text + "." + EncodeBase64Url(signature));
  };
  EXPECT_EQ(with(raw), "good");
  EXPECT_EQ(with(TokenForge::DerOf(raw)), "bad_signature");
  EXPECT_EQ(with(raw.substr(0, 63)), "bad_signature");
  EXPECT_EQ(with(raw + '\0'), "bad_signature");
  EXPECT_EQ(with(""), "bad_signature");
  EXPECT_EQ(with(std::string(64, '\0')), "bad_signature");
  std::string other = raw;
  other[5] = static_cast<char>(other[5] ^ 1);
  EXPECT_EQ(with(other), "bad_signature");
}

TEST_F(VerifierTest, ATokenHasOneForm) {
  const std::string token = Es().Token(Claims());
  ASSERT_EQ(Judge(token), "good");
  const size_t first = token.find('.');
  const size_t last = token.rfind('.');
  for (const std::string& each :
       {std::string(), std::string("."), std::string(".."), token.substr(0, last), token + ".",
        "." + token, token + "=", " " + token, token + "\n",
        token.substr(0, first) + "=" + token.substr(first), token.substr(0, first) + "." + token}) {
    EXPECT_EQ(Judge(each), "malformed") << each;
  }
  std::string claims = Claims();
  claims.insert(1, R"("exp":1800000000,)");
  EXPECT_EQ(Judge(Es().Token(claims)), "malformed") << "a name twice";
  EXPECT_EQ(Judge(Es().Token("[]")), "malformed");
  EXPECT_EQ(Judge(Es().Token("{}")), "unknown_issuer");
}

TEST_F(VerifierTest, OtherClaimsWithTheSameSignatureAreNotGood) {
  const std::string good = Es().Token(Claims());
  const std::string other = Es().Token(Claims(R"("orders")"));
  EXPECT_EQ(Judge(other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'))),
            "bad_signature");
}

}  // namespace
}  // namespace evenkeel::jwt
