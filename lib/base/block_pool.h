// BlockPool: memory for what each call needs for a moment, recycled by the thread that frees it.
//
// Every thread has a pool of its own, so there is no lock. A block may be freed on another thread
// than the one that took it; it then serves that one. What a burst leaves is kept up to a bound.
// Sanitizer builds keep nothing: each object is an allocation of its own there, so that they see
// what is used after its end.
//
// It is where nearly all of what peers make us hold is taken: queues, header lists, compression
// tables, streams, calls, connections. So it counts, at the price of nothing: only where a thread
// goes to the heap, which calls in steady state do not.
#pragma once

#include <cstddef>
#include <cstdint>

namespace evenkeel::base {

class BlockPool {
 public:
  /// Larger blocks come from the heap and go back to it.
  static constexpr size_t kLargestBlock = size_t{256} * 1024;
  /// A thread keeps at most so many bytes of free blocks up to a page, and as many of larger ones.
  static constexpr size_t kMostKept = size_t{2} * 1024 * 1024;

  /// At least `size` bytes, aligned for any object.
  static void* Take(size_t size);
  /// Frees a block. Precondition: Take(size) gave it.
  static void Free(void* block, size_t size) noexcept;

  /// Gives the free blocks that this thread keeps to the heap.
  static void Release();
  /// Bytes of free blocks that this thread keeps.
  static size_t kept();

  /// Bytes that the pools of all threads have from the heap, free blocks that they keep included;
  /// of each thread to within a kCountStep. Any thread.
  static int64_t taken();
  static constexpr int64_t kCountStep = 64 * 1024;

  /// Hears of growth while it goes on.
  class Watch {
   public:
    /// This thread has taken another kCountStep; `taken` is that of all. Called from within Take:
    /// it must not use the pool.
    virtual void OnGrowth(int64_t taken) noexcept = 0;

   protected:
    ~Watch() = default;
  };
  /// Of this thread, in place of the former; null: nobody hears of it.
  static void SetWatch(Watch* watch);
};

/// A class derived from it is made and deleted in blocks of the pool. For classes that nobody
/// derives from.
class Pooled {
 public:
  static void* operator new(size_t size) { return BlockPool::Take(size); }
  static void operator delete(void* block, size_t size) noexcept { BlockPool::Free(block, size); }

 protected:
  ~Pooled() = default;
};

/// For containers that live as long as a call or less.
template <typename T>
struct PoolAllocator {
  using value_type = T;

  PoolAllocator() = default;
  template <typename U>
  PoolAllocator(const PoolAllocator<U>&) {}

  T* allocate(size_t count) { return static_cast<T*>(BlockPool::Take(count * sizeof(T))); }
  void deallocate(T* block, size_t count) noexcept { BlockPool::Free(block, count * sizeof(T)); }

  friend bool operator==(const PoolAllocator&, const PoolAllocator&) { return true; }
};

}  // namespace evenkeel::base
