#include "lib/tls/signature_key.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::tls {
namespace {

TEST(SignatureKeyTest, AlgorithmsHaveNames) {
  for (size_t i = 0; i < kSignatureAlgorithmCount; ++i) {
    const auto algorithm = static_cast<SignatureAlgorithm>(i);
    EXPECT_EQ(SignatureAlgorithmNamed(SignatureAlgorithmName(algorithm)), algorithm);
  }
  for (const char* each : {"none", "HS256", "rs256", "RS1", ""}) {
    EXPECT_FALSE(SignatureAlgorithmNamed(each)) << each;
  }
}

// RFC 8037, appendix A.4.
TEST(SignatureKeyTest, ChecksTheStandardsEd25519Signature) {
  const std::string key =
      "\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a"
      "\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
  const auto made = SignatureKey::Ed25519(key);
  ASSERT_TRUE(made);
  const std::string signature =
      "\x86\x0c\x98\xd2\x29\x7f\x30\x60\xa3\x3f\x42\x73\x96\x72\xd6\x1b"
      "\x53\xcf\x3a\xde\xfe\xd3\xd3\xc6\x72\xf3\x20\xdc\x02\x1b\x41\x1e"
      "\x9d\x59\xb8\x62\x8d\xc3\x51\xe2\x48\xb8\x8b\x29\x46\x8e\x0e\x41"
      "\x85\x5b\x0f\xb7\xd8\x3b\xb1\x5b\xe9\x02\xbf\xcc\xb8\xcd\x0a\x02";
  const std::string message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  EXPECT_TRUE(made->Verify(SignatureAlgorithm::kEdDsa, message, signature));
  EXPECT_FALSE(made->Verify(SignatureAlgorithm::kEdDsa, message + "x", signature));
  EXPECT_FALSE(made->Verify(SignatureAlgorithm::kRs256, message, signature));
}

TEST(SignatureKeyTest, RefusesWhatIsNoKey) {
  EXPECT_FALSE(SignatureKey::Rsa("", "\x03"));
  EXPECT_FALSE(SignatureKey::Rsa(std::string(128, '\xff'), "\x03")) << "1024 bits";
  EXPECT_TRUE(SignatureKey::Rsa(std::string(256, '\xff'), "\x03"));
  EXPECT_FALSE(SignatureKey::Rsa(std::string(4096, '\xff'), "\x03")) << "32768 bits";
  for (const char* exponent : {"", "\x01", "\x02", "\x01\x02\x03\x04\x05\x06\x07\x08\x09"}) {
    EXPECT_FALSE(SignatureKey::Rsa(std::string(256, '\xff'), exponent));
  }
  EXPECT_FALSE(SignatureKey::Ec("P-256", "", ""));
  EXPECT_FALSE(SignatureKey::Ec("P-256", std::string(32, '\1'), std::string(32, '\1')));
  EXPECT_FALSE(SignatureKey::Ec("secp256k1", std::string(32, '\1'), std::string(32, '\1')));
  EXPECT_FALSE(SignatureKey::Ed25519(std::string(31, '\1')));
}

}  // namespace
}  // namespace evenkeel::tls
