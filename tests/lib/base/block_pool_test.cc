#include "lib/base/block_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace evenkeel::base {
namespace {

// Sanitizer builds take every block from the heap: then most tests say little.
#ifdef EVENKEEL_SANITIZED
constexpr bool kRecycles = false;
#else
constexpr bool kRecycles = true;
#endif

TEST(BlockPoolTest, GivesEachTakerBytesOfItsOwn) {
  std::vector<std::pair<char*, size_t>> blocks;
  for (size_t size = 0; size <= BlockPool::kLargestBlock + 100; size += 37 + size / 8) {
    blocks.emplace_back(static_cast<char*>(BlockPool::Take(size)), size);
    std::memset(blocks.back().first, static_cast<int>(size % 251), size);
  }
  for (const auto& [block, size] : blocks) {
    for (size_t i = 0; i < size; ++i) ASSERT_EQ(block[i], static_cast<char>(size % 251));
    BlockPool::Free(block, size);
  }
}

TEST(BlockPoolTest, GivesAFreedBlockToTheNextTakerOfThatSize) {
  if (!kRecycles) GTEST_SKIP() << "sanitizer builds recycle nothing";
  void* const first = BlockPool::Take(200);
  BlockPool::Free(first, 200);
  void* const second = BlockPool::Take(200);
  EXPECT_EQ(second, first);
  BlockPool::Free(second, 200);
}

// Takes twice as many bytes as are kept in blocks of a size, and frees them.
void Burst(size_t size) {
  std::vector<void*> blocks(2 * BlockPool::kMostKept / size);
  for (void*& block : blocks) block = BlockPool::Take(size);
  for (void* block : blocks) BlockPool::Free(block, size);
}

TEST(BlockPoolTest, KeepsNoMoreThanItsBoundAndGivesItBack) {
  Burst(BlockPool::kLargestBlock);
  EXPECT_LE(BlockPool::kept(), BlockPool::kMostKept);
  EXPECT_EQ(BlockPool::kept() > 0, kRecycles);
  BlockPool::Release();
  EXPECT_EQ(BlockPool::kept(), 0u);
}

TEST(BlockPoolTest, KeepsSmallBlocksWhateverABurstOfLargeOnesLeft) {
  if (!kRecycles) GTEST_SKIP() << "sanitizer builds recycle nothing";
  Burst(BlockPool::kLargestBlock);
  const size_t large = BlockPool::kept();
  Burst(64);
  EXPECT_EQ(BlockPool::kept() - large, BlockPool::kMostKept);
  BlockPool::Release();
}

TEST(BlockPoolTest, CountsWhatIsTakenFromTheHeap) {
  BlockPool::Release();
  const int64_t before = BlockPool::taken();
  std::vector<void*> blocks(32);
  for (void*& block : blocks) block = BlockPool::Take(BlockPool::kLargestBlock + 1);
  const auto size = static_cast<int64_t>(blocks.size() * BlockPool::kLargestBlock);
  EXPECT_NEAR(static_cast<double>(BlockPool::taken() - before), static_cast<double>(size),
              BlockPool::kCountStep);
  for (void* block : blocks) BlockPool::Free(block, BlockPool::kLargestBlock + 1);
  EXPECT_NEAR(static_cast<double>(BlockPool::taken()), static_cast<double>(before),
              BlockPool::kCountStep);
}

TEST(BlockPoolTest, WhatIsRecycledIsNotTakenAgain) {
  if (!kRecycles) GTEST_SKIP() << "sanitizer builds recycle nothing";
  BlockPool::Free(BlockPool::Take(1000), 1000);
  const int64_t before = BlockPool::taken();
  for (int i = 0; i < 1000; ++i) BlockPool::Free(BlockPool::Take(1000), 1000);
  EXPECT_EQ(BlockPool::taken(), before);
}

class Growth final : public BlockPool::Watch {
 public:
  Growth() { BlockPool::SetWatch(this); }
  ~Growth() { BlockPool::SetWatch(nullptr); }
  void OnGrowth(int64_t taken) noexcept override {
    ++times;
    last = taken;
  }

  int times = 0;
  int64_t last = 0;
};

TEST(BlockPoolTest, AThreadHearsOfItsOwnGrowth) {
  Growth growth;
  std::thread([] {
    BlockPool::Free(BlockPool::Take(BlockPool::kLargestBlock + 1), BlockPool::kLargestBlock + 1);
  }).join();
  EXPECT_EQ(growth.times, 0);
  void* const block = BlockPool::Take(BlockPool::kLargestBlock + 1);
  EXPECT_EQ(growth.times, 1);
  EXPECT_EQ(growth.last, BlockPool::taken());
  BlockPool::Free(block, BlockPool::kLargestBlock + 1);
  EXPECT_EQ(growth.times, 1);
}

TEST(BlockPoolTest, KeepsNothingOfAThreadThatEnds) {
  static size_t kept_at_last = 1;
  struct Last {
    ~Last() {
      BlockPool::Free(block, 64);
      BlockPool::Free(BlockPool::Take(64), 64);
      kept_at_last = BlockPool::kept();
    }
    void* block = BlockPool::Take(64);
  };
  std::thread([] {
    static thread_local Last last;  // older than what the thread keeps, so it goes after that
    BlockPool::Free(last.block, 64);
    last.block = BlockPool::Take(64);
  }).join();
  EXPECT_EQ(kept_at_last, 0u);
}

TEST(BlockPoolTest, TakesBackWhatAnotherThreadTook) {
  void* block = nullptr;
  std::thread([&] { block = BlockPool::Take(64); }).join();
  BlockPool::Free(block, 64);
}

struct Counted : Pooled {
  explicit Counted(int start) : value(start) {}
  int value;
};

TEST(BlockPoolTest, HoldsObjectsAndContainers) {
  const auto counted = std::make_unique<Counted>(7);
  std::vector<int, PoolAllocator<int>> numbers;
  for (int i = 0; i < 10'000; ++i) numbers.push_back(i);  // beyond the largest block
  EXPECT_EQ(counted->value, 7);
  EXPECT_EQ(numbers[9'999], 9'999);
}

}  // namespace
}  // namespace evenkeel::base
