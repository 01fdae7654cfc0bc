// Files that include others: what adds up, and where errors say they are.
#include "lib/yaml/file_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

class FileTreeTest : public ::testing::Test {
 protected:
  FileTreeTest() {
    std::string name = ::testing::TempDir() + "evenkeel-include-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~FileTreeTest() override { std::filesystem::remove_all(directory_); }

  std::string Path(const std::string& name) const { return directory_ / name; }
  void Write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(Path(name)).parent_path());
    std::ofstream(Path(name)) << text;
  }
  Loading Load() const { return config::Load(Path("main.yaml")); }
  /// The first error, without the folder's name.
  std::string Error() const {
    const Loading loading = Load();
    if (loading.config) return "none";
    std::string text = Format(loading.config.error().front());
    for (size_t at; (at = text.find(directory_.string() + "/")) != std::string::npos;) {
      text.erase(at, directory_.string().size() + 1);
    }
    return text;
  }

 private:
  std::filesystem::path directory_;
};

const char kListener[] = "listeners: [{address: \"127.0.0.1:1\", cluster: a}]\n";
const char kClusterA[] = "clusters: {a: {endpoints: [\"127.0.0.1:2\"]}}\n";
const char kClusterB[] = "clusters: {b: {endpoints: [\"127.0.0.1:2\"]}}\n";

TEST_F(FileTreeTest, TheListenersAndClustersOfAllFilesAddUp) {
  Write("main.yaml", std::string("include: [b.yaml, more/c.yaml]\n") + kListener + kClusterA);
  Write("b.yaml", kClusterB);
  Write("more/c.yaml", "include: d.yaml\nlisteners: [{address: \"127.0.0.1:3\", cluster: d}]\n");
  Write("more/d.yaml", "clusters: {d: {endpoints: [\"127.0.0.1:2\"]}}\n");
  const Loading loading = Load();
  ASSERT_TRUE(loading.config) << Format(loading.config.error());
  EXPECT_EQ(loading.config->listeners.size(), 2U);
  EXPECT_EQ(loading.config->clusters.size(), 3U);
  EXPECT_THAT(loading.files, ElementsAre(EndsWith("main.yaml"), EndsWith("b.yaml"),
                                         EndsWith("more/c.yaml"), EndsWith("more/d.yaml")));
}

TEST_F(FileTreeTest, ErrorsNameTheFileTheyAreIn) {
  Write("main.yaml", std::string("include: b.yaml\n") + kListener);
  Write("b.yaml", "clusters:\n  a:\n    endpoints: [\"127.0.0.1:0\"]\n");
  EXPECT_THAT(Error(), HasSubstr("b.yaml:3:17: clusters.a.endpoints[0]: port 0"));
}

TEST_F(FileTreeTest, WhatStandsInTwoFilesNamesBoth) {
  Write("main.yaml", std::string("include: b.yaml\n") + kListener + kClusterA);
  Write("b.yaml", kClusterA);
  EXPECT_EQ(Error(),
            "b.yaml:1:12: clusters.a: this key stands here twice, first in line 3 of main.yaml; "
            "remove one");
}

TEST_F(FileTreeTest, AFileThatIsNotThereIsAnErrorWhereItIsNamedAndIsWatchedFor) {
  Write("main.yaml", std::string(kListener) + "include: [gone.yaml]\n");
  EXPECT_EQ(Error(),
            "main.yaml:2:11: include: \"gone.yaml\" cannot be read: No such file or directory; "
            "paths are relative to the file that includes them");
  EXPECT_THAT(Load().files, ElementsAre(EndsWith("main.yaml"), EndsWith("gone.yaml")));
}

TEST_F(FileTreeTest, FilesInACircleAreAnError) {
  Write("main.yaml", std::string("include: b.yaml\n") + kListener);
  Write("b.yaml", "include: main.yaml\n");
  EXPECT_EQ(Error(),
            "b.yaml:1:10: include: the files include each other in a circle: main.yaml → b.yaml → "
            "main.yaml; break the circle");
}

TEST_F(FileTreeTest, FilesThatIncludeEachOtherTooDeepAreAnError) {
  Write("main.yaml", "include: 1.yaml\n");
  for (int i = 1; i < 20; ++i) {
    Write(std::to_string(i) + ".yaml", "include: " + std::to_string(i + 1) + ".yaml\n");
  }
  EXPECT_THAT(Error(),
              HasSubstr("7.yaml:1:10: include: files include each other more than 8 deep"));
}

TEST_F(FileTreeTest, OnlyNamesOfFilesCanBeIncluded) {
  Write("main.yaml", std::string(kListener) + "include: {a: b}\n");
  EXPECT_THAT(Error(), HasSubstr("main.yaml:2:10: include: expected a file or a list of files"));
  Write("main.yaml", std::string(kListener) + "include: [[b]]\n");
  EXPECT_THAT(Error(), HasSubstr("main.yaml:2:11: include: expected a file, found a list"));
}

TEST_F(FileTreeTest, AnIncludedFileIsAMap) {
  Write("main.yaml", std::string(kListener) + "include: b.yaml\n");
  Write("b.yaml", "- a\n");
  EXPECT_THAT(Error(), HasSubstr("b.yaml:1:1: expected a map, found a list"));
}

TEST_F(FileTreeTest, TheFingerprintIsThatOfAllTexts) {
  Write("main.yaml", std::string("include: b.yaml\n") + kListener + kClusterA);
  Write("b.yaml", kClusterB);
  const uint64_t before = Load().fingerprint;
  EXPECT_EQ(Load().fingerprint, before);
  Write("b.yaml", std::string(kClusterB) + "#\n");
  EXPECT_NE(Load().fingerprint, before);
}

TEST(LoadTextTest, TextFromElsewhereIncludesNothing) {
  const auto result = LoadText("include: /etc/passwd\n", "file.yaml");
  ASSERT_FALSE(result);
  EXPECT_THAT(Format(result.error()), HasSubstr("cannot be read: Operation not permitted"));
}

const char kSecretHeader[] =
    "clusters:\n  a:\n    endpoints: [\"127.0.0.1:2\"]\n"
    "    health_check: {metadata: {x-a: \"t ${file:token}\"}}\n";

TEST_F(FileTreeTest, SecretsLieBesideTheFileThatNamesThemAndAreWatched) {
  Write("main.yaml", std::string("include: more/a.yaml\n") + kListener);
  Write("more/a.yaml", kSecretHeader);
  Write("more/token", "s3cr3t\n");
  const Loading loading = Load();
  ASSERT_TRUE(loading.config) << Format(loading.config.error());
  const auto& metadata = loading.config->clusters[0]->health_check->metadata;
  EXPECT_EQ(metadata, (std::vector<Metadata>{{"x-a", "t s3cr3t", true}}));
  EXPECT_THAT(loading.files,
              ElementsAre(EndsWith("main.yaml"), EndsWith("more/a.yaml"), EndsWith("more/token")));
}

TEST_F(FileTreeTest, ASecretThatCannotBeHadIsAnErrorWhereItIsNamedAndIsWatchedFor) {
  Write("main.yaml", std::string(kListener) + kSecretHeader);
  EXPECT_EQ(Error(),
            "main.yaml:5:36: \"token\" cannot be read: No such file or directory; check the path, "
            "which is relative to the file that names it; a file has no default");
  EXPECT_THAT(Load().files, ElementsAre(EndsWith("main.yaml"), EndsWith("token")));
  Write("token", "\n");
  EXPECT_EQ(Error(),
            "main.yaml:5:36: the secret file \"token\" is empty; write the secret into it");
}

TEST_F(FileTreeTest, ASecretThatWouldBeShownIsAnErrorThatDoesNotShowIt) {
  Write("token", "s3cr3t");
  for (const char* each : {"workers: \"${file:token}\"\n", "admin: \"${file:token}\"\n",
                           "admin: {address: \"${file:token}\"}\n"}) {
    Write("main.yaml", std::string(each) + kListener + kClusterA);
    EXPECT_THAT(Error(), HasSubstr("a secret cannot stand here, where it would be shown"));
    EXPECT_EQ(Error().find("s3cr3t"), std::string::npos);
  }
  Write("main.yaml", std::string("include: \"${file:token}\"\n") + kListener + kClusterA);
  EXPECT_THAT(Error(), HasSubstr("\"***\""));
}

}  // namespace
}  // namespace evenkeel::config
