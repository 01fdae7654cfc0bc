#include "lib/yaml/file_mode_key.h"

#include <gtest/gtest.h>

namespace evenkeel::config {
namespace {

// "nothing" where it is refused.
std::string Read(const std::string& text, YamlNode::Kind kind = YamlNode::Kind::kPlain) {
  const YamlNode node{.kind = kind, .text = text};
  ErrorList errors("file");
  std::optional<uint32_t> mode;
  FileModeKey().Read(Place(node, "mode", errors), mode);
  EXPECT_EQ(mode.has_value(), errors.size() == 0) << text;
  return mode ? std::to_string(*mode) : "nothing";
}

TEST(FileModeKeyTest, ReadsOctalDigitsAsChmodDoes) {
  EXPECT_EQ(Read("660"), std::to_string(0660));
  EXPECT_EQ(Read("0660"), std::to_string(0660));
  EXPECT_EQ(Read("0660", YamlNode::Kind::kQuoted), std::to_string(0660));
  EXPECT_EQ(Read("000"), "0");
}

TEST(FileModeKeyTest, RefusesWhatIsNone) {
  for (const char* each : {"66", "6600", "1660", "668", "-66", "0o660", "0x1f", "rw-rw----", ""}) {
    EXPECT_EQ(Read(each), "nothing") << each;
  }
}

TEST(FileModeKeyTest, WritesFourDigits) {
  EXPECT_EQ(FileModeKey().Write(0660).text, "0660");
  EXPECT_EQ(FileModeKey().Write(7).text, "0007");
  EXPECT_EQ(FileModeKey().Write(std::nullopt).kind, Written::Kind::kNothing);
}

}  // namespace
}  // namespace evenkeel::config
