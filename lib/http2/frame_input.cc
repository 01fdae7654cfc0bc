#include "lib/http2/frame_input.h"

#include <algorithm>
#include <cstring>

namespace evenkeel::http2 {
namespace {

std::span<const uint8_t> TakeFirst(std::span<const uint8_t>& bytes, size_t count) {
  const auto taken = bytes.first(count);
  bytes = bytes.subspan(count);
  return taken;
}

}  // namespace

bool FrameInput::Next(std::span<const uint8_t>& bytes, Piece& piece) {
  if (!inside_) {
    gathered_.Clear();
    if (!ReadHead(bytes)) return false;
    inside_ = true;
    started_ = false;
  } else if (bytes.empty()) {
    return false;
  }
  piece = {frame_, {}, !started_, false, overhead_, Piece::Fault::kNone};
  started_ = true;
  if (frame_.length > kMaxPayload) {
    piece.fault = Piece::Fault::kTooLarge;
    return true;
  }
  if (frame_.type != FrameType::kData) return TakeWhole(bytes, piece);
  if (padding_ > left_) {
    piece.fault = Piece::Fault::kPadding;
    return true;
  }
  TakeData(bytes, piece);
  return true;
}

// A DATA frame's padding length counts as part of its head, so that its data can be told from its
// padding whatever comes first.
bool FrameInput::ReadHead(std::span<const uint8_t>& bytes) {
  if (head_read_ < kFrameHeaderSize && !FillHead(bytes, kFrameHeaderSize)) return false;
  frame_ = ReadFrameHeader(head_.data());
  left_ = frame_.length;
  padding_ = overhead_ = 0;
  if (frame_.type == FrameType::kData && frame_.has(kFlagPadded)) {
    if (!FillHead(bytes, kFrameHeaderSize + 1)) return false;
    // A padded frame without room for the length of its padding is at fault as one with too much.
    padding_ = left_ == 0 ? 1 : head_[kFrameHeaderSize];
    if (left_ > 0) --left_;
    overhead_ = padding_ + 1;
  }
  head_read_ = 0;
  return true;
}

bool FrameInput::FillHead(std::span<const uint8_t>& bytes, size_t size) {
  const size_t more = std::min(size - head_read_, bytes.size());
  if (more == 0) return false;
  std::memcpy(head_.data() + head_read_, TakeFirst(bytes, more).data(), more);
  head_read_ = static_cast<uint8_t>(head_read_ + more);
  return head_read_ == size;
}

void FrameInput::TakeData(std::span<const uint8_t>& bytes, Piece& piece) {
  piece.payload = TakeFirst(bytes, std::min<size_t>(left_ - padding_, bytes.size()));
  left_ -= static_cast<uint32_t>(piece.payload.size());
  if (left_ == padding_) {
    const size_t padding = std::min<size_t>(padding_, bytes.size());
    TakeFirst(bytes, padding);
    left_ -= static_cast<uint32_t>(padding);
    padding_ = left_;
  }
  piece.last = left_ == 0;
  inside_ = !piece.last;
}

bool FrameInput::TakeWhole(std::span<const uint8_t>& bytes, Piece& piece) {
  const auto taken = TakeFirst(bytes, std::min<size_t>(left_, bytes.size()));
  left_ -= static_cast<uint32_t>(taken.size());
  const bool whole = left_ == 0;
  if (whole && gathered_.empty()) {
    piece.payload = taken;
  } else {
    gathered_.Append(taken);
    if (!whole) return false;
    piece.payload = gathered_.bytes();
  }
  piece.first = piece.last = true;
  inside_ = false;
  return true;
}

}  // namespace evenkeel::http2
