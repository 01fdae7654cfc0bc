#include "proxy/program/diff_command.h"

#include <gmock/gmock.h>

#include <string>

#include "lib/yaml/loader.h"
#include "tests/proxy/program/command_test.h"

namespace evenkeel::proxy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DiffCommandTest : public CommandTest {
 protected:
  static std::string Text(const std::string& panic_threshold) {
    return "listeners: [{address: \"127.0.0.1:7001\", cluster: users}]\n"
           "clusters: {users: {endpoints: [\"127.0.0.1:1\"], panic_threshold: " +
           panic_threshold + "}}\n";
  }
  Printed Diff(const std::string& before, const std::string& after) {
    return Run([&] { return ShowDiff({Path(before), Path(after)}); });
  }
};

TEST_F(DiffCommandTest, DescribesEachChangeInALine) {
  const auto before = config::LoadFile(Write("a.yaml", Text("50")));
  const auto after = config::LoadFile(Write("b.yaml", Text("20")));
  ASSERT_TRUE(before && after);
  EXPECT_THAT(DescribeChanges(*before, *after),
              ElementsAre(HasSubstr("clusters.users.panic_threshold: 50 → 20 (")));
  EXPECT_THAT(DescribeChanges(*before, *before), IsEmpty());
}

TEST_F(DiffCommandTest, ExitCodesAreThoseOfDiff) {
  Write("a.yaml", Text("50"));
  Write("same.yaml", "# as it was\n" + Text("50"));
  Write("b.yaml", Text("0"));
  Write("wrong.yaml", Text("nonsense"));
  EXPECT_EQ(Diff("a.yaml", "same.yaml").code, 0);
  EXPECT_EQ(Diff("a.yaml", "same.yaml").out, "");
  const Printed differs = Diff("a.yaml", "b.yaml");
  EXPECT_EQ(differs.code, 1);
  EXPECT_THAT(differs.out, HasSubstr("clusters.users.panic_threshold: 50 → 0 ("));
  EXPECT_EQ(differs.err, "");
}

TEST_F(DiffCommandTest, SaysWhatIsWrongWithBothFiles) {
  Write("a.yaml", Text("50"));
  Write("wrong.yaml", Text("nonsense"));
  const Printed printed = Diff("wrong.yaml", "missing.yaml");
  EXPECT_EQ(printed.code, 2);
  EXPECT_THAT(printed.err, HasSubstr("wrong.yaml:2:"));
  EXPECT_THAT(printed.err, HasSubstr("missing.yaml"));
  EXPECT_EQ(Diff("a.yaml", "wrong.yaml").code, 2);
  EXPECT_EQ(Diff("wrong.yaml", "a.yaml").code, 2);
}

}  // namespace
}  // namespace evenkeel::proxy
