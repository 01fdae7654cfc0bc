#include "lib/telemetry/output_thread.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/lib/telemetry/log_folder.h"

namespace evenkeel::telemetry {
namespace {

using std::chrono_literals::operator""ms;
using testing::ElementsAre;
using testing::HasSubstr;

// A pipe that nobody empties until ReadUntil.
class OutputThreadTest : public LogFolderTest {
 protected:
  OutputThreadTest() { EXPECT_EQ(pipe2(ends_, O_CLOEXEC), 0); }
  ~OutputThreadTest() override {
    CloseReader();
    Close();
    if (ends_[1] >= 0) CloseWriter();
  }

  OutputThread& Make(OutputThread::Settings settings = {}) { return writer_.emplace(settings); }
  LineStream& Open(OutputThread::Settings settings = {}, size_t most_waiting = 1024 * 1024) {
    stream_ = Make(settings).To(
        ends_[1], {.most_waiting = most_waiting,
                   .tell = [](uint64_t dropped) { return "dropped " + std::to_string(dropped); }});
    return *stream_;
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

  template <typename Condition>
  static void Await(Condition condition) {
    while (!condition()) std::this_thread::yield();
  }

  int ends_[2] = {-1, -1};
  std::optional<OutputThread> writer_;
  std::shared_ptr<LineStream> stream_;
};

TEST_F(OutputThreadTest, WritesLinesInTheirOrder) {
  LineStream& stream = Open();
  stream.Write("one\n");
  stream.Write("two\n");
  EXPECT_THAT(ReadUntil("two"), ElementsAre("one", "two"));
}

TEST_F(OutputThreadTest, NeverWaitsForAReaderThatHasStopped) {
  LineStream& stream = Open({}, 10'000);
  // More than pipe and queue hold together: a write that waited would wait for ever.
  for (int i = 0; i < 100'000; ++i) stream.Write("line " + std::to_string(i) + "\n");
  EXPECT_GT(stream.counts().dropped, 50'000u);
}

TEST_F(OutputThreadTest, SaysHowManyLinesWereDroppedInTheirPlace) {
  LineStream& stream = Open({}, 10'000);
  for (int i = 0; i < 100'000; ++i) stream.Write("line " + std::to_string(i) + "\n");
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

TEST_F(OutputThreadTest, AReaderThatHasStoppedHoldsBackNoOtherOutput) {
  LineStream& stuck = Open({}, 10'000);
  for (int i = 0; i < 100'000; ++i) stuck.Write("line\n");
  const auto file = *writer_->To(Path("a"));
  file->Write("here\n");
  Await([&] { return file->counts().written == 1; });
  EXPECT_THAT(Lines("a"), ElementsAre("here"));
}

TEST_F(OutputThreadTest, StreamsToOnePlaceShareIt) {
  OutputThread& writer = Make();
  const auto one = *writer.To(Path("a"));
  const auto other = *writer.To(Path("a"));
  one->Write("one\n");
  other->Write("two\n");
  Await([&] { return one->counts().written + other->counts().written == 2; });
  EXPECT_THAT(Lines("a"), ElementsAre("one", "two"));
}

TEST_F(OutputThreadTest, SaysWhyAFileCannotBeOpened) {
  EXPECT_THAT(Make().To(Path("none/a")).error(), HasSubstr("No such file or directory"));
}

TEST_F(OutputThreadTest, OpensFilesAnewWhenAsked) {
  const auto stream = *Make().To(Path("a"));
  stream->Write("old\n");
  Await([&] { return stream->counts().written == 1; });
  std::filesystem::rename(Path("a"), Path("a.1"));
  writer_->Reopen();
  Await([&] { return std::filesystem::exists(Path("a")); });
  stream->Write("new\n");
  Close();
  EXPECT_THAT(Lines("a.1"), ElementsAre("old"));
  EXPECT_THAT(Lines("a"), ElementsAre("new"));
}

TEST_F(OutputThreadTest, OpensARenamedFileAnewUnasked) {
  const auto stream = *Make().To(Path("a"));
  std::filesystem::rename(Path("a"), Path("a.1"));
  Await([&] { return std::filesystem::exists(Path("a")); });  // within kLookPeriod
}

TEST_F(OutputThreadTest, CollectsWhatSourcesHaveAndOnceMoreAtTheEnd) {
  class Source final : public LineSource {
   public:
    explicit Source(std::shared_ptr<LineStream> stream) : stream_(std::move(stream)) {}
    void Put(std::string line) {
      const std::lock_guard lock(mutex_);
      line_ = std::move(line);
    }
    bool Collect() override {
      const std::lock_guard lock(mutex_);
      if (line_.empty()) return false;
      stream_->Write(std::exchange(line_, ""));
      return true;
    }

   private:
    std::mutex mutex_;
    std::string line_;
    const std::shared_ptr<LineStream> stream_;
  };
  const auto stream = *Make().To(Path("a"));
  const auto source = std::make_shared<Source>(stream);
  source->Put("first\n");
  writer_->CollectFrom(source);
  Await([&] { return stream->counts().written == 1; });
  source->Put("last\n");
  Close();
  EXPECT_THAT(Lines("a"), ElementsAre("first", "last"));
}

TEST_F(OutputThreadTest, WritesTheRestWhenItIsDestroyed) {
  Open().Write("last\n");
  Close();
  CloseWriter();
  EXPECT_THAT(ReadUntil("end of file"), ElementsAre("last"));
}

TEST_F(OutputThreadTest, IsDestroyedThoughTheReaderHasStopped) {
  LineStream& stream = Open({.last_wait = 1ms});
  for (int i = 0; i < 100'000; ++i) stream.Write("line\n");
  Close();
  ends_[1] = -1;  // stays open: the thread may still have it
}

TEST_F(OutputThreadTest, CountsWhatCannotBeWrittenAtAll) {
  LineStream& stream = Open();
  CloseReader();
  stream.Write("for nobody\n");
  Await([&] { return stream.counts().dropped == 1; });
}

TEST_F(OutputThreadTest, DropsALineThatIsTooLong) {
  LineStream& stream = Open({}, 10);
  stream.Write(std::string(20, 'x') + "\n");
  stream.Write("short\n");
  EXPECT_THAT(ReadUntil("short"), ElementsAre("dropped 1", "short"));
}

}  // namespace
}  // namespace evenkeel::telemetry
