#include "lib/telemetry/line_output.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/lib/telemetry/log_folder.h"

namespace evenkeel::telemetry {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class LineOutputTest : public LogFolderTest {
 protected:
  LineChunk Chunk(std::string text, uint64_t lines = 1) {
    return {std::move(text), lines, counts_, waiting_};
  }
  LineOutput ToFile(const std::string& name) {
    return LineOutput(std::move(*LineTarget::Open(Path(name))));
  }

  const std::shared_ptr<LineCounts> counts_ = std::make_shared<LineCounts>();
  const std::shared_ptr<std::atomic<size_t>> waiting_ = std::make_shared<std::atomic<size_t>>(0);
};

TEST_F(LineOutputTest, WritesInOrderAndCounts) {
  LineOutput output = ToFile("a");
  output.Queue(Chunk("one\n"));
  output.Queue(Chunk("two\nthree\n", 2));
  EXPECT_EQ(*waiting_, 14u);
  EXPECT_FALSE(output.empty());
  output.Flush();
  EXPECT_EQ(Text("a"), "one\ntwo\nthree\n");
  EXPECT_TRUE(output.empty());
  EXPECT_EQ(counts_->written, 3u);
  EXPECT_EQ(*waiting_, 0u);
}

TEST_F(LineOutputTest, ALineThatAFullPipeHasCutGoesOnWhereItWasCut) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  LineOutput output{LineTarget(ends[1])};
  std::string sent;
  for (int i = 0; i < 100; ++i) {
    const std::string line = std::string(9999, static_cast<char>('a' + i % 26)) + "\n";
    sent += line;
    output.Queue(Chunk(line));
  }
  std::string received;
  std::vector<char> buffer(100'000);
  for (output.Flush(); output.waits(); output.Flush()) {
    const ssize_t count = read(ends[0], buffer.data(), buffer.size());
    received.append(buffer.data(), static_cast<size_t>(count));
  }
  close(ends[1]);
  for (ssize_t count; (count = read(ends[0], buffer.data(), buffer.size())) > 0;) {
    received.append(buffer.data(), static_cast<size_t>(count));
  }
  close(ends[0]);
  EXPECT_EQ(received, sent);
  EXPECT_EQ(counts_->written, 100u);
}

TEST_F(LineOutputTest, WhatNobodyCanReadAnyMoreIsDropped) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  LineOutput output{LineTarget(ends[1])};
  close(ends[0]);
  output.Queue(Chunk("for nobody\nnor this\n", 2));
  output.Flush();
  EXPECT_TRUE(output.empty());
  EXPECT_FALSE(output.waits());
  EXPECT_EQ(counts_->dropped, 2u);
  EXPECT_EQ(counts_->written, 0u);
  close(ends[1]);
}

// /dev/full is a disk without room.
TEST_F(LineOutputTest, LinesWaitForAFullDiskAndItSaysSo) {
  LineOutput output{std::move(*LineTarget::Open("/dev/full"))};
  output.Queue(Chunk("line\n"));
  output.Flush();
  EXPECT_TRUE(output.failing());
  EXPECT_FALSE(output.waits());
  EXPECT_FALSE(output.empty());
  EXPECT_THAT(output.trouble(), HasSubstr("cannot be written to: No space left on device"));
  EXPECT_EQ(counts_->dropped, 0u);
}

TEST_F(LineOutputTest, ARenamedFileIsLeftAfterWhatBelongsIntoIt) {
  LineOutput output = ToFile("a");
  output.Queue(Chunk("old\n"));
  output.Flush();
  std::filesystem::rename(Path("a"), Path("a.1"));
  output.ReopenIfLeft();
  output.Queue(Chunk("new\n"));
  output.Flush();
  EXPECT_EQ(Text("a.1"), "old\n");
  EXPECT_EQ(Text("a"), "new\n");
}

TEST_F(LineOutputTest, AFileThatIsWhereItWasIsNotOpenedAnew) {
  LineOutput output = ToFile("a");
  const int before = output.descriptor();
  output.ReopenIfLeft();
  EXPECT_EQ(output.descriptor(), before);
}

TEST_F(LineOutputTest, SaysWhyAFileCannotBeOpenedAnewUntilItCan) {
  std::filesystem::create_directory(Path("logs"));
  LineOutput output = ToFile("logs/a");
  std::filesystem::rename(Path("logs"), Path("old"));
  output.ReopenIfLeft();
  output.Queue(Chunk("old\n"));
  output.Flush();
  EXPECT_EQ(Text("old/a"), "old\n");
  EXPECT_THAT(output.trouble(), HasSubstr("No such file or directory"));
  std::filesystem::create_directory(Path("logs"));
  output.ReopenIfLeft();
  EXPECT_THAT(output.trouble(), IsEmpty());
  output.Queue(Chunk("new\n"));
  output.Flush();
  EXPECT_EQ(Text("logs/a"), "new\n");
}

}  // namespace
}  // namespace evenkeel::telemetry
