#include "http2/native_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>

#include "base/block_pool.h"

namespace evenkeel::http2 {
namespace {

// nghttp2 frees without saying how much, so that stands before what it gets.
struct alignas(std::max_align_t) Head {
  size_t size;  // with the head
};

Head& HeadOf(void* memory) { return static_cast<Head*>(memory)[-1]; }

void* Malloc(size_t size, void*) noexcept {
  const size_t whole = sizeof(Head) + size;
  return new (base::BlockPool::Take(whole)) Head{whole} + 1;
}

void Free(void* memory, void*) noexcept {
  if (memory != nullptr) base::BlockPool::Free(&HeadOf(memory), HeadOf(memory).size);
}

void* Calloc(size_t count, size_t size, void* user) noexcept {
  size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return nullptr;
  return std::memset(Malloc(bytes, user), 0, bytes);
}

void* Realloc(void* memory, size_t size, void* user) noexcept {
  void* const other = Malloc(size, user);
  if (memory == nullptr) return other;
  std::memcpy(other, memory, std::min(size, HeadOf(memory).size - sizeof(Head)));
  Free(memory, user);
  return other;
}

}  // namespace

nghttp2_mem* NativeMemory() {
  static nghttp2_mem memory{nullptr, Malloc, Free, Calloc, Realloc};
  return &memory;
}

}  // namespace evenkeel::http2
