#include "lib/base/intrusive_list.h"

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <string>

namespace evenkeel::base {
namespace {

struct Thing : ListNode {
  explicit Thing(char name) : name(name) {}
  char name;
};
using List = IntrusiveList<Thing>;

// Takes all things out, in their order.
std::string Drain(List& list) {
  std::string names;
  for (; !list.empty(); list.front().Unlink()) names += list.front().name;
  return names;
}

class IntrusiveListTest : public ::testing::Test {
 protected:
  Thing a_{'a'}, b_{'b'}, c_{'c'};
};

TEST_F(IntrusiveListTest, KeepsTheOrderInWhichThingsCame) {
  List list;
  for (Thing* each : {&c_, &a_, &b_}) list.PushBack(*each);
  EXPECT_EQ(Drain(list), "cab");
  EXPECT_FALSE(a_.linked());
}

TEST_F(IntrusiveListTest, AThingLeavesFromAnywhere) {
  for (Thing* leaves : {&a_, &b_, &c_}) {
    List list;
    std::string rest;
    for (Thing* each : {&a_, &b_, &c_}) list.PushBack(*each);
    for (Thing* each : {&a_, &b_, &c_}) rest += each == leaves ? "" : std::string(1, each->name);
    leaves->Unlink();
    EXPECT_EQ(Drain(list), rest);
  }
}

TEST_F(IntrusiveListTest, AThingIsInOneListAtMost) {
  List one, other;
  one.PushBack(a_);
  other.PushBack(a_);
  EXPECT_TRUE(one.empty());
  EXPECT_EQ(Drain(other), "a");
}

TEST_F(IntrusiveListTest, AThingThatEndsLeavesItsList) {
  List list;
  {
    Thing gone('x');
    list.PushBack(gone);
    list.PushBack(a_);
  }
  EXPECT_EQ(Drain(list), "a");
}

TEST_F(IntrusiveListTest, AListThatEndsLetsItsThingsGo) {
  {
    List list;
    list.PushBack(a_);
  }
  EXPECT_FALSE(a_.linked());
  a_.Unlink();
}

TEST_F(IntrusiveListTest, TakesAllOfAnotherAfterItsOwn) {
  List one, other;
  one.PushBack(a_);
  other.PushBack(b_);
  other.PushBack(c_);
  one.TakeAll(other);
  EXPECT_TRUE(other.empty());
  one.TakeAll(other);
  EXPECT_EQ(Drain(one), "abc");
}

}  // namespace
}  // namespace evenkeel::base
