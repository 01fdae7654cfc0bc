#include "lib/yaml/status_list_key.h"

#include <gmock/gmock.h>

#include "tests/lib/yaml/read_key.h"

namespace evenkeel::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::string_view kWords[] = {"ABORTED", "INTERNAL"};

std::optional<Complaint> Check(std::string_view text) {
  if (std::ranges::find(kWords, text) != std::end(kWords)) return std::nullopt;
  return Complaint{Quoted(text) + " is wrong", "write another"};
}

TEST(StatusListKeyTest, AListTakesThePlaceOfTheDefault) {
  std::vector<std::string> statuses = {"INTERNAL"};
  EXPECT_EQ(Read(StatusListKey(Check), "[ABORTED]", statuses), "");
  EXPECT_THAT(statuses, ElementsAre("ABORTED"));
  EXPECT_THAT(Read(StatusListKey(Check), "[]", statuses), HasSubstr("is an empty list"));
  EXPECT_THAT(Read(StatusListKey(Check), "5", statuses), HasSubstr("expected a list"));
  EXPECT_THAT(statuses, ElementsAre("ABORTED")) << "what is no list takes nobody's place";
}

TEST(StatusListKeyTest, EachNameIsChecked) {
  std::vector<std::string> statuses;
  EXPECT_THAT(Read(StatusListKey(Check), "[ABORTED, aborted]", statuses),
              HasSubstr("k[1]: \"aborted\" is wrong; write another"));
  EXPECT_THAT(Read(StatusListKey(Check), "ABORTED", statuses), HasSubstr("expected a list"));
}

TEST(StatusListKeyTest, ItsFactsHaveTheDefaultAndTheWords) {
  const KeyFacts facts = StatusListKey(Check, kWords).Facts({"ABORTED", "INTERNAL"});
  EXPECT_EQ(facts.type, "list of: status name");
  EXPECT_EQ(facts.fallback, "ABORTED, INTERNAL");
  EXPECT_THAT(facts.words, ElementsAre("ABORTED", "INTERNAL"));
  EXPECT_THAT(StatusListKey(Check).Facts({}).words, IsEmpty());
}

}  // namespace
}  // namespace evenkeel::config
