#include "base/block_pool.h"

#include <array>
#include <bit>
#include <new>
#include <utility>

namespace evenkeel::base {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

// Classes of sizes: in steps up to a page, so that a small block wastes less than one, and in
// powers of two beyond it.
constexpr size_t kStep = 64;
constexpr size_t kPage = 4096;
constexpr size_t kStepClasses = kPage / kStep + 1;
constexpr size_t kClasses = kStepClasses + std::bit_width(BlockPool::kLargestBlock / kPage) - 1;

constexpr size_t ClassOf(size_t size) {
  if (size <= kPage) [[likely]]
    return size == 0 ? 1 : (size + kStep - 1) / kStep;
  return kStepClasses + std::bit_width((size - 1) / kPage) - 1;
}

constexpr size_t SizeOf(size_t index) {
  return index < kStepClasses ? index * kStep : 2 * kPage << (index - kStepClasses);
}
static_assert(SizeOf(ClassOf(kPage + 1)) == 2 * kPage && ClassOf(2 * kPage) == kStepClasses);
static_assert(ClassOf(BlockPool::kLargestBlock) == kClasses - 1);

struct FreeBlock {
  FreeBlock* next;
};

class FreeLists {
 public:
  ~FreeLists() {
    for (FreeBlock* block : first_) {
      while (block != nullptr) ::operator delete(std::exchange(block, block->next));
    }
    // What is freed after a thread's end goes to the heap.
    first_.fill(nullptr);
    kept_ = BlockPool::kMostKept;
  }

  void* Take(size_t index) {
    FreeBlock* const block = first_[index];
    if (block == nullptr) [[unlikely]]
      return ::operator new(SizeOf(index));
    first_[index] = block->next;
    kept_ -= SizeOf(index);
    return block;
  }

  void Free(void* memory, size_t index) {
    if (kept_ + SizeOf(index) > BlockPool::kMostKept) [[unlikely]]
      return ::operator delete(memory);
    kept_ += SizeOf(index);
    first_[index] = new (memory) FreeBlock{first_[index]};
  }

  size_t kept() const { return kept_; }

 private:
  std::array<FreeBlock*, kClasses> first_{};
  size_t kept_ = 0;  // bytes
};

thread_local constinit FreeLists free_lists;

}  // namespace

void* BlockPool::Take(size_t size) {
  if (!kRecycle || size > kLargestBlock) return ::operator new(size);
  return free_lists.Take(ClassOf(size));
}

void BlockPool::Free(void* block, size_t size) noexcept {
  if (!kRecycle || size > kLargestBlock) return ::operator delete(block);
  free_lists.Free(block, ClassOf(size));
}

size_t BlockPool::kept() { return free_lists.kept(); }

}  // namespace evenkeel::base
