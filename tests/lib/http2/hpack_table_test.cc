#include "lib/http2/hpack_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace evenkeel::http2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Entries(const HpackTable& table) {
  std::vector<std::string> entries;
  for (uint32_t age = 0; age < table.count(); ++age) {
    entries.push_back(std::string(table[age].name()) + ": " + std::string(table[age].value()));
  }
  return entries;
}

TEST(HpackTableTest, HasTheNewestEntryFirst) {
  HpackTable table(4096);
  table.Insert("a", "1");
  table.Insert("b", "22");
  EXPECT_THAT(Entries(table), ElementsAre("b: 22", "a: 1"));
  EXPECT_EQ(table.size(), 32u + 2 + 32 + 3);
}

TEST(HpackTableTest, EvictsTheOldestForWhatDoesNotFit) {
  HpackTable table(3 * 34);
  for (const char* value : {"1", "2", "3", "4", "5"}) table.Insert("n", value);
  EXPECT_THAT(Entries(table), ElementsAre("n: 5", "n: 4", "n: 3"));
  table.Insert("n", std::string(34 + 1, 'x'));
  EXPECT_THAT(Entries(table), ElementsAre("n: " + std::string(35, 'x'), "n: 5"));
}

TEST(HpackTableTest, TakesNameAndValueOfAnEntryThatGoes) {
  HpackTable table(100);
  const std::string name(30, 'n');
  const std::string value(30, 'v');
  table.Insert(name, value);
  table.Insert(table[0].name(), table[0].value());
  EXPECT_THAT(Entries(table), ElementsAre(name + ": " + value));
}

TEST(HpackTableTest, HoldsAsManyEntriesAsThereCanBe) {
  HpackTable table(HpackTable::kMostSize);
  for (int i = 0; i < 1000; ++i) table.Insert("", "");
  EXPECT_EQ(table.count(), HpackTable::kMostEntries);
  table.Insert("a", "");
  EXPECT_EQ(table.count(), HpackTable::kMostEntries - 1);
  EXPECT_EQ(table[0].name(), "a");
}

TEST(HpackTableTest, FitsAnEntryAsLargeAsItself) {
  HpackTable table(HpackTable::kMostSize);
  const std::string value(HpackTable::kMostSize - 32 - 1, 'v');
  EXPECT_TRUE(table.Fits("n", value));
  EXPECT_FALSE(table.Fits("nn", value));
  table.Insert("n", value);
  EXPECT_THAT(Entries(table), ElementsAre("n: " + value));
}

TEST(HpackTableTest, EvictsWhatALowerLimitNoLongerHolds) {
  HpackTable table(4096);
  for (const char* value : {"1", "2", "3"}) table.Insert("n", value);
  table.SetLimit(2 * 34);
  EXPECT_THAT(Entries(table), ElementsAre("n: 3", "n: 2"));
  table.SetLimit(0);
  EXPECT_THAT(Entries(table), IsEmpty());
  EXPECT_FALSE(table.Fits("", ""));
  table.SetLimit(4096);
  table.Insert("n", "4");
  EXPECT_THAT(Entries(table), ElementsAre("n: 4"));
}

}  // namespace
}  // namespace evenkeel::http2
