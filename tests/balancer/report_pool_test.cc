#include "balancer/report_pool.h"

#include <gtest/gtest.h>

#include <chrono>

namespace evenkeel::balancer {
namespace {

using namespace std::chrono_literals;

constexpr base::Time kNow{1h};

// "endpoint: in flight, latency in ms" of each report that may be used, by slot.
std::vector<std::string> Usable(const ReportPool& pool, base::Time now) {
  const ReportPool::Snapshot read = pool.Read(now);
  std::vector<std::string> texts;
  for (size_t i = 0; i < read.size; ++i) {
    const ReportPool::Report& each = read.items[i].report;
    texts.push_back(std::to_string(each.endpoint) + ": " + std::to_string(each.in_flight) + ", " +
                    std::to_string(each.latency / 1ms));
  }
  return texts;
}
using Texts = std::vector<std::string>;

TEST(ReportPoolTest, KeepsWhatWasReported) {
  ReportPool pool({.size = 3});
  EXPECT_EQ(Usable(pool, kNow), Texts{});
  pool.Add({7, 3, 20ms}, kNow);
  pool.Add({UINT32_MAX - 1, 0, 5s}, kNow);
  EXPECT_EQ(Usable(pool, kNow), (Texts{"7: 3, 20", "4294967294: 0, 5000"}));
}

TEST(ReportPoolTest, AReportTakesThePlaceOfTheEndpointsOlderOneOrOfTheOldest) {
  ReportPool pool({.size = 3, .max_age = 1s});
  for (uint32_t i = 0; i < 3; ++i) pool.Add({i, i, 10ms}, kNow + i * 10ms);
  pool.Add({0, 9, 90ms}, kNow + 30ms);
  EXPECT_EQ(Usable(pool, kNow + 30ms), (Texts{"0: 9, 90", "1: 1, 10", "2: 2, 10"}));
  pool.Add({3, 3, 10ms}, kNow + 40ms);
  EXPECT_EQ(Usable(pool, kNow + 40ms), (Texts{"0: 9, 90", "3: 3, 10", "2: 2, 10"}));
}

TEST(ReportPoolTest, AReportIsOfNoUseBeyondItsAge) {
  ReportPool pool({.size = 2, .max_age = 100ms});
  pool.Add({1, 1, 10ms}, kNow);
  EXPECT_EQ(Usable(pool, kNow + 100ms).size(), 1u);
  EXPECT_EQ(Usable(pool, kNow + 101ms).size(), 0u);
}

// Workers have the time of their turns: one may be some milliseconds behind another.
TEST(ReportPoolTest, AThreadWhoseClockIsBehindTakesANewReportForNew) {
  ReportPool pool({.size = 2});
  pool.Add({1, 1, 10ms}, kNow - 50ms);
  pool.Add({2, 2, 20ms}, kNow);
  EXPECT_EQ(Usable(pool, kNow - 3ms), (Texts{"1: 1, 10", "2: 2, 20"}));
  pool.Add({3, 3, 30ms}, kNow - 3ms);
  EXPECT_EQ(Usable(pool, kNow), (Texts{"3: 3, 30", "2: 2, 20"})) << "the oldest went";
}

// Times are kept as 32 bits of milliseconds, which wrap after 49 days.
TEST(ReportPoolTest, AgesAreRightAcrossTheWrap) {
  const base::Time wrap{std::chrono::milliseconds(uint64_t{1} << 32)};
  ReportPool pool({.size = 2, .max_age = 100ms});
  pool.Add({1, 1, 10ms}, wrap - 20ms);
  pool.Add({2, 2, 10ms}, wrap - 10ms);
  pool.Add({3, 3, 10ms}, wrap + 10ms);
  EXPECT_EQ(Usable(pool, wrap + 85ms), (Texts{"3: 3, 10", "2: 2, 10"}));
  EXPECT_EQ(Usable(pool, wrap + 95ms), (Texts{"3: 3, 10"}));
}

TEST(ReportPoolTest, EachUseIsOneMoreInFlightAndRaisesTheLatencyInProportion) {
  ReportPool pool({.size = 2, .max_uses = 3});
  pool.Add({1, 1, 10ms}, kNow);
  Texts seen;
  for (int i = 0; i < 3; ++i) {
    seen.push_back(Usable(pool, kNow).front());
    pool.Use(pool.Read(kNow).items[0]);
  }
  // Two requests as reported, then three, then four.
  EXPECT_EQ(seen, (Texts{"1: 1, 10", "1: 2, 15", "1: 3, 20"}));
  EXPECT_EQ(Usable(pool, kNow), Texts{});  // used up
}

TEST(ReportPoolTest, UsesMayBeUnlimited) {
  ReportPool pool({.size = 2, .max_uses = ReportPool::kUnlimitedUses});
  EXPECT_FALSE(pool.is_limited());
  EXPECT_TRUE(ReportPool({.max_uses = 1'000}).is_limited());
  pool.Add({1, 0, 1ms}, kNow);
  for (int i = 0; i < 10'000; ++i) pool.Use(pool.Read(kNow).items[0]);
  EXPECT_EQ(pool.Read(kNow).items[0].report.in_flight, 10'000u);
}

TEST(ReportPoolTest, TooManyInFlightDoNotSpillIntoTheEndpoint) {
  ReportPool pool({.size = 2, .max_uses = 5});
  pool.Add({9, UINT32_MAX, 1ms}, kNow);
  pool.Use(pool.Read(kNow).items[0]);
  EXPECT_EQ(Usable(pool, kNow).front().substr(0, 11), "9: 1048575,");
}

TEST(ReportPoolTest, WhatWasReadBeforeANewerReportIsLeftAlone) {
  ReportPool pool({.size = 2});
  pool.Add({1, 1, 10ms}, kNow);
  const ReportPool::Snapshot read = pool.Read(kNow);
  pool.Add({1, 4, 40ms}, kNow);
  pool.Use(read.items[0]);
  pool.Remove(read.items[0]);
  EXPECT_EQ(Usable(pool, kNow), (Texts{"1: 4, 40"}));
}

TEST(ReportPoolTest, ForgetsWhatIsRemovedAndOnlyThat) {
  ReportPool pool({.size = 2});
  pool.Add({1, 1, 10ms}, kNow);
  pool.Add({2, 2, 20ms}, kNow);
  ReportPool::Snapshot read = pool.Read(kNow);
  pool.Remove(read.items[0]);
  read.items[1].slot = ReportPool::kNoSlot;  // a guess of the caller's, not of the pool
  pool.Remove(read.items[1]);
  pool.Use(read.items[1]);
  EXPECT_EQ(Usable(pool, kNow), (Texts{"2: 2, 20"}));
}

}  // namespace
}  // namespace evenkeel::balancer
