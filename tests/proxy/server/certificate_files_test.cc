#include "proxy/server/certificate_files.h"

#include <gmock/gmock.h>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::proxy {
namespace {

using telemetry::CertificateValidity;
using ::testing::ElementsAre;
using ::testing::Field;

class CertificateFilesTest : public ::testing::Test {
 protected:
  CertificateFilesTest() {
    auto& tls = config_.listeners.emplace_back().Edit().tls.emplace();
    tls.pair = pki_.Issue({.until_seconds = 3600});
    tls.client_ca = pki_.authority();
    auto& cluster = config_.clusters.emplace_back().Edit().tls.emplace();
    cluster.ca = pki_.authority();
    cluster.pair = pki_.Issue({});
    cluster.pair->certificate.path = "client.pem";
  }

  tls::TestPki pki_;
  config::Config config_;
  CertificateFiles files_;
};

TEST_F(CertificateFilesTest, TellsOfEachFileOnce) {
  EXPECT_THAT(files_.Read(config_), ElementsAre(Field(&CertificateValidity::file, "ca.pem"),
                                                Field(&CertificateValidity::file, "client.pem"),
                                                Field(&CertificateValidity::file, "leaf.pem")));
}

TEST_F(CertificateFilesTest, FollowsTheFileAndForgetsWhatIsNamedNoMore) {
  const auto before = files_.Read(config_);
  EXPECT_EQ(files_.Read(config_), before);
  config_.clusters[0].Edit().tls.reset();
  config_.listeners[0].Edit().tls->pair = pki_.Issue({.until_seconds = 7200});
  const auto after = files_.Read(config_);
  ASSERT_EQ(after.size(), 2u);
  EXPECT_GE(after[1].not_after, before[2].not_after + std::chrono::seconds(3600));
}

// One that has ended is as bad as all: the chain, or one of those who sign, is broken.
TEST_F(CertificateFilesTest, OfAFileItIsTheFirstEnd) {
  config::PemFile& ca = config_.listeners[0].Edit().tls->client_ca;
  const config::PemFile ended = pki_.Issue({.until_seconds = -60}).certificate;
  ca.text += ended.text;
  EXPECT_LT(files_.Read(config_)[0].not_after, std::chrono::system_clock::now());
}

}  // namespace
}  // namespace evenkeel::proxy
