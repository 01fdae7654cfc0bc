#include "discovery/file_source.h"

#include <filesystem>
#include <fstream>

#include "base/check.h"
#include "tests/discovery/source_test.h"

namespace evenkeel::discovery {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FileSourceTest : public SourceTest {
 protected:
  FileSourceTest() { CHECK(mkdtemp(folder_.data()) != nullptr); }
  ~FileSourceTest() override { fs::remove_all(folder_); }

  std::string path() const { return folder_ + "/endpoints.yaml"; }
  void Write(const std::string& text) const {
    std::ofstream(path() + ".new") << text;
    fs::rename(path() + ".new", path());
  }
  void Follow() { Start(config::EndpointsFile{path()}); }

  std::string folder_ = fs::temp_directory_path() / "evenkeel-source-XXXXXX";
};

TEST_F(FileSourceTest, TheFileListsTheEndpoints) {
  Write("endpoints: [\"10.0.0.2:1\", {address: \"10.0.0.1:1\", weight: 3, priority: 1}]\n");
  Follow();
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1 weight 3 priority 1", "10.0.0.2:1"));
}

TEST_F(FileSourceTest, FollowsTheFile) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  Write("endpoints: [\"10.0.0.1:1\", \"10.0.0.2:1\"]\n");
  EXPECT_THAT(List(2), ElementsAre("10.0.0.1:1", "10.0.0.2:1"));
  Write("endpoints: [{address: \"10.0.0.2:1\", weight: 9}]\n");
  EXPECT_THAT(List(3), ElementsAre("10.0.0.2:1 weight 9"));
}

TEST_F(FileSourceTest, ABadFileChangesNothingAndTellsThePlaceAndWhatToDo) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  Write("endpoints:\n- 10.0.0.1:1\n- {adress: \"10.0.0.2:1\"}\n");
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(found_, SizeIs(1));
  EXPECT_THAT(Log(), HasSubstr("endpoints.yaml:3:4: endpoints[1].adress: "));
  EXPECT_THAT(Log(), HasSubstr("did you mean"));
  Write("endpoints: [\"10.0.0.3:1\"]\n");
  EXPECT_THAT(List(2), ElementsAre("10.0.0.3:1"));
}

TEST_F(FileSourceTest, TheFileMayComeLater) {
  Follow();
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(source_->waiting_for().value_or(""), HasSubstr("No such file"));
  EXPECT_EQ(hopeless_, 1);
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  EXPECT_THAT(List(1), ElementsAre("10.0.0.1:1"));
}

TEST_F(FileSourceTest, AFileThatGoesKeepsTheEndpoints) {
  Write("endpoints: [\"10.0.0.1:1\"]\n");
  Follow();
  List(1);
  fs::remove(path());
  RunUntil([&] { return HasMetric("result=\"invalid\""); });
  EXPECT_THAT(found_, SizeIs(1));
}

}  // namespace
}  // namespace evenkeel::discovery
