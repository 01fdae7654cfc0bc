#include "lib/yaml/map_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/yaml/flag_key.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Example {
  std::string name;
  uint32_t count = 3;
  bool fast = false;
  uint32_t speed = 0;
};

// One function, as every reader has: it reads, describes and writes.
void ReadExample(MapReader& map, Example& example) {
  map.Required("name", example.name, Text("name", CheckClusterName));
  map.Optional("count", example.count, Number(WholeNumbers{1, 10}));
  map.Optional("fast", example.fast, FlagKey());
  map.OptionalIf(example.fast, {"is for fast ones", "remove it"}, "speed", example.speed,
                 Number(WholeNumbers{0, 9}));
  map.Elsewhere("limit", "it is a flag");
}

std::vector<std::string> ErrorsOf(std::string_view text, Example& example) {
  ErrorList errors("x");
  const YamlNodePtr root = ParseYaml(text, errors);
  if (root) Group{ReadExample}.Read(Place(*root, "", errors), example);
  std::vector<std::string> lines;
  for (const ConfigError& each : std::move(errors).Take()) lines.push_back(Format(each));
  return lines;
}

TEST(MapReaderTest, ReadsTheKeysItIsAskedFor) {
  Example example;
  EXPECT_THAT(ErrorsOf("{name: a, fast: true, speed: 2}", example), IsEmpty());
  EXPECT_EQ(example.name, "a");
  EXPECT_EQ(example.count, 3U);
  EXPECT_EQ(example.speed, 2U);
}

TEST(MapReaderTest, GoesOnAfterAnError) {
  Example example;
  EXPECT_THAT(ErrorsOf("{count: -1, speed: 1, limit: 5, nam: a}", example),
              ElementsAre("x:1:1: name: is missing; it is required here",
                          "x:1:9: count: \"-1\" is out of range; allowed is 1 to 10",
                          "x:1:20: speed: is for fast ones; remove it",
                          "x:1:23: limit: unknown key \"limit\"; it is a flag",
                          "x:1:33: nam: unknown key \"nam\"; did you mean \"name\"?"));
}

TEST(MapReaderTest, DescribesTheSameKeys) {
  Catalog catalog;
  Group{ReadExample}.Nested("top", Example{}, catalog);
  std::vector<std::string> facts;
  for (const KeyFacts& each : catalog) facts.push_back(each.path + " " + each.fallback);
  EXPECT_THAT(facts, ElementsAre("top.name ", "top.count 3", "top.fast false", "top.speed 0"));
  EXPECT_TRUE(catalog[0].required);
}

TEST(MapReaderTest, WritesWhatItWouldRead) {
  const Written written = Group{ReadExample}.Write(Example{.name = "a", .fast = true, .speed = 4});
  std::string text;
  for (const auto& [key, value] : written.entries) text += key + ": " + value.text + ", ";
  EXPECT_EQ(text, "name: a, count: 3, fast: true, speed: 4, ");
  Example again;
  EXPECT_THAT(ErrorsOf("{" + text + "}", again), IsEmpty());
  EXPECT_EQ(Group{ReadExample}.Write(again), written);
}

TEST(MapReaderTest, LeavesOutWhatHasNoMeaning) {
  const Written written = Group{ReadExample}.Write(Example{.name = "a", .speed = 4});
  EXPECT_EQ(written.Find("speed"), nullptr);
}

}  // namespace
}  // namespace evenkeel::config
