#include "lib/telemetry/counter.h"

#include <gtest/gtest.h>

#include <thread>

namespace evenkeel::telemetry {
namespace {

TEST(CounterTest, CountsByOneOrByMore) {
  Counter counter;
  EXPECT_EQ(counter.value(), 0u);
  counter.Add();
  counter.Add(5);
  counter.Add(0);
  EXPECT_EQ(counter.value(), 6u);
}

TEST(CounterTest, AnyThreadReadsWhatItsWriterRaises) {
  constexpr uint64_t kRaises = 100'000;
  Counter counter;
  std::thread writer([&] {
    for (uint64_t i = 0; i < kRaises; ++i) counter.Add();
  });
  uint64_t last = 0;
  while (last < kRaises) {
    const uint64_t value = counter.value();
    EXPECT_GE(value, last) << "it never goes down";
    last = value;
  }
  writer.join();
  EXPECT_EQ(counter.value(), kRaises);
}

}  // namespace
}  // namespace evenkeel::telemetry
