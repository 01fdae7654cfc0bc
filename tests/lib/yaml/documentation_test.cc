// docs/configuration.md against the parser: the same keys, the same facts, real errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "lib/yaml/config_reader.h"
#include "lib/yaml/loader.h"

namespace evenkeel::config {
namespace {

std::string ReadDocument() {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/configuration.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands under each heading: ### `key`.
std::map<std::string, std::string> Sections(const std::string& document) {
  std::map<std::string, std::string> sections;
  std::istringstream lines(document);
  std::string line, key;
  while (std::getline(lines, line)) {
    if (line.starts_with("### `")) {
      key = line.substr(5, line.size() - 6);
      EXPECT_FALSE(sections.contains(key)) << key << " is documented twice";
      sections[key];
    } else if (line.starts_with("#")) {
      key.clear();
    } else if (!key.empty()) {
      sections[key] += line + "\n";
    }
  }
  return sections;
}

// "*duration, 10ms to 5m; default 1s*", the line under a key's heading.
std::string FactsLine(const KeyFacts& key) {
  std::string line = "*" + key.type;
  if (!key.range.empty()) line += ", " + key.range;
  if (key.required) return line + "; required*";
  return line + (key.fallback.empty() ? "; optional*" : "; default " + key.fallback + "*");
}

// The first fenced block of this language after a heading.
std::string Block(const std::string& document, const std::string& heading,
                  const std::string& language) {
  const std::string fence = "```" + language + "\n";
  const size_t start = document.find(fence, document.find(heading)) + fence.size();
  return document.substr(start, document.find("```", start) - start);
}

TEST(ConfigurationDocumentTest, HasEveryKeyOfTheParserWithItsFacts) {
  const auto sections = Sections(ReadDocument());
  for (const KeyFacts& key : KnownKeys()) {
    ASSERT_TRUE(sections.contains(key.path)) << "no section for " << key.path;
    EXPECT_THAT(sections.at(key.path), ::testing::StartsWith(FactsLine(key) + "\n")) << key.path;
  }
}

TEST(ConfigurationDocumentTest, HasNoKeyThatTheParserDoesNotKnow) {
  auto sections = Sections(ReadDocument());
  for (const KeyFacts& key : KnownKeys()) sections.erase(key.path);
  for (const auto& [key, text] : sections) ADD_FAILURE() << "there is no key " << key;
}

TEST(ConfigurationDocumentTest, ExplainsEveryKey) {
  for (const auto& [key, text] : Sections(ReadDocument())) {
    EXPECT_GT(text.size(), text.find('\n') + 30) << key << " has a heading and nothing else";
  }
}

TEST(ConfigurationDocumentTest, ShowsTheErrorsThatItsExampleHas) {
  const std::string document = ReadDocument();
  const auto result = LoadText(Block(document, "## Errors", "yaml"), "evenkeel.yaml");
  ASSERT_FALSE(result);
  EXPECT_EQ(Format(result.error()), Block(document, "## Errors", "text"));
}

TEST(ConfigurationDocumentTest, BeginsWithAFileThatWorks) {
  EXPECT_TRUE(LoadText(Block(ReadDocument(), "# Configuration", "yaml"), "evenkeel.yaml"));
}

}  // namespace
}  // namespace evenkeel::config
