#include "lib/yaml/or_off.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Part {
  uint32_t a = 1;
  bool operator==(const Part&) const = default;
};

void ReadPart(MapReader& map, Part& inside) {
  map.Optional("a", inside.a, Number(WholeNumbers{0, 9}));
}

TEST(OrOffTest, IsOffOrAMap) {
  const OrOff type{Group{ReadPart}};
  std::optional<Part> out;
  EXPECT_EQ(Read(type, "{a: 3}", out), "");
  EXPECT_EQ(out, Part{3});
  EXPECT_EQ(Read(type, "off", out), "");
  EXPECT_FALSE(out);
  EXPECT_EQ(type.Write(out).text, "off");
  EXPECT_EQ(OrLeftOut(ReadPart).Write(out).kind, Written::Kind::kNothing);
  EXPECT_THAT(Read(type, "on", out), HasSubstr("expected a map or off"));
}

TEST(OrOffTest, AMapChangesWhatItSaysOfTheDefault) {
  const OrOff type{Group{ReadPart}};
  std::optional<Part> out = Part{7};
  EXPECT_EQ(Read(type, "{}", out), "");
  EXPECT_EQ(out, Part{7});
  EXPECT_THAT(Read(type, "{b: 1}", out), HasSubstr("unknown key \"b\""));
}

TEST(OrOffTest, ItsFactsSayWhatIsTheDefault) {
  const OrOff type{Group{ReadPart}};
  EXPECT_EQ(type.Facts(std::optional<Part>()).fallback, "off");
  EXPECT_EQ(type.Facts(std::optional(Part())).fallback, "");
  EXPECT_THAT(type.Facts(std::optional(Part())).words, ElementsAre("off"));
  Catalog keys;
  type.Nested("k", std::optional<Part>(), keys);
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(keys[0].path, "k.a");
  EXPECT_EQ(keys[0].fallback, "1");
}

}  // namespace
}  // namespace evenkeel::config
