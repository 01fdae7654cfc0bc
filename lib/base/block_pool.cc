#include "lib/base/block_pool.h"

#include <array>
#include <atomic>
#include <bit>
#include <new>
#include <utility>

namespace evenkeel::base {
namespace {

#ifdef EVENKEEL_SANITIZED
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr size_t kPage = 4096;

// Classes of sizes up to a page: in steps, so that a block wastes less than one.
struct Steps {
  static constexpr size_t kStep = 64;
  static constexpr size_t kCount = kPage / kStep + 1;
  static constexpr size_t Of(size_t size) { return size == 0 ? 1 : (size + kStep - 1) / kStep; }
  static constexpr size_t SizeOf(size_t index) { return index * kStep; }
};
static_assert(Steps::Of(kPage) == Steps::kCount - 1);

// Beyond it: powers of two.
struct Powers {
  static constexpr size_t kCount = std::bit_width(BlockPool::kLargestBlock / kPage) - 1;
  static constexpr size_t Of(size_t size) { return std::bit_width((size - 1) / kPage) - 1; }
  static constexpr size_t SizeOf(size_t index) { return 2 * kPage << index; }
};
static_assert(Powers::SizeOf(Powers::Of(kPage + 1)) == 2 * kPage && Powers::Of(2 * kPage) == 0);
static_assert(Powers::Of(BlockPool::kLargestBlock) == Powers::kCount - 1);

struct FreeBlock {
  FreeBlock* next;
};

std::atomic<int64_t> taken_by_all = 0;

// What one thread has taken and others have not heard of.
thread_local constinit int64_t untold = 0;
thread_local constinit BlockPool::Watch* growth_watch = nullptr;

[[gnu::noinline]] void Tell() {
  const int64_t told = std::exchange(untold, 0);
  const int64_t taken = taken_by_all.fetch_add(told, std::memory_order_relaxed) + told;
  if (told > 0 && growth_watch != nullptr) growth_watch->OnGrowth(taken);
}

void Count(int64_t bytes) {
  untold += bytes;
  if (untold >= BlockPool::kCountStep || untold <= -BlockPool::kCountStep) Tell();
}

void* FromHeap(size_t size) {
  void* const block = ::operator new(size);
  Count(static_cast<int64_t>(size));
  return block;
}

void ToHeap(void* block, size_t size) {
  ::operator delete(block);
  Count(-static_cast<int64_t>(size));
}

// Of one thread. Trivially destructible, so that it is there to the very end: destructors of other
// things that the thread owns may free blocks after those kept have gone.
template <typename Classes>
class FreeLists {
 public:
  void* Take(size_t index) {
    FreeBlock* const block = first_[index];
    if (block == nullptr) [[unlikely]]
      return FromHeap(Classes::SizeOf(index));
    first_[index] = block->next;
    kept_ -= Classes::SizeOf(index);
    return block;
  }

  void Free(void* memory, size_t index) {
    if (kept_ + Classes::SizeOf(index) > most_ && !Open()) [[unlikely]]
      return ToHeap(memory, Classes::SizeOf(index));
    kept_ += Classes::SizeOf(index);
    first_[index] = new (memory) FreeBlock{first_[index]};
  }

  void Release() {
    for (size_t index = 0; index < Classes::kCount; ++index) {
      while (first_[index] != nullptr) ToHeap(Take(index), Classes::SizeOf(index));
    }
  }

  size_t kept() const { return kept_; }

 private:
  struct Closer {
    ~Closer() {
      lists.Release();
      lists.most_ = 0;
      Tell();
    }
    FreeLists& lists;
  };

  /// Begins to keep blocks, until the thread ends; false if it has before.
  bool Open() {
    if (opened_) return false;
    static thread_local Closer closer{*this};
    opened_ = true;
    most_ = BlockPool::kMostKept;
    return true;
  }

  std::array<FreeBlock*, Classes::kCount> first_{};
  size_t kept_ = 0;  // bytes
  size_t most_ = 0;
  bool opened_ = false;
};

// Neither crowds out the other.
thread_local constinit FreeLists<Steps> small;
thread_local constinit FreeLists<Powers> large;

}  // namespace

void* BlockPool::Take(size_t size) {
  if (kRecycle && size <= kPage) [[likely]]
    return small.Take(Steps::Of(size));
  if (kRecycle && size <= kLargestBlock) return large.Take(Powers::Of(size));
  return FromHeap(size);
}

void BlockPool::Free(void* block, size_t size) noexcept {
  if (kRecycle && size <= kPage) [[likely]]
    return small.Free(block, Steps::Of(size));
  if (kRecycle && size <= kLargestBlock) return large.Free(block, Powers::Of(size));
  ToHeap(block, size);
}

void BlockPool::Release() {
  small.Release();
  large.Release();
}

size_t BlockPool::kept() { return small.kept() + large.kept(); }

int64_t BlockPool::taken() { return taken_by_all.load(std::memory_order_relaxed); }

void BlockPool::SetWatch(Watch* watch) { growth_watch = watch; }

}  // namespace evenkeel::base
