#include "lib/base/local_ptr.h"

#include <gtest/gtest.h>

namespace evenkeel::base {
namespace {

struct Witness : LocalCounted {
  explicit Witness(int& alive) : alive(alive) { ++alive; }
  ~Witness() { --alive; }
  int& alive;
};

class LocalPtrTest : public ::testing::Test {
 protected:
  int alive_ = 0;
};

TEST_F(LocalPtrTest, TheLastPointerDestroysTheObject) {
  auto first = MakeLocal<Witness>(alive_);
  LocalPtr<Witness> second = first;
  first = {};
  EXPECT_EQ(alive_, 1);
  second = {};
  EXPECT_EQ(alive_, 0);
}

TEST_F(LocalPtrTest, AMovedFromPointerHoldsNothing) {
  auto first = MakeLocal<Witness>(alive_);
  const LocalPtr<Witness> second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(alive_, 1);
}

TEST_F(LocalPtrTest, APlainPointerToAnOwnedObjectBecomesAnotherOwner) {
  auto first = MakeLocal<Witness>(alive_);
  const LocalPtr<Witness> second(first.get());
  first = {};
  EXPECT_EQ(alive_, 1);
}

TEST_F(LocalPtrTest, AssigningItToItselfKeepsTheObject) {
  auto pointer = MakeLocal<Witness>(alive_);
  const LocalPtr<Witness>& same = pointer;
  pointer = same;
  EXPECT_EQ(alive_, 1);
}

}  // namespace
}  // namespace evenkeel::base
