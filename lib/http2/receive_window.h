// ReceiveWindow: what a peer may still send, on a stream or on the whole connection, and when it is
// told of more (RFC 9113, section 6.9).
//
// Credit is announced when it is worth a frame: once it has come to half of the window.
#pragma once

#include <cstdint>

namespace evenkeel::http2 {

class ReceiveWindow {
 public:
  /// Takes `bytes` of the window; false when the peer sent more than `size` allowed. Nothing may be
  /// sent even when a new `size` is less than what was taken.
  bool Take(uint32_t bytes, uint32_t size) {
    taken_ += bytes;
    return bytes == 0 || taken_ <= size;
  }
  /// Gives `bytes` back; returns the increment to announce now, usually 0.
  /// Precondition: no more than was taken and not yet given back.
  uint32_t Return(uint32_t bytes, uint32_t size) {
    credit_ += bytes;
    if (credit_ < (size + 1) / 2) return 0;
    const uint32_t increment = credit_;
    taken_ -= credit_;
    credit_ = 0;
    return increment;
  }

 private:
  uint32_t taken_ = 0;   // of what was announced
  uint32_t credit_ = 0;  // of that, what is ours to announce again
};

}  // namespace evenkeel::http2
