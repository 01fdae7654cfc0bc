// deploy/examples: each file loads, and full.yaml has every key, tls.yaml those of TLS, each
// default as it is.
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
#include "tests/lib/tls/test_pki.h"

namespace evenkeel::config {
namespace {

using ::testing::Contains;
using ::testing::SizeIs;

const std::filesystem::path kExamples = EVENKEEL_SOURCE_DIR "/deploy/examples";

// With certificates beside them, as certificates.sh makes them.
class Copies {
 public:
  Copies() {
    std::string name = ::testing::TempDir() + "evenkeel-examples-XXXXXX";
    folder_ = mkdtemp(name.data());
    std::filesystem::copy(kExamples, folder_);
    std::filesystem::create_directory(folder_ / "certs");
    tls::TestPki pki;
    Write("ca.pem", pki.authority().text);
    for (const char* each : {"server", "other", "client"}) {
      const KeyPair pair = pki.Issue({});
      Write(std::string(each) + ".pem", pair.certificate.text);
      Write(std::string(each) + "-key.pem", pair.key.text);
    }
  }
  ~Copies() { std::filesystem::remove_all(folder_); }

  std::filesystem::path Path(const std::string& name) const { return folder_ / name; }

 private:
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / "certs" / name) << text;
  }

  std::filesystem::path folder_;
};

Config LoadExample(const std::string& name) {
  const Copies copies;
  const auto result = LoadFile(copies.Path(name));
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
    const bool is_name = path == "clusters" || path == "listeners[].tls.names";
    const std::string below = JoinPath(path, is_name ? "<name>" : entry.key);
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
  EXPECT_GE(files, 4);
}

TEST(ExamplesTest, TheSmallestHasThreeEndpointsBehindOneListener) {
  const Config config = LoadExample("minimal.yaml");
  ASSERT_THAT(config.listeners, SizeIs(1));
  EXPECT_EQ(config.listeners[0]->address.ToString(), "127.0.0.1:50051");
  ASSERT_THAT(config.clusters, SizeIs(1));
  EXPECT_THAT(config.clusters[0]->endpoints, SizeIs(3));
}

std::multimap<std::string, std::string> KeysOf(const std::string& name) {
  std::multimap<std::string, std::string> keys;
  ErrorList errors(name);
  const YamlNodePtr root = ParseYaml(ReadText(kExamples / name), errors);
  EXPECT_TRUE(root);
  if (root) CollectKeys(*root, "", keys);
  return keys;
}

TEST(ExamplesTest, TheFullOneHasEveryKeyWithItsDefault) {
  const auto of_all = KeysOf("full.yaml");
  const auto of_tls = KeysOf("tls.yaml");
  for (const KeyFacts& key : KnownKeys()) {
    const auto& keys = key.path.find(".tls") == std::string::npos ? of_all : of_tls;
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
