// FrameInput: cuts what a peer sends into frames, however the reads have cut it.
//
// DATA comes in pieces as it is read; every other frame comes whole, and is held meanwhile: at most
// kMaxPayload bytes. Owned by a session.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/http2/frame.h"

namespace evenkeel::http2 {

class FrameInput {
 public:
  struct Piece {
    FrameHeader frame;
    /// The whole payload; of DATA what has come of it, without its padding. Lives until Next.
    std::span<const uint8_t> payload;
    bool first;  ///< of its frame; only DATA has more than one
    bool last;
    uint32_t padding;  ///< DATA: bytes of the frame that are no data
    enum class Fault : uint8_t {
      kNone,
      kTooLarge,  ///< above kMaxPayload
      kPadding,   ///< DATA: as long as its payload, or longer
    } fault;
  };

  /// Takes from `bytes`; false when there is no further piece in them, which are then all taken.
  /// After a fault there is nothing to be had any more.
  bool Next(std::span<const uint8_t>& bytes, Piece& piece);
  /// The header of the frame that is being read, as far as it has come.
  std::string_view head() const {
    return {reinterpret_cast<const char*>(head_.data()), inside_ ? kFrameHeaderSize : head_read_};
  }
  /// Bytes of memory that a frame in pieces has.
  size_t held() const { return gathered_.held(); }
  /// Whether the rest of a frame of HEADERS or CONTINUATION is still to come.
  bool mid_headers() const {
    return inside_ &&
           (frame_.type == FrameType::kHeaders || frame_.type == FrameType::kContinuation);
  }

 private:
  bool ReadHead(std::span<const uint8_t>& bytes);
  /// Whether the head has so many bytes now. Precondition: it had less.
  bool FillHead(std::span<const uint8_t>& bytes, size_t size);
  void TakeData(std::span<const uint8_t>& bytes, Piece& piece);
  bool TakeWhole(std::span<const uint8_t>& bytes, Piece& piece);

  FrameHeader frame_{};
  bool inside_ = false;  // of a frame, whose header has been read
  bool started_ = false;
  uint8_t head_read_ = 0;
  std::array<uint8_t, kFrameHeaderSize + 1> head_;  // with the length of a DATA frame's padding
  uint32_t left_ = 0;                               // of the payload
  uint32_t padding_ = 0;                            // at its end, still to come
  uint32_t overhead_ = 0;                           // padding and its length, as the peer said
  ByteQueue gathered_{0};
};

}  // namespace evenkeel::http2
