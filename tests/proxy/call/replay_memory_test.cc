#include "proxy/call/replay_memory.h"

#include <gtest/gtest.h>

namespace evenkeel::proxy {
namespace {

constexpr size_t kMiB = 1024 * 1024;

TEST(ReplayMemoryTest, WorkersShareOnePool) {
  const auto pool = std::make_shared<ReplayMemory::Pool>(2 * kMiB);
  ReplayMemory one(pool);
  ReplayMemory other(pool);
  EXPECT_TRUE(one.Take(kMiB));
  EXPECT_FALSE(other.Take(kMiB));
  other.Give(kMiB);
  one.Give(kMiB);
  EXPECT_TRUE(other.Take(kMiB));
}

TEST(ReplayMemoryTest, WhatWasNotAllowedCountsAllTheSame) {
  const auto pool = std::make_shared<ReplayMemory::Pool>(kMiB);
  ReplayMemory memory(pool);
  EXPECT_FALSE(memory.Take(2 * kMiB));
  EXPECT_FALSE(memory.Take(1));
  memory.Give(2 * kMiB);
  EXPECT_TRUE(memory.Take(1));
}

TEST(ReplayMemoryTest, GivesEverythingBack) {
  const auto pool = std::make_shared<ReplayMemory::Pool>(8 * kMiB);
  {
    ReplayMemory memory(pool);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(memory.Take(64 * 1024));
    for (int i = 0; i < 100; ++i) memory.Give(64 * 1024);
    EXPECT_GT(*pool, static_cast<int64_t>(7 * kMiB));
  }
  EXPECT_EQ(*pool, static_cast<int64_t>(8 * kMiB));
}

}  // namespace
}  // namespace evenkeel::proxy
