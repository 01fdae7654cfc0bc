// A scrape while workers count, with real threads: for ThreadSanitizer, and for what a scrape may
// show meanwhile.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "lib/telemetry/metrics.h"
#include "tests/lib/telemetry/scrape.h"

namespace evenkeel::telemetry {
namespace {

constexpr int kWorkers = 4;
constexpr int kCallsPerWorker = 20'000;
constexpr int kEndpoints = 5;

class MetricsThreadsTest : public ::testing::Test {
 protected:
  MetricsThreadsTest() {
    for (int i = 0; i < kEndpoints; ++i) {
      endpoints_.push_back(metrics_.RegisterEndpoint("users", "127.0.0.1:" + std::to_string(i)));
    }
  }

  void StartWorkers() {
    for (int i = 0; i < kWorkers; ++i) {
      threads_.emplace_back([this, i, &worker = metrics_.AddWorker()] {
        while (!go_) std::this_thread::yield();
        for (int call = 0; call < kCallsPerWorker; ++call) MakeCall(worker, call + i);
        ++finished_;
      });
    }
    go_ = true;
  }

  bool WorkersRun() const { return finished_ < kWorkers; }

  void JoinWorkers() {
    for (std::thread& each : threads_) each.join();
  }

  // 300 methods against a limit of 200: workers meet in the table and outgrow it.
  void MakeCall(WorkerMetrics& worker, int number) const {
    const rpc::AttemptOutcome outcome{static_cast<rpc::StatusCode>(number % rpc::kStatusCodeCount),
                                      rpc::Origin::kEndpoint, std::chrono::microseconds(number)};
    const std::string path = "/s/m" + std::to_string(number % 300);
    MethodId method = worker.FindMethod(path);
    const EndpointId endpoint = endpoints_[static_cast<size_t>(number % kEndpoints)];
    worker.CallStarted(method);
    worker.AttemptStarted(endpoint);
    worker.EndpointBytesSent(endpoint, 100);
    worker.AttemptFinished(endpoint, outcome);
    if (method == kUnsettledMethod) method = worker.Settle(path, IsMethod::kYes);
    worker.CallFinished(method, outcome.status, outcome.origin, outcome.duration);
  }

  Metrics metrics_;

 private:
  std::vector<EndpointId> endpoints_;
  std::vector<std::thread> threads_;
  std::atomic<bool> go_ = false;
  std::atomic<int> finished_ = 0;
};

TEST_F(MetricsThreadsTest, CountersOnlyGrowWhileWorkersCount) {
  StartWorkers();
  std::map<std::string, double> before;
  do {
    const Scrape scrape(metrics_.Text());
    for (const auto& [series, value] : before) {
      if (series.find("_total") == std::string::npos) continue;
      ASSERT_GE(scrape.Value(series), value) << series;
    }
    EXPECT_LE(scrape.Sum("evenkeel_client_attempt_in_flight"), kWorkers * kCallsPerWorker);
    before = scrape.values();
  } while (WorkersRun());
  JoinWorkers();
}

TEST_F(MetricsThreadsTest, LosesNothingOfWhatAllWorkersCounted) {
  constexpr double kCalls = kWorkers * kCallsPerWorker;
  StartWorkers();
  while (WorkersRun()) metrics_.Text();
  JoinWorkers();
  const Scrape scrape(metrics_.Text());
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_started_total"), kCalls);
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_finished_total"), kCalls);
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_duration_seconds_count"), kCalls);
  EXPECT_EQ(scrape.Sum("evenkeel_server_call_in_flight"), 0);
  EXPECT_EQ(scrape.Sum("evenkeel_client_attempt_started_total"), kCalls);
  EXPECT_EQ(scrape.Sum("evenkeel_client_attempt_finished_total"), kCalls);
  EXPECT_EQ(scrape.Sum("evenkeel_client_sent_bytes_total"), kCalls * 100);
}

}  // namespace
}  // namespace evenkeel::telemetry
