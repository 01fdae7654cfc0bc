#include "lib/yaml/metadata_key.h"

#include <gtest/gtest.h>

#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

std::vector<Metadata> Read(std::string_view text, ErrorList& errors) {
  const Variables variables = [](const std::string&) { return std::optional<std::string>("v"); };
  std::vector<Metadata> metadata;
  const YamlNodePtr root = ParseYaml(text, errors, {0, &variables});
  if (root) MetadataKey(CheckSentName).Read(Place(*root, "m", errors), metadata);
  return metadata;
}

TEST(MetadataKeyTest, ReadsNamesAndValuesAndWhereTheyComeFrom) {
  ErrorList errors("f");
  const auto metadata = Read("{x-a: b, x-c: \"${D}\"}", errors);
  EXPECT_EQ(errors.size(), 0U);
  EXPECT_EQ(metadata, (std::vector<Metadata>{{"x-a", "b"}, {"x-c", "v", true}}));
}

std::vector<Metadata> ReadSecret(const std::string& secret, ErrorList& errors) {
  const Variables variables = [](const std::string&) { return std::nullopt; };
  const Secrets secrets = [&secret](const std::string&) { return secret; };
  std::vector<Metadata> metadata;
  const YamlNodePtr root = ParseYaml("{x-a: \"${file:s}\"}", errors, {0, &variables, &secrets});
  if (root) MetadataKey().Read(Place(*root, "m", errors), metadata);
  return metadata;
}

TEST(MetadataKeyTest, ReadsWhatAFileOfASecretHolds) {
  ErrorList errors("f");
  const auto metadata = ReadSecret("s3cr3t", errors);
  EXPECT_EQ(errors.size(), 0U);
  EXPECT_EQ(metadata, (std::vector<Metadata>{{"x-a", "s3cr3t", true}}));
  EXPECT_TRUE(IsSecret(metadata.front()));
}

TEST(MetadataKeyTest, DoesNotQuoteASecretThatNoValueMayBe) {
  ErrorList errors("f");
  ReadSecret("two\nlines", errors);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(Format(std::move(errors).Take().front()).find("lines"), std::string::npos);
}

TEST(MetadataKeyTest, RefusesWhatItsRuleRefuses) {
  ErrorList errors("f");
  Read("{te: a, x-b: [c]}", errors);
  EXPECT_EQ(errors.size(), 2U);
  Read("[x-a]", errors);
  EXPECT_EQ(errors.size(), 3U);
}

TEST(MetadataKeyTest, WritesSecretsAsSuch) {
  const Written map = MetadataKey().Write({{"x-a", "b"}, {"cookie", "c"}});
  EXPECT_EQ(map.Find("x-a")->kind, Written::Kind::kText);
  EXPECT_EQ(map.Find("cookie")->kind, Written::Kind::kSecret);
  EXPECT_EQ(MetadataKey().Write({}).kind, Written::Kind::kNothing);
}

}  // namespace
}  // namespace evenkeel::config
