// ByteQueue: bytes in at one end, out at the other, in one piece of memory.
//
// Memory is given back when the queue runs empty after having been large, so an idle stream or
// connection holds next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/block_pool.h"

namespace evenkeel::http2 {

class ByteQueue {
 public:
  /// Small enough to keep by the thousand, large enough for a typical unary message.
  static constexpr size_t kUsuallyKept = 4096;

  ByteQueue() = default;
  /// Keeps up to `kept` bytes of memory when it runs empty.
  explicit ByteQueue(size_t kept) : kept_(kept) {}

  void Append(std::span<const uint8_t> bytes) { Append(bytes, {}); }
  /// Both, one after the other.
  void Append(std::span<const uint8_t> first, std::span<const uint8_t> second);
  /// Everything in the queue, oldest first; lives until the queue changes.
  std::span<const uint8_t> bytes() const {
    return {reinterpret_cast<const uint8_t*>(storage_.data()) + head_, size()};
  }
  /// Drops the oldest `count` bytes. Precondition: count <= size().
  void Consume(size_t count);
  void Clear() { Consume(size()); }

  size_t size() const { return storage_.size() - head_; }
  bool empty() const { return size() == 0; }

 private:
  base::PooledBytes storage_;
  size_t head_ = 0;
  size_t kept_ = kUsuallyKept;
};

}  // namespace evenkeel::http2
