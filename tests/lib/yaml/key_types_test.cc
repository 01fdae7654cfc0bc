#include "lib/yaml/key_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lib/yaml/flag_key.h"
#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(KeyTypesTest, NumbersAndQuantitiesHaveLimits) {
  uint32_t number = 5;
  EXPECT_THAT(Read(WholeNumber(1, 9), "10", number), HasSubstr("allowed is 1 to 9"));
  EXPECT_THAT(Read(WholeNumber(1, 9), "\"3\"", number), HasSubstr("without quotes"));
  EXPECT_EQ(number, 5U);
  EXPECT_EQ(Read(WholeNumber(1, 9), "9", number), "");
  ExpectWritten(WholeNumber(1, 9), uint32_t{9}, "9");
  ExpectWritten(Decimal(0, 1), 0.25, "0.25");
  ExpectWritten(Size(0, 1 << 20), uint32_t{65536}, "64KiB");
  ExpectWritten(Duration(1ms, 1h), std::chrono::milliseconds(90'000), "90s");
}

TEST(KeyTypesTest, WhatIsNotSaidIsNotWritten) {
  EXPECT_EQ(WholeNumber(1, 9).Write(std::optional<uint32_t>()).kind, Written::Kind::kNothing);
  EXPECT_EQ(Text("name", CheckClusterName).Write("").kind, Written::Kind::kNothing);
  EXPECT_EQ(List{FlagKey()}.Write(std::vector<bool>()).kind, Written::Kind::kNothing);
}

TEST(KeyTypesTest, TextFollowsARule) {
  std::string name;
  EXPECT_THAT(Read(Text("name", CheckClusterName), "a b", name), HasSubstr("no name for"));
  EXPECT_THAT(Read(Text("name", CheckClusterName), "[a]", name), HasSubstr("expected a name"));
  ExpectWritten(Text("name", CheckClusterName), std::string("a"), "a");
}

TEST(KeyTypesTest, AddressesToConnectToHaveAPort) {
  base::Address address;
  EXPECT_THAT(Read(AddressKey(AddressKey::Port::kFixed), "a:0", address),
              HasSubstr("port 0 cannot be connected to"));
  EXPECT_EQ(Read(AddressKey(AddressKey::Port::kAny), "a:0", address), "");
}

struct Inside {
  uint32_t a = 1;
  bool operator==(const Inside&) const = default;
};

void ReadInside(MapReader& map, Inside& inside) { map.Optional("a", inside.a, WholeNumber(0, 9)); }

TEST(KeyTypesTest, AnOptionalMapIsThereWhereItStands) {
  std::optional<Inside> out;
  EXPECT_EQ(Read(Group{ReadInside}, "{}", out), "");
  EXPECT_TRUE(out);
  EXPECT_EQ(Group{ReadInside}.Write(out).Find("a")->text, "1");
  EXPECT_EQ(Group{ReadInside}.Write(std::optional<Inside>()).kind, Written::Kind::kNothing);
}

}  // namespace
}  // namespace evenkeel::config
