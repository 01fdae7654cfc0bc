#include "proxy/route/rate_limit.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace evenkeel::proxy {
namespace {

using namespace std::chrono_literals;

class RateLimitTest : public ::testing::Test {
 protected:
  // How many of so many calls at once may start.
  static int Started(RateLimit& limit, int calls, std::string_view key, base::Time now) {
    int started = 0;
    for (int i = 0; i < calls; ++i) started += limit.Take(key, now) ? 0 : 1;
    return started;
  }

  base::Time now_ = base::Time(1h);
};

TEST_F(RateLimitTest, StartsABurstAndNoMore) {
  RateLimit limit({.calls = 10, .per = 1s, .burst = 5, .max_keys = 1}, 1);
  EXPECT_EQ(Started(limit, 100, "", now_), 5);
}

TEST_F(RateLimitTest, TokensDripInEvenly) {
  RateLimit limit({.calls = 10, .per = 1s, .burst = 5, .max_keys = 1}, 1);
  Started(limit, 5, "", now_);
  EXPECT_EQ(Started(limit, 5, "", now_ + 99ms), 0);
  EXPECT_EQ(Started(limit, 5, "", now_ + 100ms), 1);
  EXPECT_EQ(Started(limit, 5, "", now_ + 400ms), 3);
}

TEST_F(RateLimitTest, SaysHowLongUntilTheNextOne) {
  RateLimit limit({.calls = 10, .per = 1s, .burst = 2, .max_keys = 1}, 1);
  Started(limit, 2, "", now_);
  EXPECT_EQ(limit.Take("", now_ + 30ms), 70ms);
  EXPECT_EQ(limit.Take("", now_ + 100ms), std::nullopt);
}

TEST_F(RateLimitTest, OverALongTimeTheRateHolds) {
  RateLimit limit({.calls = 100, .per = 1s, .burst = 10, .max_keys = 1}, 1);
  int started = 0;
  for (int ms = 0; ms < 10000; ++ms) started += Started(limit, 3, "", now_ + ms * 1ms);
  EXPECT_NEAR(started, 1000 + 10, 2);
}

TEST_F(RateLimitTest, AnIdleBucketHoldsNoMoreThanABurst) {
  RateLimit limit({.calls = 10, .per = 1s, .burst = 5, .max_keys = 1}, 1);
  Started(limit, 5, "", now_);
  EXPECT_EQ(Started(limit, 100, "", now_ + 1h), 5);
}

TEST_F(RateLimitTest, EachKeyHasItsOwnBucket) {
  RateLimit limit({.calls = 1, .per = 1s, .burst = 3, .max_keys = 1024}, 1);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(Started(limit, 9, std::to_string(i), now_), 3) << i;
}

TEST_F(RateLimitTest, MoreKeysThanPlacesShareWhatIsLeftAndNeverGetMore) {
  RateLimit limit({.calls = 1, .per = 1s, .burst = 1, .max_keys = 16}, 1);
  int started = 0;
  for (int i = 0; i < 1000; ++i) started += Started(limit, 1, std::to_string(i), now_);
  EXPECT_LE(started, 16 + 1);
  EXPECT_GE(started, 8);
}

TEST_F(RateLimitTest, AFullBucketMakesRoomForAnotherKey) {
  RateLimit limit({.calls = 1, .per = 1s, .burst = 1, .max_keys = 1}, 1);
  EXPECT_EQ(Started(limit, 2, "a", now_), 1);
  EXPECT_EQ(Started(limit, 2, "b", now_ + 1s), 1);
  EXPECT_EQ(Started(limit, 2, "a", now_ + 2s), 1);
}

TEST_F(RateLimitTest, ThreadsTogetherGetOneBurst) {
  // Each key's first calls race for its bucket.
  constexpr int kKeys = 2'000;
  RateLimit limit({.calls = 1, .per = 1h, .burst = 10, .max_keys = 16 * kKeys}, 1);
  std::vector<std::atomic<int>> started(kKeys);
  std::atomic<int> ready{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int key = 0; key < kKeys; ++key) {
        ++ready;
        while (ready < 4 * (key + 1)) std::this_thread::yield();
        started[static_cast<size_t>(key)] += Started(limit, 10, std::to_string(key), now_);
      }
    });
  }
  for (std::thread& each : threads) each.join();
  for (const auto& each : started) ASSERT_EQ(each, 10);
}

class NextRateLimitTest : public RateLimitTest {
 protected:
  /// One with these settings, after `before`.
  static std::unique_ptr<RateLimit> Make(const RateLimit::Settings& settings,
                                         const RateLimit& before, base::Time now) {
    auto limit = std::make_unique<RateLimit>(settings, 1);
    limit->TakeOver(before, now);
    return limit;
  }
};

TEST_F(NextRateLimitTest, LacksWhatTheOneBeforeLacked) {
  RateLimit before({.calls = 10, .per = 1s, .burst = 10, .max_keys = 1}, 1);
  Started(before, 4, "", now_);
  const auto next = Make({.calls = 100, .per = 1s, .burst = 10, .max_keys = 1}, before, now_);
  EXPECT_EQ(Started(*next, 100, "", now_), 6) << "four are taken";
  EXPECT_EQ(Started(*next, 100, "", now_ + 10ms), 1) << "at its own rate";
}

TEST_F(NextRateLimitTest, WithASmallerBurstIsEmptyAtWorst) {
  RateLimit before({.calls = 10, .per = 1s, .burst = 100, .max_keys = 1}, 1);
  Started(before, 100, "", now_);
  const auto next = Make({.calls = 10, .per = 1s, .burst = 2, .max_keys = 1}, before, now_);
  EXPECT_EQ(Started(*next, 10, "", now_), 0);
  EXPECT_EQ(Started(*next, 10, "", now_ + 100ms), 1);
}

TEST_F(NextRateLimitTest, KnowsEachKey) {
  RateLimit before({.calls = 2, .per = 1h, .burst = 2, .max_keys = 100}, 1);
  Started(before, 2, "ada", now_);
  Started(before, 1, "bob", now_);
  const auto next = Make({.calls = 2, .per = 1h, .burst = 2, .max_keys = 1000}, before, now_);
  EXPECT_EQ(Started(*next, 9, "ada", now_), 0);
  EXPECT_EQ(Started(*next, 9, "bob", now_), 1);
  EXPECT_EQ(Started(*next, 9, "eve", now_), 2);
}

}  // namespace
}  // namespace evenkeel::proxy
