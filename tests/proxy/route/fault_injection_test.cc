#include "proxy/route/fault_injection.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class FaultInjectionTest : public ::testing::Test {
 protected:
  struct Count {
    int delayed = 0;
    int aborted = 0;
    int both = 0;
  };
  Count Draw(int times) {
    const FaultInjection faults(fault_);
    Count count;
    for (int i = 0; i < times; ++i) {
      const auto fault = faults.Draw(request_, random_);
      count.delayed += fault.delay > 0s;
      count.aborted += fault.abort != nullptr;
      count.both += fault.delay > 0s && fault.abort != nullptr;
    }
    return count;
  }

  config::Fault fault_;
  http2::HeaderList request_;
  base::Random random_{1};
};

TEST_F(FaultInjectionTest, DelaysAndAbortsTheShareThatIsConfigured) {
  fault_.delay = {10ms, 20};
  fault_.abort = {"ABORTED", "why", 5};
  const Count count = Draw(100'000);
  EXPECT_NEAR(count.delayed, 20'000, 500);
  EXPECT_NEAR(count.aborted, 5'000, 300);
}

TEST_F(FaultInjectionTest, ThrowsADieForEach) {
  fault_.delay = {10ms, 50};
  fault_.abort = {"ABORTED", "why", 50};
  EXPECT_NEAR(Draw(100'000).both, 25'000, 600);
}

TEST_F(FaultInjectionTest, NeverAtZeroAndAlwaysAtAHundredPercent) {
  fault_.delay = {10ms, 0};
  fault_.abort = {"ABORTED", "why", 100};
  const Count count = Draw(1000);
  EXPECT_EQ(count.delayed, 0);
  EXPECT_EQ(count.aborted, 1000);
}

TEST_F(FaultInjectionTest, TheAbortHasItsStatusAndMessage) {
  fault_.abort = {"DATA_LOSS", "why", 100};
  const FaultInjection faults(fault_);
  const auto fault = faults.Draw(request_, random_);
  ASSERT_TRUE(fault.abort);
  EXPECT_EQ(fault.abort->code, rpc::StatusCode::kDataLoss);
  EXPECT_EQ(fault.abort->message, "why");
}

TEST_F(FaultInjectionTest, HitsOnlyCallsWithAllTheMetadata) {
  fault_.abort = config::Fault::Abort{};
  fault_.metadata = {{"x-fault", "1"}, {"x-user", "a"}};
  request_.Add("x-fault", "1");
  EXPECT_EQ(Draw(10).aborted, 0);
  request_.Add("x-user", "b");
  EXPECT_EQ(Draw(10).aborted, 0);
  request_.Add("x-user", "a");
  EXPECT_EQ(Draw(10).aborted, 10);
}

}  // namespace
}  // namespace evenkeel::proxy
