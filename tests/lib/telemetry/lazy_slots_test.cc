#include "lib/telemetry/lazy_slots.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace evenkeel::telemetry {
namespace {

TEST(LazySlotsTest, HasNothingBeforeTheFirstUse) {
  const LazySlots<std::string> slots;
  EXPECT_EQ(slots.Find(0), nullptr);
  EXPECT_EQ(slots.Find(LazySlots<std::string>::kCapacity - 1), nullptr);
}

TEST(LazySlotsTest, MakesAnElementOnceAndKeepsItsPlace) {
  LazySlots<std::string> slots;
  slots[300] = "three hundred";
  const std::string* const place = &slots[300];
  for (size_t i = 0; i < 2000; ++i) slots[i];
  EXPECT_EQ(&slots[300], place);
  EXPECT_EQ(slots.Find(300), place);
  EXPECT_EQ(*place, "three hundred");
}

TEST(LazySlotsTest, ReachesFromTheFirstIndexToTheLast) {
  LazySlots<std::string> slots;
  slots[0] = "first";
  slots[LazySlots<std::string>::kCapacity - 1] = "last";
  EXPECT_EQ(*slots.Find(0), "first");
  EXPECT_EQ(*slots.Find(LazySlots<std::string>::kCapacity - 1), "last");
  EXPECT_EQ(slots.Find(1), nullptr);
}

TEST(LazySlotsTest, ShowsAnElementWholeToAnotherThread) {
  constexpr size_t kElements = 5000;
  LazySlots<std::string> slots;
  std::thread maker([&slots] {
    for (size_t i = 0; i < kElements; ++i) slots[i];
  });
  for (size_t i = 0; i < kElements;) {
    const std::string* const found = slots.Find(i);
    if (found == nullptr) continue;
    EXPECT_EQ(*found, "");
    ++i;
  }
  maker.join();
}

}  // namespace
}  // namespace evenkeel::telemetry
