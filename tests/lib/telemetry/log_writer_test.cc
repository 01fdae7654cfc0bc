#include "lib/telemetry/log_writer.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace evenkeel::telemetry {
namespace {

using std::chrono_literals::operator""ms;
using testing::ElementsAre;

// A pipe that nobody empties until ReadAll.
class LogWriterTest : public testing::Test {
 protected:
  LogWriterTest() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~LogWriterTest() override {
    CloseReader();
    Close();
    if (ends_[1] >= 0) CloseWriter();
  }

  LogWriter& Open(LogWriter::Settings settings = {}) {
    settings.tell = [](uint64_t dropped) { return "dropped " + std::to_string(dropped); };
    return writer_.emplace(ends_[1], settings);
  }
  void Close() { writer_.reset(); }
  void CloseWriter() {
    close(ends_[1]);
    ends_[1] = -1;
  }
  void CloseReader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }

  // Reads until `last` has come.
  std::vector<std::string> ReadUntil(const std::string& last) {
    std::string text;
    char buffer[4096];
    while (!text.ends_with(last + "\n")) {
      const ssize_t count = read(ends_[0], buffer, sizeof buffer);
      if (count <= 0) break;
      text.append(buffer, static_cast<size_t>(count));
    }
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  std::string ReadLine() {
    std::string line;
    for (char c = 0; read(ends_[0], &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  void AwaitDropped(uint64_t count) {
    while (writer_->dropped() < count) std::this_thread::yield();
  }

  int ends_[2] = {-1, -1};
  std::optional<LogWriter> writer_;
};

TEST_F(LogWriterTest, WritesLinesInTheirOrder) {
  LogWriter& writer = Open();
  writer.Write("one");
  writer.Write("two");
  EXPECT_THAT(ReadUntil("two"), ElementsAre("one", "two"));
}

TEST_F(LogWriterTest, NeverWaitsForAReaderThatHasStopped) {
  LogWriter& writer = Open({.queue_bytes = 10'000});
  // More than pipe and queue hold together: a write that waited would wait for ever.
  for (int i = 0; i < 100'000; ++i) writer.Write("line " + std::to_string(i));
  EXPECT_GT(writer.dropped(), 50'000u);
}

TEST_F(LogWriterTest, SaysHowManyLinesWereDroppedInTheirPlace) {
  LogWriter& writer = Open({.queue_bytes = 10'000});
  for (int i = 0; i < 100'000; ++i) writer.Write("line " + std::to_string(i));
  const std::string told = "dropped ";
  for (int next = 0; next < 100'000;) {
    const std::string line = ReadLine();
    if (line.starts_with(told)) {
      next += std::stoi(line.substr(told.size()));
    } else {
      ASSERT_EQ(line, "line " + std::to_string(next++));
    }
  }
}

TEST_F(LogWriterTest, WritesTheRestWhenItIsDestroyed) {
  Open().Write("last");
  Close();
  CloseWriter();
  EXPECT_THAT(ReadUntil("end of file"), ElementsAre("last"));
}

TEST_F(LogWriterTest, IsDestroyedThoughTheReaderHasStopped) {
  LogWriter& writer = Open({.last_wait = 1ms});
  for (int i = 0; i < 100'000; ++i) writer.Write("line");
  Close();
  ends_[1] = -1;  // stays open: the thread that was left behind has it
}

TEST_F(LogWriterTest, CountsWhatCannotBeWrittenAtAll) {
  LogWriter& writer = Open();
  CloseReader();
  writer.Write("for nobody");
  AwaitDropped(1);
}

TEST_F(LogWriterTest, DropsALineLongerThanItsQueue) {
  LogWriter& writer = Open({.queue_bytes = 10});
  writer.Write(std::string(20, 'x'));
  writer.Write("short");
  EXPECT_THAT(ReadUntil("short"), ElementsAre("dropped 1", "short"));
}

}  // namespace
}  // namespace evenkeel::telemetry
