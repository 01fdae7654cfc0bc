#include "lib/telemetry/method_index.h"

#include <gtest/gtest.h>

#include <string>

namespace evenkeel::telemetry {
namespace {

TEST(MethodIndexTest, AgreesWithTheIndicesOfOtherWorkers) {
  MethodTable table;
  MethodIndex one(table);
  MethodIndex two(table);
  const MethodId get = one.Find("/s/Get");
  const MethodId list = two.Find("/s/List");
  EXPECT_NE(get, list);
  EXPECT_EQ(two.Find("/s/Get"), get);
  EXPECT_EQ(one.Find("/s/List"), list);
  EXPECT_EQ(one.Find("/s/List"), list);
}

TEST(MethodIndexTest, KeepsWhatIsNoMethodOutOfTheTable) {
  MethodTable table;
  MethodIndex index(table);
  for (const std::string_view path : {"", "/", "x", "/a", "/a/b/c", "/a/ b"}) {
    EXPECT_EQ(index.Find(path), kOtherMethod) << path;
  }
  EXPECT_EQ(table.Names().size(), 1u);
}

TEST(MethodIndexTest, NeedsTheLeadingSlashEvenForAMethodItKnows) {
  MethodTable table;
  MethodIndex index(table);
  index.Find("/s/Get");
  EXPECT_EQ(index.Find("s/Get"), kOtherMethod);
  EXPECT_EQ(index.Find("xs/Get"), kOtherMethod);
}

TEST(MethodIndexTest, KnowsTheMethodsOfOthersOnceTheTableIsFull) {
  MethodTable table(2);
  MethodIndex one(table);
  MethodIndex two(table);
  const MethodId get = one.Find("/s/Get");
  const MethodId list = one.Find("/s/List");
  EXPECT_EQ(two.Find("/s/Delete"), kOtherMethod);
  EXPECT_EQ(two.Find("/s/Get"), get);
  EXPECT_EQ(two.Find("/s/List"), list);
  EXPECT_EQ(two.Find("/s/Update"), kOtherMethod);
}

TEST(MethodIndexTest, StaysBoundedUnderInventedNames) {
  MethodTable table(10);
  MethodIndex index(table);
  for (int i = 0; i < 10'000; ++i) index.Find("/s/m" + std::to_string(i));
  EXPECT_EQ(table.Names().size(), 11u);
}

}  // namespace
}  // namespace evenkeel::telemetry
