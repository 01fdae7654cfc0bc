// Files as the world has them: missing, not readable, no files at all, far too large, hostile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lib/yaml/loader.h"
#include "lib/yaml/yaml_parser.h"
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::config {
namespace {

using ::testing::HasSubstr;

const char kGood[] =
    "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n"
    "clusters: {a: {endpoints: [\"127.0.0.1:2\"]}}\n";

std::string Repeated(const std::string& text, size_t times) {
  std::string result;
  result.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) result += text;
  return result;
}

// The only error of a text.
std::string ErrorOf(const std::string& text) {
  const auto result = LoadText(text, "file.yaml");
  if (result) return "none";
  EXPECT_EQ(result.error().size(), 1U);
  return Format(result.error().front());
}

class LoadFileTest : public ::testing::Test {
 protected:
  LoadFileTest() {
    std::string name = ::testing::TempDir() + "evenkeel-config-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~LoadFileTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ / name; }

  std::string Write(const std::string& text) const {
    std::ofstream(Path("file.yaml"), std::ios::binary) << text;
    return Path("file.yaml");
  }

  // The only error of a file, without the file's name.
  static std::string ErrorOfFile(const std::string& path) {
    const auto result = LoadFile(path);
    if (result) return "none";
    EXPECT_EQ(result.error().size(), 1U);
    EXPECT_EQ(result.error().front().file, path);
    return Format(result.error().front()).substr(path.size());
  }

 private:
  std::filesystem::path directory_;
};

TEST_F(LoadFileTest, ReadsAFile) { EXPECT_EQ(ErrorOfFile(Write(kGood)), "none"); }

// A listener whose certificate and key lie beside the file.
class LoadTlsTest : public LoadFileTest {
 protected:
  LoadTlsTest() {
    Put(pki_.Issue({}));
    Write(
        "listeners:\n"
        "  - address: \"127.0.0.1:1\"\n"
        "    cluster: a\n"
        "    tls: {certificate: leaf.pem, key: key.pem}\n"
        "clusters: {a: {endpoints: [\"127.0.0.1:2\"]}}\n");
  }

  void Put(const KeyPair& pair) {
    std::ofstream(Path("leaf.pem")) << pair.certificate.text;
    std::ofstream(Path("key.pem")) << pair.key.text;
  }
  Loading LoadIt() const { return Load(Path("file.yaml")); }

  tls::TestPki pki_;
};

TEST_F(LoadTlsTest, ReadsCertificatesBesideTheFile) {
  const Loading loading = LoadIt();
  ASSERT_TRUE(loading.config) << Format(loading.config.error());
  EXPECT_THAT(loading.config->listeners[0]->tls->pair.key.text, HasSubstr("PRIVATE KEY"));
  EXPECT_EQ(loading.files, (std::vector{Path("file.yaml"), Path("leaf.pem"), Path("key.pem")}));
  EXPECT_FALSE(loading.may_settle);
}

TEST_F(LoadTlsTest, AnotherCertificateIsAnotherConfiguration) {
  const Loading before = LoadIt();
  Put(pki_.Issue({}));
  const Loading after = LoadIt();
  ASSERT_TRUE(after.config);
  EXPECT_NE(*before.config, *after.config);
  EXPECT_NE(before.fingerprint, after.fingerprint);
}

TEST_F(LoadTlsTest, AKeyOfAnotherCertificateMayBeFollowedByItsOwn) {
  std::ofstream(Path("key.pem")) << pki_.Issue({}).key.text;
  const Loading loading = LoadIt();
  ASSERT_FALSE(loading.config);
  EXPECT_TRUE(loading.may_settle);
  EXPECT_THAT(Format(loading.config.error()),
              HasSubstr("file.yaml:4:39: listeners[0].tls.key: " + Path("key.pem") + " is not"));
  EXPECT_EQ(loading.files.size(), 3U) << "they are watched";
}

TEST_F(LoadTlsTest, WhatIsWrongOtherwiseSettlesByNothing) {
  Write("listeners: []\n");
  EXPECT_FALSE(LoadIt().may_settle);
}

TEST_F(LoadFileTest, NamesTheFileInErrors) {
  EXPECT_EQ(ErrorOfFile(Write("listeners: [{address: \"h:1\", cluster: a}]\nclusters: []\n")),
            ":2:11: clusters: expected a map, found a list; write each name as a key, and what it "
            "has below it");
}

TEST_F(LoadFileTest, SaysThatAFileIsMissing) {
  EXPECT_EQ(ErrorOfFile(Path("missing.yaml")),
            ":1:1: cannot be read: No such file or directory; check its path");
}

TEST_F(LoadFileTest, SaysThatAFileIsADirectory) {
  EXPECT_EQ(ErrorOfFile(Path("")), ":1:1: cannot be read: Is a directory; give a file in it");
}

TEST_F(LoadFileTest, SaysThatAPathLeadsThroughAFile) {
  EXPECT_EQ(ErrorOfFile(Write(kGood) + "/x"), ":1:1: cannot be read: Not a directory");
}

TEST_F(LoadFileTest, SaysThatAFileMayNotBeRead) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read every file";
  const std::string path = Write(kGood);
  chmod(path.c_str(), 0);
  EXPECT_THAT(ErrorOfFile(path), HasSubstr("Permission denied; check the permissions"));
}

TEST_F(LoadFileTest, SaysThatAFileIsEmpty) {
  EXPECT_EQ(ErrorOfFile(Write("")),
            ":1:1: the file is empty; it needs at least listeners and clusters");
}

TEST_F(LoadFileTest, RefusesAFileThatIsTooLarge) {
  EXPECT_EQ(ErrorOfFile(Write(Repeated("# comment\n", kMaxFileBytes / 10 + 1))),
            ":1:1: the file is larger than 4MiB; is it the right file?");
}

TEST_F(LoadFileTest, StopsReadingAFileWithoutAnEnd) {
  EXPECT_EQ(ErrorOfFile("/dev/zero"), ":1:1: the file is larger than 4MiB; is it the right file?");
}

TEST_F(LoadFileTest, ReadsAPipeToItsEnd) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], kGood, sizeof kGood - 1), static_cast<ssize_t>(sizeof kGood - 1));
  close(ends[1]);
  EXPECT_EQ(ErrorOfFile("/dev/fd/" + std::to_string(ends[0])), "none");
  close(ends[0]);
}

TEST_F(LoadFileTest, DoesNotWaitForEverForAPipeIntoWhichNobodyWrites) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(
      ErrorOfFile(Path("pipe")),
      ":1:1: cannot be read: Connection timed out; it is a pipe or device that gives nothing; "
      "give a file");
}

TEST(HostileTextTest, NestingIsRefusedBeforeTheStackEnds) {
  const auto lists = [](size_t depth) { return Repeated("[", depth) + Repeated("]", depth); };
  EXPECT_THAT(ErrorOf(lists(kMaxDepth)), HasSubstr("expected a map, found a list"));
  EXPECT_THAT(ErrorOf(lists(kMaxDepth + 1)), HasSubstr("nested deeper than 32"));
  EXPECT_THAT(ErrorOf(Repeated("- ", 100'000)), HasSubstr("nested deeper than 32"));
}

TEST(HostileTextTest, EndlessOpeningsAreRefusedInTime) {
  for (const char* each : {"[", "{", "{a: ", "- ", "? ", "[{a: ", "[[], ", "&a ", "!a ", "*a ",
                           ": ", ",", "'", "\"", "|", "%", "---\n", "...\n", "[${"}) {
    EXPECT_THAT(ErrorOf(Repeated(each, 100'000)), HasSubstr("file.yaml:")) << each;
  }
}

TEST(HostileTextTest, EndlessVariablesAreReadInTime) {
  for (const char* end : {"\n", "}\n", ":}\n"}) {
    EXPECT_THAT(ErrorOf(Repeated("${", 500'000) + end), HasSubstr("file.yaml:")) << end;
  }
}

TEST(HostileTextTest, AliasesCannotMultiplyWithoutBound) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + Repeated(last + ", ", 9) +
            last + "]\n";
  }
  EXPECT_THAT(ErrorOf(text), HasSubstr("more than 200000 nodes"));
}

TEST(HostileTextTest, AliasesCannotMultiplyLongTextEither) {
  const std::string text =
      "a: &a " + std::string(1'000'000, 'x') + "\nb: [" + Repeated("*a, ", 10'000) + "*a]\n";
  EXPECT_THAT(ErrorOf(text), HasSubstr("more than 200000 nodes"));
}

TEST(HostileTextTest, VeryManyNodesAreRefused) {
  EXPECT_THAT(ErrorOf("a: [" + Repeated("x,", 300'000) + "x]\n"), HasSubstr("200000 nodes"));
}

TEST(HostileTextTest, VeryManyErrorsEndAtSomePoint) {
  const auto result = LoadText(Repeated("? x\n: y\n", 50'000), "file.yaml");
  ASSERT_FALSE(result);
  EXPECT_LE(result.error().size(), ErrorList::kMaxErrors + 1);
}

TEST(HostileTextTest, ErrorsQuoteOnlyThePartOfLongText) {
  const auto result = LoadText("workers: " + std::string(100'000, 'x') + "\n", "file.yaml");
  ASSERT_FALSE(result);
  EXPECT_LT(Format(result.error()).size(), 1000U);
}

TEST(HostileTextTest, TenThousandEndpointsAreNoTrouble) {
  std::string text =
      "listeners: [{address: \"h:1\", cluster: a}]\nclusters:\n  a:\n    endpoints:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += "      - address: \"10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256) +
            ":1\"\n";
  }
  const auto result = LoadText(text, "file.yaml");
  ASSERT_TRUE(result) << Format(result.error());
  EXPECT_EQ(result->clusters[0]->endpoints.size(), 10'000U);
}

}  // namespace
}  // namespace evenkeel::config
