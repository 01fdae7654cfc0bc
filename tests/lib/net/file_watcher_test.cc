#include "lib/net/file_watcher.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "lib/base/check.h"
#include "tests/lib/net/loop_test.h"

namespace evenkeel::net {
namespace {

namespace fs = std::filesystem;

class FileWatcherTest : public LoopTest {
 protected:
  FileWatcherTest() { CHECK(mkdtemp(folder_.data()) != nullptr); }
  ~FileWatcherTest() override { fs::remove_all(folder_); }

  std::string In(const std::string& name) const { return folder_ + "/" + name; }
  void Write(const std::string& name, const std::string& text) { std::ofstream(In(name)) << text; }
  /// As an editor or a careful program replaces a file.
  void Replace(const std::string& name, const std::string& text) {
    Write(name + ".new", text);
    fs::rename(In(name + ".new"), In(name));
  }
  /// As a kubelet swaps what a ConfigMap's volume shows.
  void SwapConfigMap(const std::string& version, const std::string& text) {
    fs::create_directory(In(version));
    Write(version + "/config.yaml", text);
    fs::create_directory_symlink(version, In("..data_tmp"));
    fs::rename(In("..data_tmp"), In("..data"));
  }
  void Watch(const std::string& name) { watcher_.Watch({In(name)}); }
  void ExpectReports(int count) {
    RunUntil([&] { return changes_ >= count; });
    EXPECT_EQ(count, changes_);
  }
  /// Waits until a change of another file, made now, has been reported.
  void ExpectNothingFor(const std::string& name) {
    Write("witness", "before");
    watcher_.Watch({In(name), In("witness")});
    const int before = changes_;
    Write("witness", "after all");
    RunUntil([&] { return changes_ > before; });
    EXPECT_EQ(before + 1, changes_);
  }

  std::string folder_ = fs::temp_directory_path() / "evenkeel-watcher-XXXXXX";
  int changes_ = 0;
  FileWatcher watcher_{loop_, [this] { ++changes_; }};
};

TEST_F(FileWatcherTest, ReportsAWriteInPlace) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  Write("config.yaml", "two or more");
  ExpectReports(1);
}

TEST_F(FileWatcherTest, ReportsAnAtomicReplaceEachTime) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  Replace("config.yaml", "two");
  ExpectReports(1);
  Replace("config.yaml", "six");
  ExpectReports(2);
}

TEST_F(FileWatcherTest, ReportsTheSwapOfAConfigMapEachTime) {
  SwapConfigMap("..1", "one");
  fs::create_symlink("..data/config.yaml", In("config.yaml"));
  Watch("config.yaml");
  SwapConfigMap("..2", "two");
  ExpectReports(1);
  fs::remove_all(In("..1"));
  SwapConfigMap("..3", "six");
  ExpectReports(2);
}

TEST_F(FileWatcherTest, FollowsALinkToAnotherFolder) {
  fs::create_directory(In("elsewhere"));
  Write("elsewhere/real.yaml", "one");
  fs::create_symlink(In("elsewhere/real.yaml"), In("config.yaml"));
  Watch("config.yaml");
  Replace("elsewhere/real.yaml", "two");
  ExpectReports(1);
}

TEST_F(FileWatcherTest, ReportsAFileThatComesLaterWithItsFolder) {
  Watch("later/config.yaml");
  fs::create_directory(In("later"));
  Write("later/config.yaml", "one");
  ExpectReports(1);
}

TEST_F(FileWatcherTest, ReportsAFileThatGoes) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  fs::remove(In("config.yaml"));
  ExpectReports(1);
}

TEST_F(FileWatcherTest, ManyChangesInARowAreOneReport) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  for (int i = 0; i < 20; ++i) Replace("config.yaml", std::to_string(i));
  ExpectReports(1);
}

TEST_F(FileWatcherTest, AFileThatIsWrittenInPartsIsReportedWhenItIsClosed) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  std::ofstream writer(In("config.yaml"));
  writer << "two" << std::flush;
  LetPass(std::chrono::milliseconds(300));
  EXPECT_EQ(changes_, 0) << "the writer may go on";
  writer << " and more";
  writer.close();
  ExpectReports(1);
}

TEST_F(FileWatcherTest, AWriterThatNeverClosesIsNotWaitedForForEver) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  std::ofstream writer(In("config.yaml"));
  writer << "two" << std::flush;
  const base::Time start = loop_.Now();
  ExpectReports(1);
  EXPECT_GE(loop_.Now() - start, FileWatcher::kMostPatience);
}

TEST_F(FileWatcherTest, AFileThatNeverRestsIsReportedAllTheSame) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  int written = 0;
  RunUntil([&] {
    Write("config.yaml", std::to_string(++written));
    return changes_ > 0;
  });
}

TEST_F(FileWatcherTest, ReportsAWriteThatSetsTheTimeBack) {
  Write("config.yaml", "one");
  const auto modified = fs::last_write_time(In("config.yaml"));
  Watch("config.yaml");
  Write("config.yaml", "two");
  fs::last_write_time(In("config.yaml"), modified);
  ExpectReports(1);
}

TEST_F(FileWatcherTest, SaysNothingOfANeighbour) {
  Write("config.yaml", "one");
  Watch("config.yaml");
  Write("neighbour.yaml", "one");
  Settle();
  ExpectNothingFor("config.yaml");
}

TEST_F(FileWatcherTest, SaysNothingOfAFileThatIsNoLongerWatched) {
  Write("old.yaml", "one");
  Write("new.yaml", "one");
  Watch("old.yaml");
  Watch("new.yaml");
  Replace("old.yaml", "two");
  ExpectNothingFor("new.yaml");
}

}  // namespace
}  // namespace evenkeel::net
