// The list of events, and docs/events.md, which must say the same.
#include "lib/telemetry/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using ::testing::MatchesRegex;
using ::testing::UnorderedElementsAreArray;

// "| `name` | level | `folder` | message |", the first cells of each row of the tables of events.
std::vector<std::string> Documented() {
  std::ifstream file(EVENKEEL_EVENTS_DOC);
  std::vector<std::string> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    size_t end = 0;
    for (int cell = 0; cell < 4; ++cell) end = line.find('|', end + 1);
    rows.push_back(line.substr(0, end + 1));
  }
  return rows;
}

TEST(EventTest, EachIsDocumentedAndNothingElseIs) {
  std::vector<std::string> rows;
  for (const EventFacts& each : AllEvents()) {
    rows.push_back("| `" + std::string(each.name) + "` | " + std::string(LogLevelName(each.level)) +
                   " | `" + std::string(LogFolderName(each.folder)) + "` | " +
                   std::string(each.message) + " |");
  }
  EXPECT_THAT(Documented(), UnorderedElementsAreArray(rows));
}

TEST(EventTest, EachHasANameOfItsOwnThatALabelCanHave) {
  std::set<std::string_view> names;
  for (const EventFacts& each : AllEvents()) {
    EXPECT_THAT(std::string(each.name), MatchesRegex("[a-z]+(_[a-z]+)*"));
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(FactsOf(each.event).name, each.name);
  }
  EXPECT_EQ(names.size(), kEventCount);
}

}  // namespace
}  // namespace evenkeel::telemetry
