#include "backend/server/orca_reporter.h"

#include <gtest/gtest.h>

namespace evenkeel::backend {
namespace {

using namespace std::chrono_literals;
using xds::data::orca::v3::OrcaLoadReport;

struct IdleWaiter final : WorkerSlots::Waiter {
  void OnSlot() override {}
};

class OrcaReporterTest : public testing::Test {
 protected:
  base::ManualClock clock_;
  LoadMeter meter_{clock_, 1};
  ProcessUsage usage_{clock_};
  WorkerSlots slots_{1, [this](size_t busy) { meter_.BusyChanged(busy); }};
  OrcaReporter reporter_{meter_, usage_, slots_};
  IdleWaiter waiter_;
};

TEST_F(OrcaReporterTest, ReportsRatesUtilizationAndQueue) {
  const auto working = slots_.Enter(waiter_);
  const auto waiting = slots_.Enter(waiter_);
  for (int i = 0; i < 1000; ++i) {
    meter_.CallStarted();
    if (i % 2 == 0) meter_.CallFailed();
    clock_.Advance(10ms);
  }
  const OrcaLoadReport& report = reporter_.Report();
  EXPECT_NEAR(report.rps_fractional(), 100, 2);
  EXPECT_NEAR(report.eps(), 50, 2);
  EXPECT_NEAR(report.application_utilization(), 1, 0.01);
  EXPECT_EQ(report.named_metrics().at("queued_calls"), 1);
}

TEST_F(OrcaReporterTest, ReportsSharesOfTheMachine) {
  clock_.Advance(1s);
  const OrcaLoadReport& report = reporter_.Report();
  EXPECT_GE(report.cpu_utilization(), 0);
  EXPECT_LE(report.cpu_utilization(), 1.5);
  EXPECT_GT(report.mem_utilization(), 0);
  EXPECT_LT(report.mem_utilization(), 1);
}

TEST_F(OrcaReporterTest, SerializesTheSameReport) {
  clock_.Advance(1s);
  OrcaLoadReport parsed;
  ASSERT_TRUE(parsed.ParseFromString(reporter_.Serialize()));
  EXPECT_EQ(parsed.mem_utilization(), reporter_.Report().mem_utilization());
}

// The numbers of the fields are a wire contract with every gRPC library.
TEST(OrcaLoadReportTest, HasTheFieldNumbersOfXds) {
  const auto* const fields = OrcaLoadReport::descriptor();
  EXPECT_EQ(fields->FindFieldByName("cpu_utilization")->number(), 1);
  EXPECT_EQ(fields->FindFieldByName("mem_utilization")->number(), 2);
  EXPECT_EQ(fields->FindFieldByName("rps")->number(), 3);
  EXPECT_EQ(fields->FindFieldByName("request_cost")->number(), 4);
  EXPECT_EQ(fields->FindFieldByName("utilization")->number(), 5);
  EXPECT_EQ(fields->FindFieldByName("rps_fractional")->number(), 6);
  EXPECT_EQ(fields->FindFieldByName("eps")->number(), 7);
  EXPECT_EQ(fields->FindFieldByName("named_metrics")->number(), 8);
  EXPECT_EQ(fields->FindFieldByName("application_utilization")->number(), 9);
}

}  // namespace
}  // namespace evenkeel::backend
