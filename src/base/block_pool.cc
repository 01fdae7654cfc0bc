#include "base/block_pool.h"

#include <array>
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

// Of one thread. Trivially destructible, so that it is there to the very end: destructors of other
// things that the thread owns may free blocks after those kept have gone.
class FreeLists {
 public:
  void* Take(size_t index) {
    FreeBlock* const block = first_[index];
    if (block == nullptr) [[unlikely]]
      return ::operator new(SizeOf(index));
    first_[index] = block->next;
    kept_[IsLarge(index)] -= SizeOf(index);
    return block;
  }

  void Free(void* memory, size_t index) {
    if (!opened_) [[unlikely]]
      Open();
    if (kept_[IsLarge(index)] + SizeOf(index) > most_) [[unlikely]]
      return ::operator delete(memory);
    kept_[IsLarge(index)] += SizeOf(index);
    first_[index] = new (memory) FreeBlock{first_[index]};
  }

  void Release() {
    for (size_t index = 0; index < kClasses; ++index) {
      while (first_[index] != nullptr) ::operator delete(Take(index));
    }
  }

  /// Keeps nothing from here on.
  void Close() {
    Release();
    most_ = 0;
  }

  size_t kept() const { return kept_[0] + kept_[1]; }

 private:
  static size_t IsLarge(size_t index) { return index < kStepClasses ? 0 : 1; }
  /// At the thread's first Free.
  void Open();

  std::array<FreeBlock*, kClasses> first_{};
  // Bytes of blocks up to a page and of larger ones: neither crowds out the other.
  std::array<size_t, 2> kept_{};
  size_t most_ = BlockPool::kMostKept;
  bool opened_ = false;
};

thread_local constinit FreeLists free_lists;

struct Closer {
  ~Closer() { free_lists.Close(); }
};

void FreeLists::Open() {
  static thread_local Closer closer;
  opened_ = true;
}

}  // namespace

void* BlockPool::Take(size_t size) {
  if (!kRecycle || size > kLargestBlock) return ::operator new(size);
  return free_lists.Take(ClassOf(size));
}

void BlockPool::Free(void* block, size_t size) noexcept {
  if (!kRecycle || size > kLargestBlock) return ::operator delete(block);
  free_lists.Free(block, ClassOf(size));
}

void BlockPool::Release() { free_lists.Release(); }

size_t BlockPool::kept() { return free_lists.kept(); }

}  // namespace evenkeel::base
