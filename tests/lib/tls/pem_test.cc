#include "lib/tls/pem.h"

#include <gmock/gmock.h>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::tls {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class PemTest : public ::testing::Test {
 protected:
  std::string Fault() const {
    const auto fault = CheckPair(pair_);
    return fault ? fault->complaint.reason : "";
  }

  TestPki pki_;
  config::KeyPair pair_ = pki_.Issue({});
};

TEST_F(PemTest, APairThatFitsIsGood) { EXPECT_EQ(Fault(), ""); }

TEST_F(PemTest, AChainInOrderIsGood) {
  pair_.certificate.text += pki_.authority().text;
  EXPECT_EQ(Fault(), "");
}

TEST_F(PemTest, AChainOutOfOrderIsNamed) {
  pair_.certificate.text += pki_.Issue({}).certificate.text;
  EXPECT_THAT(Fault(), StartsWith("certificate 2 in leaf.pem does not sign"));
}

TEST_F(PemTest, AnotherCertificatesKeyIsNamed) {
  pair_.key = pki_.Issue({}).key;
  EXPECT_THAT(Fault(), HasSubstr("leaf-key.pem is not the key of"));
}

TEST_F(PemTest, ATruncatedCertificateIsNamedWithItsLine) {
  pair_.certificate.text.resize(pair_.certificate.text.size() / 2);
  pair_.certificate.text = "# a comment\n" + pair_.certificate.text;
  EXPECT_THAT(Fault(), StartsWith("leaf.pem:2: a certificate that cannot be read"));
}

TEST_F(PemTest, AnEmptyFileIsNamed) {
  pair_.key.text = "\n";
  EXPECT_EQ(Fault(), "leaf-key.pem is empty");
  pair_.certificate.text = "";
  EXPECT_EQ(Fault(), "leaf.pem is empty");
}

TEST_F(PemTest, AFileWithoutACertificateIsNamed) {
  pair_.certificate.text = pair_.key.text;
  EXPECT_THAT(Fault(), HasSubstr("there is no certificate"));
}

TEST_F(PemTest, AnEncryptedKeyIsNamed) {
  pair_.key.text =
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBK\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n";
  EXPECT_EQ(Fault(), "leaf-key.pem:1: the key is encrypted");
}

TEST_F(PemTest, TellsHowLongACertificateIsValid) {
  const auto until = NotAfter(pair_.certificate);
  ASSERT_TRUE(until);
  const auto left = *until - std::chrono::system_clock::now();
  EXPECT_GT(left, std::chrono::hours(23));
  EXPECT_LT(left, std::chrono::hours(25));
}

TEST_F(PemTest, ACertificateWithoutEndHasNotEnded) {
  const config::KeyPair pair = pki_.Issue({.until_seconds = 250'000'000'000});
  EXPECT_GT(NotAfter(pair.certificate).value(),
            std::chrono::system_clock::now() + std::chrono::hours(24 * 365 * 200));
}

}  // namespace
}  // namespace evenkeel::tls
