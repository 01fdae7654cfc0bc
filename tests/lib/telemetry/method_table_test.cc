#include "lib/telemetry/method_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace evenkeel::telemetry {
namespace {

using ::testing::ElementsAre;

TEST(MethodNameTest, IsThePathWithoutItsFirstSlash) {
  EXPECT_EQ(MethodName("/users.v1.UserService/GetUser"), "users.v1.UserService/GetUser");
  EXPECT_EQ(MethodName("/s/m"), "s/m");
}

TEST(MethodNameTest, IsEmptyForWhatIsNoMethod) {
  for (const std::string_view path :
       {"", "/", "//", "/service", "/service/", "//method", "service/method", "/a/b/c", "/a/b/",
        "/a b/c", "/a/b\n", "/a/b\x7f", "/gr\xc3\xbcn/c", "*"}) {
    EXPECT_EQ(MethodName(path), "") << path;
  }
}

TEST(MethodNameTest, IsEmptyForAPathThatIsTooLong) {
  const std::string longest = "/s/" + std::string(253, 'm');
  EXPECT_NE(MethodName(longest), "");
  EXPECT_EQ(MethodName(longest + "m"), "");
}

TEST(MethodTableTest, GivesTheSameNumberToTheSameName) {
  MethodTable table;
  const MethodId get = table.Settle("s/Get");
  EXPECT_NE(get, kOtherMethod);
  EXPECT_NE(table.Settle("s/List"), get);
  EXPECT_EQ(table.Settle("s/Get"), get);
}

TEST(MethodTableTest, ListsNamesByNumber) {
  MethodTable table;
  table.Settle("s/Get");
  table.Settle("s/List");
  EXPECT_THAT(table.Names(), ElementsAre("other", "s/Get", "s/List"));
}

TEST(MethodTableTest, FoldsNewNamesOnceItIsFull) {
  MethodTable table(2);
  const MethodId get = table.Settle("s/Get");
  table.Settle("s/List");
  EXPECT_EQ(table.Settle("s/Delete"), kOtherMethod);
  EXPECT_EQ(table.Settle("s/Get"), get);
  EXPECT_THAT(table.Names(), ElementsAre("other", "s/Get", "s/List"));
}

TEST(MethodTableTest, HasRoomAgainWhenANameRetires) {
  MethodTable table(1);
  const MethodId get = table.Settle("s/Get");
  const uint64_t before = table.version();
  table.Retire(get);
  EXPECT_NE(table.version(), before);
  const MethodId list = table.Settle("s/List");
  EXPECT_NE(list, kOtherMethod);
  EXPECT_NE(list, get);
  EXPECT_THAT(table.Names(), ElementsAre("other", "", "s/List"));
}

}  // namespace
}  // namespace evenkeel::telemetry
