// MessageLimit: watches the messages of one direction of a call for one that is too long, by the
// lengths in their prefixes (grpc/grpc doc/PROTOCOL-HTTP2.md). Looks at five bytes of each, copies
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

namespace evenkeel::rpc {

class MessageLimit {
 public:
  explicit MessageLimit(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Whether all messages that begin in `bytes`, the next of the stream, are within the limit.
  bool Allows(std::span<const uint8_t> bytes) {
    while (!bytes.empty()) {
      if (body_left_ > 0) {
        const auto skipped = std::min<uint64_t>(body_left_, bytes.size());
        body_left_ -= skipped;
        bytes = bytes.subspan(skipped);
        continue;
      }
      if (prefix_seen_ > 0) length_ = length_ << 8 | bytes.front();
      bytes = bytes.subspan(1);
      if (++prefix_seen_ < kPrefix) continue;
      if (length_ > max_bytes_) return false;
      body_left_ = length_;
      length_ = 0;
      prefix_seen_ = 0;
    }
    return true;
  }

 private:
  static constexpr int kPrefix = 5;  // one byte of flags, four of length

  const uint64_t max_bytes_;
  uint64_t body_left_ = 0;
  uint64_t length_ = 0;
  int prefix_seen_ = 0;
};

}  // namespace evenkeel::rpc
