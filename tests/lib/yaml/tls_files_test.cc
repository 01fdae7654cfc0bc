#include "lib/yaml/tls_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "tests/lib/tls/test_pki.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Files in memory, and a listener and a cluster that name them.
class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() {
    const KeyPair pair = pki_.Issue({});
    files_ = {{"leaf.pem", pair.certificate.text},
              {"key.pem", pair.key.text},
              {"ca.pem", pki_.authority().text}};
    config_.listeners.emplace_back().Edit().tls = {.pair = {{"leaf.pem", ""}, {"key.pem", ""}}};
    Cluster& cluster = config_.clusters.emplace_back().Edit();
    cluster.name = "users";
    cluster.tls = {.ca = {"ca.pem", ""}};
  }

  ListenerTls& listener() { return *config_.listeners.front().Edit().tls; }
  ClusterTls& cluster() { return *config_.clusters.front().Edit().tls; }

  TlsFiles Run() {
    return ReadTlsFiles(config_, [this](const std::string& path) {
      ++reads_[path];
      const auto found = files_.find(path);
      return found == files_.end() ? base::Result<std::string, int>(base::Error(ENOENT))
                                   : base::Result<std::string, int>(found->second);
    });
  }
  // The one problem there is: where and what.
  std::string ProblemOf(Problem::Kind kind = Problem::Kind::kError) {
    const TlsFiles read = Run();
    if (read.problems.size() != 1) return std::to_string(read.problems.size()) + " problems";
    const Problem& problem = read.problems.front();
    EXPECT_EQ(problem.kind, kind);
    return problem.path.ToString() + ": " + problem.reason + "; " + problem.hint;
  }

  tls::TestPki pki_;
  std::map<std::string, std::string> files_;
  std::map<std::string, int> reads_;
  Config config_;
};

TEST_F(TlsFilesTest, FillsInTheTextsAndSaysWhichFiles) {
  const TlsFiles read = Run();
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(listener().pair.certificate.text, files_["leaf.pem"]);
  EXPECT_EQ(listener().pair.key.text, files_["key.pem"]);
  EXPECT_EQ(cluster().ca.text, files_["ca.pem"]);
  EXPECT_THAT(read.certificates, ElementsAre("leaf.pem", "ca.pem"));
  EXPECT_THAT(read.keys, ElementsAre("key.pem"));
}

TEST_F(TlsFilesTest, ReadsEachFileOnce) {
  cluster().pair = listener().pair;
  listener().names = {{"a.example", listener().pair}};
  EXPECT_THAT(Run().problems, IsEmpty());
  EXPECT_EQ(reads_["leaf.pem"], 1);
  EXPECT_EQ(cluster().pair->key.text, files_["key.pem"]);
}

TEST_F(TlsFilesTest, ThoseThatAreMissingAreSaidAtTheirKeys) {
  files_.erase("key.pem");
  EXPECT_THAT(ProblemOf(), HasSubstr("listeners[0].tls.key: \"key.pem\" cannot be read: No such"));
  EXPECT_THAT(Run().keys, ElementsAre("key.pem")) << "to be watched for";
}

TEST_F(TlsFilesTest, SoIsAKeyOfAnotherCertificate) {
  files_["key.pem"] = pki_.Issue({}).key.text;
  EXPECT_THAT(ProblemOf(), HasSubstr("listeners[0].tls.key: key.pem is not the key of"));
}

TEST_F(TlsFilesTest, SoIsAFileThatIsCut) {
  files_["leaf.pem"].resize(200);
  EXPECT_THAT(ProblemOf(), HasSubstr("listeners[0].tls.certificate: leaf.pem:1: "));
}

TEST_F(TlsFilesTest, SoIsAnEmptyAuthority) {
  files_["ca.pem"] = "";
  EXPECT_THAT(ProblemOf(), HasSubstr("clusters.users.tls.ca: ca.pem is empty"));
}

TEST_F(TlsFilesTest, SoIsAPairForAName) {
  listener().names = {{"*.b.example", {{"leaf.pem", ""}, {"none.pem", ""}}}};
  EXPECT_THAT(ProblemOf(), HasSubstr("listeners[0].tls.names.\"*.b.example\".key: \"none.pem\""));
}

TEST_F(TlsFilesTest, AnExpiredCertificateIsAWarning) {
  const KeyPair old = pki_.Issue({.from_seconds = -7200, .until_seconds = -3600});
  files_["leaf.pem"] = old.certificate.text;
  files_["key.pem"] = old.key.text;
  EXPECT_THAT(ProblemOf(Problem::Kind::kWarning),
              HasSubstr("listeners[0].tls.certificate: the certificate in leaf.pem has expired"));
}

TEST_F(TlsFilesTest, NoProblemHasAWordOfAKey) {
  files_["key.pem"] = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n";
  EXPECT_EQ(ProblemOf().find("c2VjcmV0"), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::config
