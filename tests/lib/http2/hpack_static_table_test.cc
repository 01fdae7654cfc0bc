#include "lib/http2/hpack_static_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "lib/http2/hpack_bytes.h"

namespace evenkeel::http2 {
namespace {

KnownName Known(std::string_view name) { return FindKnownName(name, HashBytes(name)); }

TEST(HpackStaticTableTest, IsThatOfRfc7541) {
  const std::pair<uint32_t, std::pair<const char*, const char*>> entries[] = {
      {1, {":authority", ""}},
      {3, {":method", "POST"}},
      {4, {":path", "/"}},
      {6, {":scheme", "http"}},
      {8, {":status", "200"}},
      {14, {":status", "500"}},
      {16, {"accept-encoding", "gzip, deflate"}},
      {31, {"content-type", ""}},
      {32, {"cookie", ""}},
      {58, {"user-agent", ""}},
      {61, {"www-authenticate", ""}}};
  for (const auto& [index, field] : entries) {
    EXPECT_EQ(kStaticTable[index - 1].name(), field.first) << index;
    EXPECT_EQ(kStaticTable[index - 1].value(), field.second) << index;
  }
}

TEST(HpackStaticTableTest, FindsTheFirstEntryOfEachNameAndHowManyThereAre) {
  std::set<std::string> seen;
  for (uint32_t index = 1; index <= kStaticEntries; ++index) {
    const std::string name(kStaticTable[index - 1].name());
    if (!seen.insert(name).second) continue;
    const KnownName known = Known(name);
    EXPECT_EQ(known.index, index) << name;
    for (uint32_t i = 0; i < known.values; ++i) {
      EXPECT_EQ(kStaticTable[index - 1 + i].name(), name);
    }
    const uint32_t behind = index - 1 + known.values;
    EXPECT_TRUE(behind == kStaticEntries || kStaticTable[behind].name() != name) << name;
  }
}

TEST(HpackStaticTableTest, KeepsSecretsOutOfTables) {
  EXPECT_EQ(Known("authorization").insertion, Insertion::kSecret);
  EXPECT_EQ(Known("cookie").insertion, Insertion::kCookie);
}

TEST(HpackStaticTableTest, KnowsNothingOfOtherNames) {
  for (const char* name : {"", "x", "x-meta", "content-typf", ":authoritx"}) {
    const KnownName known = Known(name);
    EXPECT_EQ(known.index, 0) << name;
    EXPECT_EQ(known.insertion, Insertion::kAlways) << name;
  }
}

}  // namespace
}  // namespace evenkeel::http2
