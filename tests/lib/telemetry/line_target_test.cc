#include "lib/telemetry/line_target.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/lib/telemetry/log_folder.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::HasSubstr;

class LineTargetTest : public LogFolderTest {
 protected:
  LineTarget Open(const std::string& name) {
    return std::move(LineTarget::Open(Path(name)).value());
  }
};

TEST_F(LineTargetTest, MakesAFileThatOnlyItsOwnerAndGroupRead) {
  LineTarget target = Open("calls.log");
  EXPECT_EQ(target.Write("a\n").bytes, 2u);
  EXPECT_EQ(Text("calls.log"), "a\n");
  struct stat facts {};
  ASSERT_EQ(stat(Path("calls.log").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777 & ~0640u, 0u);
}

TEST_F(LineTargetTest, AppendsToAFileThatIsThereAndToOneThatWasCutMeanwhile) {
  Open("calls.log").Write("old\n");
  LineTarget target = Open("calls.log");
  target.Write("new\n");
  EXPECT_EQ(Text("calls.log"), "old\nnew\n");
  std::filesystem::resize_file(Path("calls.log"), 0);  // as logrotate's copytruncate does
  target.Write("newer\n");
  EXPECT_EQ(Text("calls.log"), "newer\n");
}

TEST_F(LineTargetTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(LineTarget::Open(Path("none/calls.log")).error(),
              HasSubstr("none/calls.log: No such file or directory"));
}

TEST_F(LineTargetTest, DoesNotWaitForTheReaderOfANamedPipe) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(LineTarget::Open(Path("pipe")).error(), HasSubstr("No such device or address"));
}

TEST_F(LineTargetTest, NoticesThatItsFileWasRenamedAndOpensTheNextOne) {
  LineTarget target = Open("calls.log");
  EXPECT_FALSE(target.HasLeft());
  std::filesystem::rename(Path("calls.log"), Path("calls.log.1"));
  EXPECT_TRUE(target.HasLeft());
  target.Write("late\n");
  ASSERT_TRUE(target.Reopen());
  EXPECT_FALSE(target.HasLeft());
  target.Write("new\n");
  EXPECT_EQ(Text("calls.log.1"), "late\n");
  EXPECT_EQ(Text("calls.log"), "new\n");
}

TEST_F(LineTargetTest, GoesOnWithTheOldFileWhereTheNewOneCannotBeOpened) {
  std::filesystem::create_directory(Path("logs"));
  LineTarget target = Open("logs/calls.log");
  std::filesystem::rename(Path("logs"), Path("old"));
  EXPECT_TRUE(target.HasLeft());
  EXPECT_FALSE(target.Reopen());
  target.Write("kept\n");
  EXPECT_EQ(Text("old/calls.log"), "kept\n");
}

TEST_F(LineTargetTest, WritesAsMuchAsAPipeHasRoomFor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  LineTarget target(ends[1]);
  EXPECT_FALSE(target.is_file());
  const std::string much(1'000'000, 'x');
  const auto written = target.Write(much);
  EXPECT_GT(written.bytes, 0u);
  EXPECT_LT(written.bytes, much.size());
  EXPECT_FALSE(written.error);
  EXPECT_EQ(target.Write(much).bytes, 0u);
  close(ends[0]);
  EXPECT_TRUE(target.Write(much).error);
  close(ends[1]);
}

TEST_F(LineTargetTest, ADescriptorOfOthersStaysAsItIs) {
  LineTarget target(STDERR_FILENO);
  EXPECT_FALSE(target.HasLeft());
  EXPECT_TRUE(target.Reopen());
  EXPECT_EQ(target.descriptor(), STDERR_FILENO);
}

}  // namespace
}  // namespace evenkeel::telemetry
