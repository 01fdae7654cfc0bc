#include "lib/jwt/key_set.h"

#include <gmock/gmock.h>

#include "tests/lib/jwt/token_forge.h"

namespace evenkeel::jwt {
namespace {

using ::testing::HasSubstr;
using Algorithm = tls::SignatureAlgorithm;

const TokenForge& Rsa() {
  static const TokenForge forge(Algorithm::kRs256);
  return forge;
}
const TokenForge& Ec() {
  static const TokenForge forge(Algorithm::kEs256);
  return forge;
}

KeySet Read(const std::vector<std::string>& keys) {
  auto set = KeySet::Parse(TokenForge::SetOf(keys));
  EXPECT_TRUE(set) << set.error();
  return set ? std::move(*set) : KeySet();
}

TEST(KeySetTest, AKeyIsForTheAlgorithmsOfItsFamily) {
  const KeySet set = Read({Rsa().Jwk(), Ec().Jwk()});
  EXPECT_EQ(set.size(), 2u);
  for (const auto each :
       {Algorithm::kRs256, Algorithm::kRs512, Algorithm::kPs256, Algorithm::kEs256}) {
    EXPECT_NE(set.Find(each, {}), nullptr) << tls::SignatureAlgorithmName(each);
  }
  EXPECT_NE(set.Find(Algorithm::kRs256, {}), set.Find(Algorithm::kEs256, {}));
  EXPECT_EQ(set.Find(Algorithm::kEs384, {}), nullptr);
  EXPECT_EQ(set.Find(Algorithm::kEdDsa, {}), nullptr);
}

TEST(KeySetTest, AKeyWithAnAlgorithmIsForThatAlone) {
  const KeySet set = Read({Rsa().Jwk(R"("alg":"PS256")")});
  EXPECT_NE(set.Find(Algorithm::kPs256, {}), nullptr);
  EXPECT_EQ(set.Find(Algorithm::kRs256, {}), nullptr);
}

TEST(KeySetTest, AKidNamesOneKeyAndWithoutItThereMustBeOneOnly) {
  const TokenForge other(Algorithm::kEs256);
  const KeySet set = Read({Ec().Jwk(R"("kid":"a")"), other.Jwk(R"("kid":"b")")});
  EXPECT_NE(set.Find(Algorithm::kEs256, "a"), set.Find(Algorithm::kEs256, "b"));
  EXPECT_NE(set.Find(Algorithm::kEs256, "a"), nullptr);
  EXPECT_EQ(set.Find(Algorithm::kEs256, "c"), nullptr);
  EXPECT_EQ(set.Find(Algorithm::kEs256, {}), nullptr);
  const KeySet twice = Read({Ec().Jwk(R"("kid":"a")"), other.Jwk(R"("kid":"a")")});
  EXPECT_EQ(twice.Find(Algorithm::kEs256, "a"), nullptr);
}

TEST(KeySetTest, PassesOverWhatIsForSomethingElse) {
  const KeySet set = Read(
      {Ec().Jwk(R"("use":"enc")"), Ec().Jwk(R"("key_ops":["sign"])"), R"({"kty":"oct","k":"AAAA"})",
       R"({"kty":"OKP","crv":"X25519","x":"AA"})", Ec().Jwk(R"("alg":"ECDH-ES")"),
       Ec().Jwk(R"("use":"sig","key_ops":["verify"],"kid":"good")")});
  EXPECT_EQ(set.size(), 1u);
  EXPECT_NE(set.Find(Algorithm::kEs256, "good"), nullptr);
}

TEST(KeySetTest, SaysWhatIsWrong) {
  const auto trouble = [](const std::string& text) {
    const auto set = KeySet::Parse(text);
    return set ? "" : set.error();
  };
  EXPECT_THAT(trouble("nonsense"), HasSubstr("is no JSON Web Key Set"));
  EXPECT_THAT(trouble(R"({"keys":{}})"), HasSubstr("is no JSON Web Key Set"));
  EXPECT_THAT(trouble(R"({"keys":[]})"), HasSubstr("has no key that checks signatures"));
  EXPECT_THAT(trouble(TokenForge::SetOf({TokenForge(Algorithm::kRs256, 1024).Jwk()})),
              HasSubstr("number 1, that is an RSA key of 1024 bits"));
  EXPECT_THAT(trouble(TokenForge::SetOf({Ec().Jwk(R"("alg":"ES384")")})),
              HasSubstr("does not fit its alg"));
  EXPECT_THAT(trouble(R"({"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]})"),
              HasSubstr("has no point of its curve"));
  EXPECT_THAT(trouble(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]})"),
              HasSubstr("is no Ed25519 key"));
  std::vector<std::string> many(KeySet::kMostKeys + 1, Ec().Jwk());
  EXPECT_THAT(trouble(TokenForge::SetOf(many)), HasSubstr("more than 100 keys"));
}

TEST(KeySetTest, APointBesideTheCurveIsNone) {
  const std::string zeros = EncodeBase64Url(std::string(31, '\0') + '\1');
  const std::string key =
      R"({"kty":"EC","crv":"P-256","x":")" + zeros + R"(","y":")" + zeros + "\"}";
  EXPECT_FALSE(KeySet::Parse(TokenForge::SetOf({key})));
}

}  // namespace
}  // namespace evenkeel::jwt
