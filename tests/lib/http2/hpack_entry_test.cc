#include "lib/http2/hpack_entry.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::http2 {
namespace {

// Of a field's bytes, and of the entry with the same ones.
HpackEntry EntryOf(const std::string& value_and_name, size_t value_size) {
  HpackEntry entry;
  entry.bytes = value_and_name.data();
  entry.value_size = static_cast<uint16_t>(value_size);
  entry.name_size = static_cast<uint16_t>(value_and_name.size() - value_size);
  return entry;
}

TEST(HpackEntryTest, IsAFieldWhoseBytesStandInOnePieceOrInTwo) {
  const std::string entry_bytes = "application/grpccontent-type";
  const HpackEntry entry = EntryOf(entry_bytes, 16);
  EXPECT_EQ(entry.name(), "content-type");
  EXPECT_EQ(entry.value(), "application/grpc");

  const std::string bytes = entry_bytes;
  const std::string_view whole = bytes;
  EXPECT_TRUE(entry.Is({whole.substr(16), whole.substr(0, 16)}));
  const std::string name = "content-type";
  const std::string value = "application/grpc";
  EXPECT_TRUE(entry.Is({name, value}));
  EXPECT_FALSE(entry.Is({name, "application/grpd"}));
  EXPECT_FALSE(entry.Is({"content-typf", value}));
}

TEST(HpackEntryTest, IsNoFieldThatPartsTheSameBytesElsewhere) {
  const std::string bytes = "abcdef";
  const HpackEntry entry = EntryOf(bytes, 2);
  const std::string_view whole = bytes;
  EXPECT_TRUE(entry.Is({whole.substr(2), whole.substr(0, 2)}));
  EXPECT_FALSE(entry.Is({whole.substr(3), whole.substr(0, 3)}));
  EXPECT_FALSE(entry.Is({whole.substr(2, 3), whole.substr(0, 2)}));
}

}  // namespace
}  // namespace evenkeel::http2
