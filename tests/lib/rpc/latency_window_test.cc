#include "lib/rpc/latency_window.h"

#include <gtest/gtest.h>

#include "lib/base/random.h"

namespace evenkeel::rpc {
namespace {

using namespace std::chrono_literals;

TEST(LatencyWindowTest, SaysNothingBeforeItHasEnough) {
  LatencyWindow window;
  for (uint32_t i = 1; i < LatencyWindow::kEnough; ++i) window.Add(1ms);
  EXPECT_FALSE(window.Percentile(95));
  window.Add(1ms);
  EXPECT_TRUE(window.Percentile(95));
}

TEST(LatencyWindowTest, IsAtMostAnEighthTooHigh) {
  for (const base::Duration latency : std::initializer_list<base::Duration>{
           0us, 1us, 7us, 8us, 100us, 999us, 1ms, 37ms, 1s, 100s}) {
    LatencyWindow window;
    for (uint32_t i = 0; i < LatencyWindow::kEnough; ++i) window.Add(latency);
    EXPECT_GE(*window.Percentile(50), latency);
    EXPECT_LE(*window.Percentile(50), latency + latency / 8 + 1us);
  }
}

TEST(LatencyWindowTest, FindsThePercentileOfAMixture) {
  LatencyWindow window;
  base::Random random(1);
  for (int i = 0; i < 3'000; ++i) window.Add(random.Below(100) < 4 ? 500ms : 10ms);
  EXPECT_LE(*window.Percentile(95), 12ms);
  EXPECT_GE(*window.Percentile(99), 500ms);
}

TEST(LatencyWindowTest, ForgetsWhatIsTwoHalvesOld) {
  LatencyWindow window;
  for (uint32_t i = 0; i < LatencyWindow::kHalf; ++i) window.Add(1s);
  for (uint32_t i = 0; i < 2 * LatencyWindow::kHalf; ++i) window.Add(1ms);
  EXPECT_LE(*window.Percentile(99), 2ms);
}

}  // namespace
}  // namespace evenkeel::rpc
