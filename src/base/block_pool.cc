#include "base/block_pool.h"

#include <array>
#include <new>
#include <utility>

namespace evenkeel::base {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

// Classes of sizes in steps: a block wastes less than one.
constexpr size_t kStep = 64;
constexpr size_t kClasses = BlockPool::kLargestBlock / kStep + 1;

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
      return ::operator new(index* kStep);
    first_[index] = block->next;
    kept_ -= index * kStep;
    return block;
  }

  void Free(void* memory, size_t index) {
    if (kept_ + index * kStep > BlockPool::kMostKept) [[unlikely]]
      return ::operator delete(memory);
    kept_ += index * kStep;
    first_[index] = new (memory) FreeBlock{first_[index]};
  }

  size_t kept() const { return kept_; }

 private:
  std::array<FreeBlock*, kClasses> first_{};
  size_t kept_ = 0;  // bytes
};

thread_local constinit FreeLists free_lists;

constexpr size_t ClassOf(size_t size) { return size == 0 ? 1 : (size + kStep - 1) / kStep; }

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
