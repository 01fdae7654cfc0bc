#include "lib/telemetry/method_index.h"

#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

TEST(MethodIndexTest, AgreesWithTheIndicesOfOtherWorkers) {
  MethodTable table;
  MethodIndex one(table);
  MethodIndex two(table);
  const MethodId get = one.Settle("/s/Get");
  const MethodId list = two.Settle("/s/List");
  EXPECT_NE(get, list);
  EXPECT_EQ(two.Find("/s/Get"), get);
  EXPECT_EQ(one.Find("/s/List"), list);
  EXPECT_EQ(one.Find("/s/List"), list);
}

TEST(MethodIndexTest, LeavesANameUnsettledUntilItIsAnswered) {
  MethodTable table;
  MethodIndex index(table);
  EXPECT_EQ(index.Find("/s/Get"), kUnsettledMethod);
  EXPECT_EQ(index.Find("/s/Get"), kUnsettledMethod);
  EXPECT_EQ(table.Names().size(), 1u);
  const MethodId get = index.Settle("/s/Get");
  EXPECT_EQ(index.Find("/s/Get"), get);
}

TEST(MethodIndexTest, TakesWhatIsNoMethodForOther) {
  MethodTable table;
  MethodIndex index(table);
  for (const std::string_view path : {"", "/", "x", "/a", "/a/b/c", "/a/ b"}) {
    EXPECT_EQ(index.Find(path), kOtherMethod) << path;
  }
}

TEST(MethodIndexTest, NeedsTheLeadingSlashEvenForAMethodItKnows) {
  MethodTable table;
  MethodIndex index(table);
  index.Settle("/s/Get");
  EXPECT_EQ(index.Find("s/Get"), kOtherMethod);
  EXPECT_EQ(index.Find("xs/Get"), kOtherMethod);
}

TEST(MethodIndexTest, KnowsTheMethodsOfOthersOnceTheTableIsFull) {
  MethodTable table(2);
  MethodIndex one(table);
  MethodIndex two(table);
  const MethodId get = one.Settle("/s/Get");
  const MethodId list = one.Settle("/s/List");
  EXPECT_EQ(two.Find("/s/Delete"), kOtherMethod);
  EXPECT_EQ(two.Find("/s/Get"), get);
  EXPECT_EQ(two.Find("/s/List"), list);
}

TEST(MethodIndexTest, ForgetsANameThatRetired) {
  MethodTable table(1);
  MethodIndex index(table);
  const MethodId get = index.Settle("/s/Get");
  EXPECT_EQ(index.Find("/s/Get"), get);
  table.Retire(get);
  EXPECT_EQ(index.Find("/s/Get"), kUnsettledMethod);
}

}  // namespace
}  // namespace evenkeel::telemetry
