#include "backend/client/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;
using rpc::StatusCode;
using testing::HasSubstr;

// A load of two seconds, evenly over two replicas, with three failures.
class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    run_.target = "127.0.0.1:50051";
    run_.options.rate = 1000;
    run_.elapsed = run_.starting_time = 2s;
    run_.started = 2003;
    for (int i = 0; i < 2000; ++i) Finish({1ms, {}, i % 2 == 0 ? "r1" : "r2"});
    for (int i = 0; i < 2; ++i) Finish({5ms, {StatusCode::kUnavailable, "no \xff endpoint"}, ""});
    Finish({5ms, {StatusCode::kDeadlineExceeded, "late"}, ""});
  }

  void Finish(const FinishedCall& call) {
    stats_.Started();
    stats_.Finished(call);
  }

  nlohmann::json Json() { return nlohmann::json::parse(FormatJson(run_, stats_.Snapshot())); }
  Recent AllAsRecent() { return {stats_.Snapshot(), 2s}; }
  std::string Table() { return FormatTable(run_, stats_.Snapshot(), AllAsRecent()); }

  LoadRun run_;
  LoadStats stats_;
};

TEST_F(ReportTest, JsonCountsCallsByReplicaAndStatus) {
  const auto json = Json();
  EXPECT_EQ(json["calls"], 2003);
  EXPECT_EQ(json["failed"], 3);
  EXPECT_EQ(json["replicas"], (nlohmann::json{{"r1", 1000}, {"r2", 1000}}));
  EXPECT_EQ(json["unknown_replica"], 3);
  EXPECT_EQ(json["statuses"],
            (nlohmann::json{{"OK", 2000}, {"UNAVAILABLE", 2}, {"DEADLINE_EXCEEDED", 1}}));
  EXPECT_EQ(json["rate"], 1001.5);
}

TEST_F(ReportTest, JsonGivesLatenciesInMilliseconds) {
  EXPECT_NEAR(Json()["latency_ms"]["p50"], 1.0, 0.005);
  EXPECT_NEAR(Json()["latency_ms"]["p99.9"], 5.0, 0.025);
}

TEST_F(ReportTest, JsonListsFailuresMostFrequentFirstEvenIfNotUtf8) {
  const auto failures = Json()["failures"];
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_EQ(failures[0]["status"], "UNAVAILABLE");
  EXPECT_EQ(failures[0]["count"], 2);
  EXPECT_EQ(failures[0]["message"], "no \xef\xbf\xbd endpoint");
  EXPECT_EQ(failures[1]["message"], "late");
}

TEST_F(ReportTest, JsonSaysWhatPaceWasWanted) {
  EXPECT_EQ(Json()["rate_wanted"], 1000.0);
  EXPECT_TRUE(Json()["concurrency"].is_null());
  run_.options.rate.reset();
  run_.options.concurrency = 7;
  EXPECT_TRUE(Json()["rate_wanted"].is_null());
  EXPECT_EQ(Json()["concurrency"], 7);
}

TEST_F(ReportTest, TableShowsSharesAndStatuses) {
  EXPECT_THAT(Table(), HasSubstr("r1                          1000  50.00 %   50.00 %"));
  EXPECT_THAT(Table(), HasSubstr("OK 2000  DEADLINE_EXCEEDED 1  UNAVAILABLE 2"));
}

TEST_F(ReportTest, TableFitsEightyColumns) {
  std::istringstream table(Table());
  for (std::string line; std::getline(table, line);) {
    const auto columns = std::ranges::count_if(line, [](char c) { return (c & 0xc0) != 0x80; });
    EXPECT_LE(columns, 80) << line;
  }
}

TEST_F(ReportTest, FinalTableExplainsFailures) {
  run_.unstarted = 7;
  const std::string table = FormatFinalTable(run_, stats_.Snapshot());
  EXPECT_THAT(table, HasSubstr("2 × UNAVAILABLE: no \xff endpoint\n"));
  EXPECT_THAT(table, HasSubstr("7 due, but never started\n"));
}

TEST_F(ReportTest, LineIsOneLine) {
  const std::string line = FormatLine(run_, stats_.Snapshot(), AllAsRecent());
  EXPECT_THAT(line, HasSubstr("r1 50.0% r2 50.0%"));
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace evenkeel::backend
