#include "lib/yaml/key_types.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "lib/yaml/flag_key.h"
#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(KeyTypesTest, NumbersAreOfTheirForm) {
  uint32_t number = 5;
  EXPECT_THAT(Read(Number(WholeNumbers{1, 9}), "\"3\"", number), HasSubstr("without quotes"));
  EXPECT_EQ(number, 5U);
  EXPECT_EQ(Read(Number(WholeNumbers{1, 9}), "9", number), "");
  ExpectWritten(Number(WholeNumbers{1, 9}), uint32_t{9}, "9");
  ExpectWritten(Number(Decimals{0, 1}), 0.25, "0.25");
  ExpectWritten(Number(Sizes{0, 1 << 20}), uint32_t{65536}, "64KiB");
  ExpectWritten(Number(Durations{1ms, 1h}), std::chrono::milliseconds(90'000), "90s");
}

// What is out of bounds and fits is Validate's to refuse, wherever it comes from.
TEST(KeyTypesTest, NumbersFitTheirMember) {
  uint16_t number = 5;
  EXPECT_EQ(Read(Number(WholeNumbers{1, 9}), "10", number), "");
  EXPECT_EQ(number, 10U);
  EXPECT_THAT(Read(Number(WholeNumbers{1, 9}), "-1", number),
              HasSubstr("\"-1\" is out of range; allowed is 1 to 9"));
  EXPECT_THAT(Read(Number(WholeNumbers{1, 9}), "65536", number), HasSubstr("allowed is 1 to 9"));
  EXPECT_EQ(number, 10U);
  std::chrono::nanoseconds time = 1s;
  EXPECT_THAT(Read(Number(Durations{1ms, 1h}), "9999999h", time),
              HasSubstr("allowed is 1ms to 1h"));
  EXPECT_EQ(time, 1s);
  std::optional<double> share;
  EXPECT_EQ(Read(Number(Decimals{0, 1}), "1e999", share), "");
  EXPECT_EQ(share, HUGE_VAL);
}

TEST(KeyTypesTest, WhatIsNotSaidIsNotWritten) {
  EXPECT_EQ(Number(WholeNumbers{1, 9}).Write(std::optional<uint32_t>()).kind,
            Written::Kind::kNothing);
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

void ReadInside(MapReader& map, Inside& inside) {
  map.Optional("a", inside.a, Number(WholeNumbers{0, 9}));
}

TEST(KeyTypesTest, AnOptionalMapIsThereWhereItStands) {
  std::optional<Inside> out;
  EXPECT_EQ(Read(Group{ReadInside}, "{}", out), "");
  EXPECT_TRUE(out);
  EXPECT_EQ(Group{ReadInside}.Write(out).Find("a")->text, "1");
  EXPECT_EQ(Group{ReadInside}.Write(std::optional<Inside>()).kind, Written::Kind::kNothing);
}

}  // namespace
}  // namespace evenkeel::config
