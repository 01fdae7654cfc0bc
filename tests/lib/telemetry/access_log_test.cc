#include "lib/telemetry/access_log.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <sstream>
#include <thread>

#include "tests/lib/telemetry/example_call.h"
#include "tests/lib/telemetry/log_folder.h"

namespace evenkeel::telemetry {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class AccessLogTest : public LogFolderTest {
 protected:
  AccessLogTest() { Make({.last_wait = 30s}); }

  void Make(OutputThread::Settings settings) {
    access_log_.reset();
    writer_.emplace(settings);
    access_log_.emplace(*writer_, metrics_);
  }

  AccessLog::Output To(const std::string& name) { return {.to = Path(name)}; }
  std::unique_ptr<CallSink> Sink(const std::vector<AccessLog::Output>& outputs) {
    const auto plan = access_log_->Open(outputs);
    EXPECT_TRUE(plan) << plan.error();
    return access_log_->MakeSink(*plan, 0, 1);
  }
  AccessLogCounts& Counts(const std::string& name) { return *metrics_.Of(Path(name)); }
  // So many of them end; after each `batch`, for whose lines there is room, their lines are
  // awaited.
  void End(CallSink& sink, uint64_t count, uint64_t batch, const std::string& file) {
    AccessLogCounts& counts = Counts(file);
    const auto done = [&] { return counts.written + counts.dropped + counts.sampled_out; };
    const uint64_t before = done();
    for (uint64_t i = 1; i <= count; ++i) {
      sink.OnCallEnded(call_.record);
      while (i % batch == 0 && done() < before + i) std::this_thread::yield();
    }
  }
  // Writes all that has been heard of.
  void Finish() {
    access_log_.reset();
    writer_.reset();
  }

  std::optional<OutputThread> writer_;
  AccessLogMetrics metrics_;
  std::optional<AccessLog> access_log_;
  ExampleCall call_;
};

TEST_F(AccessLogTest, WritesALineForEachCall) {
  auto sink = Sink({To("a")});
  End(*sink, 1000, 500, "a");
  sink.reset();
  Finish();
  EXPECT_EQ(Lines("a").size(), 1000u);
  EXPECT_THAT(Lines("a")[999], HasSubstr("\"rpc.method\":\"users.v1.Users/Get\""));
  EXPECT_EQ(Counts("a").written, 1000u);
  EXPECT_EQ(Counts("a").dropped, 0u);
}

TEST_F(AccessLogTest, WithoutOutputsNobodyNeedsToHear) { EXPECT_EQ(Sink({}), nullptr); }

TEST_F(AccessLogTest, WritesASampleAndAllFailuresAndSlowCalls) {
  auto sink = Sink({{.to = Path("a"), .percentage = 10, .slower_than = 100ms}});
  constexpr uint64_t kCalls = 10'000;
  End(*sink, kCalls, 5000, "a");
  sink.reset();
  ExampleCall slow;
  slow.record.ended = slow.record.started + 101ms;
  ExampleCall failed;
  failed.Fail();
  auto other = Sink({{.to = Path("a"), .percentage = 0, .slower_than = 100ms}});
  for (int i = 0; i < 100; ++i) {
    other->OnCallEnded(call_.record);
    other->OnCallEnded(slow.record);
    other->OnCallEnded(failed.record);
  }
  other.reset();
  Finish();
  const auto lines = Lines("a");
  // Three sigma of a tenth of 10,000 are 90.
  EXPECT_NEAR(static_cast<double>(lines.size()), 1200, 90);
  const auto count = [&lines](const char* part) {
    return std::ranges::count_if(
        lines, [part](const auto& line) { return line.find(part) != std::string::npos; });
  };
  EXPECT_EQ(count("\"evenkeel.sample_rate\":1}"), 200);
  EXPECT_EQ(count("\"evenkeel.duration_us\":101000"), 100);
  EXPECT_EQ(count("UNAVAILABLE\",\"error.type"), 100);
  EXPECT_EQ(count("\"evenkeel.sample_rate\":0.1}"), static_cast<ptrdiff_t>(lines.size()) - 200);
  EXPECT_EQ(Counts("a").written, lines.size());
  EXPECT_EQ(Counts("a").written + Counts("a").sampled_out, kCalls + 300);
}

TEST_F(AccessLogTest, EachOutputHasItsFormatAndItsSample) {
  auto sink = Sink(
      {{.to = Path("all"), .format = LogFormat::kText}, {.to = Path("failures"), .percentage = 0}});
  sink->OnCallEnded(call_.record);
  call_.Fail();
  sink->OnCallEnded(call_.record);
  sink.reset();
  Finish();
  EXPECT_THAT(Lines("all"), SizeIs(2));
  EXPECT_THAT(Lines("all")[0], HasSubstr(" call users.v1.Users/Get OK 2.8ms"));
  EXPECT_THAT(Lines("failures"), SizeIs(1));
  EXPECT_THAT(Lines("failures")[0], HasSubstr("\"error.type\":\"UNAVAILABLE\""));
  EXPECT_EQ(Counts("failures").sampled_out, 1u);
}

TEST_F(AccessLogTest, WhatCannotBeOpenedIsRefusedWithAReason) {
  EXPECT_THAT(
      access_log_->Open({To("a"), To("none/b")}).error(),
      testing::AllOf(HasSubstr("access_log: cannot write to "), HasSubstr("none/b: No such")));
}

TEST_F(AccessLogTest, AnotherPlanLosesNothingOfTheOneBefore) {
  auto sink = Sink({To("a")});
  for (int i = 0; i < 100; ++i) sink->OnCallEnded(call_.record);
  auto next = Sink({To("b"), To("a")});
  for (int i = 0; i < 10; ++i) sink->OnCallEnded(call_.record);  // until the worker has the next
  sink.reset();
  for (int i = 0; i < 50; ++i) next->OnCallEnded(call_.record);
  next.reset();
  Finish();
  EXPECT_EQ(Lines("a").size(), 160u);
  EXPECT_EQ(Lines("b").size(), 50u);
}

TEST_F(AccessLogTest, WhatFindsNoRoomIsCountedAndTold) {
  // A pipe whose reader does not read; a named one, as it would be configured.
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  const int reader = open(Path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  auto sink = Sink({To("pipe")});
  uint64_t calls = 0;
  while (Counts("pipe").dropped == 0) {
    sink->OnCallEnded(call_.record);
    ++calls;
  }
  // Once it reads again, all that was not dropped comes.
  sink.reset();
  access_log_.reset();
  std::thread closing([this] { writer_.reset(); });
  std::string text;
  char buffer[65536];
  const auto has_all = [&] {
    return text.find("access log lines dropped") != std::string::npos &&
           Counts("pipe").written + Counts("pipe").dropped == calls;
  };
  while (!has_all()) {
    const ssize_t count = read(reader, buffer, sizeof buffer);
    if (count > 0) text.append(buffer, static_cast<size_t>(count));
  }
  closing.join();
  close(reader);
  EXPECT_EQ(Counts("pipe").written + Counts("pipe").dropped, calls);
}

}  // namespace
}  // namespace evenkeel::telemetry
