// The schema against the parser's own list of keys, and docs/evenkeel.schema.json against both.
// tests/e2e/schema_test.py holds it against the parser's verdicts.
#include "lib/config_json/schema.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "lib/yaml/config_reader.h"
#include "lib/yaml/loader.h"
#include "lib/yaml/starting_file.h"

namespace evenkeel::admin {
namespace {

using Json = nlohmann::json;

// The map in a schema: its own, that of its items, or one that may stand in place of a list.
const Json* MapWithin(const Json& schema, const std::string& next) {
  const Json* at = &schema;
  while (!at->contains("properties") && !at->contains("additionalProperties")) {
    if (at->contains("items")) {
      at = &(*at)["items"];
    } else if (at->contains("anyOf")) {
      const Json& either = (*at)["anyOf"];
      const bool in_place = either.size() == 3 && either[1]["properties"].contains(next);
      at = in_place ? &either[1] : &either.back();
    } else {
      return at;
    }
  }
  return at;
}

// What the schema says of a key, by its path in the catalog; null: nothing.
const Json* Find(const Json& root, std::string path) {
  const Json* at = &root;
  for (size_t end = 0; end != std::string::npos && at != nullptr;) {
    end = path.find('.');
    std::string name = path.substr(0, end);
    path.erase(0, end == std::string::npos ? end : end + 1);
    if (name.ends_with("[]")) name.resize(name.size() - 2);
    at = MapWithin(*at, name);
    if (name == "<name>") {
      at = &(*at)["additionalProperties"];
    } else {
      at = at->contains("properties") && (*at)["properties"].contains(name)
               ? &(*at)["properties"][name]
               : nullptr;
    }
  }
  return at;
}

TEST(SchemaTest, HasEveryKeyOfTheParserWithItsFacts) {
  const Json schema = Json::parse(SchemaJson());
  for (const config::KeyFacts& key : config::KnownKeys()) {
    const Json* found = Find(schema, key.path);
    ASSERT_NE(found, nullptr) << key.path;
    const std::string text = found->value("description", "");
    EXPECT_TRUE(text.starts_with(key.type)) << key.path << ": " << text;
    EXPECT_NE(text.find(key.range), std::string::npos) << key.path;
    const Json& number = found->contains("anyOf") ? (*found)["anyOf"][0] : *found;
    EXPECT_EQ(number.value("minimum", -1.0), key.min.value_or(-1)) << key.path;
    EXPECT_EQ(number.value("maximum", -1.0), key.max.value_or(-1)) << key.path;
  }
}

TEST(SchemaTest, IsTheFileInDocs) {
  std::ifstream file(EVENKEEL_SOURCE_DIR "/docs/evenkeel.schema.json");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == SchemaJson())
      << "to correct it: evenkeel schema > docs/evenkeel.schema.json";
}

TEST(StartingFileTest, IsAConfigurationThatWorks) {
  const auto config = config::LoadText(config::kStartingFile, "evenkeel.yaml");
  EXPECT_TRUE(config) << config::Format(config.error());
}

}  // namespace
}  // namespace evenkeel::admin
