// deploy/examples: each file loads, and full.yaml has every key, each default as it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "lib/yaml/config_reader.h"
#include "lib/yaml/loader.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

const std::filesystem::path kExamples = EVENKEEL_SOURCE_DIR "/deploy/examples";

Config LoadExample(const std::string& name) {
  const auto result = LoadFile(kExamples / name);
  if (result) return *result;
  ADD_FAILURE() << Format(result.error());
  return {};
}

std::string ReadText(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The paths of all keys below `node`, written as KnownKeys writes them, with their texts.
void CollectKeys(const YamlNode& node, const std::string& path,
                 std::multimap<std::string, std::string>& keys) {
  for (const YamlNodePtr& item : node.items) CollectKeys(*item, path + "[]", keys);
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string below = JoinPath(path, path == "clusters" ? "<name>" : entry.key);
    keys.emplace(below, entry.value->text);
    CollectKeys(*entry.value, below, keys);
  }
}

TEST(ExamplesTest, EachLoads) {
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(kExamples)) {
    if (file.path().extension() != ".yaml") continue;  // what one of them names
    LoadExample(file.path().filename());
    ++files;
  }
  EXPECT_GE(files, 3);
}

TEST(ExamplesTest, TheSmallestHasThreeEndpointsBehindOneListener) {
  const Config config = LoadExample("minimal.yaml");
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_EQ(config.listeners[0]->address.ToString(), "127.0.0.1:50051");
  ASSERT_THAT(config.clusters, SizeIs(1));
  EXPECT_THAT(config.clusters[0]->endpoints, SizeIs(3));
}

TEST(ExamplesTest, TheFullOneHasEveryKeyWithItsDefault) {
  ErrorList errors("full.yaml");
  const YamlNodePtr root = ParseYaml(ReadText(kExamples / "full.yaml"), errors);
  ASSERT_TRUE(root);
  std::multimap<std::string, std::string> keys;
  CollectKeys(*root, "", keys);
  for (const KeyFacts& key : KnownKeys()) {
    if (key.path == "include") continue;     // it is one file
    if (key.path == "admin.mode") continue;  // of a unix socket, which is not the default
    // Of modes that are not the default.
    if (key.path == "listeners[].forward_client_certificate.trusted") continue;
    ASSERT_TRUE(keys.contains(key.path)) << key.path;
    if (key.fallback.empty() || keys.find(key.path)->second.empty()) continue;
    EXPECT_EQ(keys.find(key.path)->second, key.fallback) << key.path;
  }
}

}  // namespace
}  // namespace evenkeel::config
