// ByteQueue: bytes in at one end, out at the other, in one piece of memory.
//
// Memory is given back when the queue runs empty after having been large, so an idle stream or
// connection holds next to nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace evenkeel::http2 {

class ByteQueue {
 public:
  /// Small enough to keep by the thousand, large enough for a typical unary message.
  static constexpr size_t kUsuallyKept = 4096;

  ByteQueue() = default;
  /// Keeps up to `kept` bytes of memory when it runs empty.
  explicit ByteQueue(size_t kept) : kept_(kept) {}
  ByteQueue(ByteQueue&& other) noexcept : rep_(std::exchange(other.rep_, {})), kept_(other.kept_) {}
  ByteQueue& operator=(ByteQueue&& other) noexcept {
    std::swap(rep_, other.rep_);
    std::swap(kept_, other.kept_);
    return *this;
  }
  ~ByteQueue() { FreeBlock(); }

  void Append(std::span<const uint8_t> bytes) { Append(bytes, {}); }
  /// Both, one after the other. Neither may stand in the queue.
  void Append(std::span<const uint8_t> first, std::span<const uint8_t> second) {
    const size_t count = first.size() + second.size();
    if (rep_.capacity - rep_.end < count) [[unlikely]]
      MakeRoom(count);
    Put(first);
    Put(second);
  }
  /// Everything in the queue, oldest first; lives until the queue changes.
  std::span<const uint8_t> bytes() const { return {rep_.block + rep_.begin, size()}; }
  /// Drops the oldest `count` bytes. Precondition: count <= size().
  void Consume(size_t count);
  void Clear() {
    if (!empty()) Consume(size());
  }

  size_t size() const { return rep_.end - rep_.begin; }
  bool empty() const { return size() == 0; }
  /// Bytes of memory that it has.
  size_t held() const { return rep_.capacity; }

 private:
  struct Rep {
    uint8_t* block = nullptr;
    size_t capacity = 0;
    size_t begin = 0;  // of what is in the queue
    size_t end = 0;
  };

  void Put(std::span<const uint8_t> bytes) {
    if (bytes.empty()) return;
    std::memcpy(rep_.block + rep_.end, bytes.data(), bytes.size());
    rep_.end += bytes.size();
  }
  void MakeRoom(size_t count);
  void FreeBlock();

  Rep rep_;
  size_t kept_ = kUsuallyKept;
};

}  // namespace evenkeel::http2
