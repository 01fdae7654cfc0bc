// LazySlots: an array of T by small index that holds memory only for the indices in use.
//
// One thread makes and writes the elements, any thread may look at them meanwhile; elements never
// move and die with the array. The maker's first use of an index allocates, later ones do not.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

#include "lib/base/check.h"

namespace evenkeel::telemetry {

template <typename T>
class LazySlots {
 public:
  /// Indices run from 0 to kCapacity - 1.
  static constexpr size_t kCapacity = size_t{64} * 1024;

  LazySlots() = default;
  LazySlots(const LazySlots&) = delete;
  LazySlots& operator=(const LazySlots&) = delete;
  ~LazySlots() {
    for (std::atomic<Chunk*>& chunk : chunks_) {
      Chunk* const elements = chunk.load(std::memory_order_relaxed);
      if (elements == nullptr) continue;
      for (std::atomic<T*>& element : *elements) delete element.load(std::memory_order_relaxed);
      delete elements;
    }
  }

  /// The element, made on first use. The maker's thread only.
  T& operator[](size_t index) {
    CHECK(index < kCapacity);
    return Made(Made(chunks_[index / kChunkSize])[index % kChunkSize]);
  }

  /// The element, or null while the maker has not used the index. Any thread.
  const T* Find(size_t index) const {
    CHECK(index < kCapacity);
    const Chunk* const chunk = chunks_[index / kChunkSize].load(std::memory_order_acquire);
    if (chunk == nullptr) return nullptr;
    return (*chunk)[index % kChunkSize].load(std::memory_order_acquire);
  }

 private:
  static constexpr size_t kChunkSize = 256;
  using Chunk = std::array<std::atomic<T*>, kChunkSize>;

  template <typename U>
  static U& Made(std::atomic<U*>& slot) {
    U* made = slot.load(std::memory_order_relaxed);  // our own store: nobody else makes
    if (made == nullptr) [[unlikely]] {
      made = new U();
      slot.store(made, std::memory_order_release);
    }
    return *made;
  }

  std::array<std::atomic<Chunk*>, kCapacity / kChunkSize> chunks_{};
};

}  // namespace evenkeel::telemetry
