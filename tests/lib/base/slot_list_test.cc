#include "lib/base/slot_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

using ::testing::UnorderedElementsAre;

struct Thing : Slotted {
  explicit Thing(int number) : number(number) {}
  const int number;
};

class SlotListTest : public ::testing::Test {
 protected:
  Thing& Add(int number) { return list_.Add(std::make_unique<Thing>(number)); }
  std::vector<int> Numbers() const {
    std::vector<int> numbers;
    for (const auto& each : list_) numbers.push_back(each->number);
    return numbers;
  }

  SlotList<Thing> list_;
};

TEST_F(SlotListTest, AnyMayLeave) {
  Thing& first = Add(1);
  Thing& second = Add(2);
  Thing& third = Add(3);
  EXPECT_EQ(list_.Take(first)->number, 1);
  EXPECT_THAT(Numbers(), UnorderedElementsAre(2, 3));
  EXPECT_EQ(list_.Take(third)->number, 3);  // it has had the first one's slot
  EXPECT_EQ(list_.Take(second)->number, 2);
  EXPECT_TRUE(list_.empty());
}

TEST_F(SlotListTest, TheLastMayLeaveToo) {
  Add(1);
  list_.Take(Add(2));
  EXPECT_THAT(Numbers(), UnorderedElementsAre(1));
  EXPECT_EQ(list_.size(), 1u);
}

}  // namespace
}  // namespace evenkeel::base
