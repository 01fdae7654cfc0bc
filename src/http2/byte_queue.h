// ByteQueue: bytes in at one end, out at the other, in one piece of memory.
//
// Memory is given back when the queue runs empty after having been large, so an idle stream or
// connection holds next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace evenkeel::http2 {

class ByteQueue {
 public:
  void Append(std::span<const uint8_t> bytes);
  /// Everything in the queue, oldest first; lives until the queue changes.
  std::span<const uint8_t> bytes() const {
    return std::span<const uint8_t>(storage_).subspan(head_);
  }
  /// Drops the oldest `count` bytes. Precondition: count <= size().
  void Consume(size_t count);
  void Clear() { Consume(size()); }

  size_t size() const { return storage_.size() - head_; }
  bool empty() const { return size() == 0; }

 private:
  std::vector<uint8_t> storage_;
  size_t head_ = 0;
};

}  // namespace evenkeel::http2
