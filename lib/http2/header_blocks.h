// HeaderBlocks: the header blocks that a session receives: joined from HEADERS and CONTINUATION
// (RFC 9113, sections 6.2 and 6.10), decoded, and kept within what they may cost.
//
// One block at a time. Whoever does not want its fields skips it: the decoder's state builds on
// each block (RFC 7541, section 2.2). What fields mean is FieldCheck's business. Owned by a
// session.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "lib/http/byte_queue.h"
#include "lib/http/header_list.h"
#include "lib/http2/abuse_guard.h"
#include "lib/http2/error_code.h"
#include "lib/http2/field_check.h"
#include "lib/http2/frame_input.h"
#include "lib/http2/header_budget.h"
#include "lib/http2/hpack_decoder.h"

namespace evenkeel::http2 {

class HeaderBlocks {
 public:
  /// What ends the connection; a constant, or null for no fault.
  struct FaultText {
    ErrorCode code;
    std::string_view reason;
    Abuse abuse = Abuse::kNone;
  };
  using Fault = const FaultText*;

  /// `max_list`: HeaderList::list_size; fields beyond it are left out, and the list marked.
  explicit HeaderBlocks(uint32_t max_list) : max_list_(max_list) {}

  /// HEADERS or, while open(), CONTINUATION. The block is whole when it is not open() after it, and
  /// to be read while the frame's bytes live.
  Fault Begin(const FrameInput::Piece& piece);
  Fault Continue(const FrameInput::Piece& piece);
  /// Whether the rest of the block is still to come.
  bool open() const { return open_; }
  /// The HEADERS that it began with.
  const FrameHeader& frame() const { return frame_; }
  /// Bytes of memory that a block in pieces has.
  size_t held() const { return joined_.held(); }
  /// Blocks that have become whole.
  uint64_t count() const { return count_; }

  /// Reads the whole block, once: its fields, as they are checked; or leaves them all out.
  Fault Decode(HeaderList& fields, FieldCheck& check);
  Fault Skip();
  /// What it costs to hold a list that Decode has just made; to be given back when the list goes.
  uint32_t Charge(const HeaderList& fields) { return budget_.Take(size_, fields.list_size()); }
  void GiveBack(uint32_t cost) { budget_.GiveBack(cost); }

 private:
  template <typename Keep>
  Fault DecodeEach(Keep keep);
  void Complete(std::span<const uint8_t> block);

  const uint32_t max_list_;
  bool open_ = false;
  uint32_t continuations_ = 0;
  FrameHeader frame_{};
  ByteQueue joined_{0};             // what has come of a block in pieces
  std::span<const uint8_t> block_;  // the whole one, until it is read
  size_t size_ = 0;                 // of it
  uint64_t count_ = 0;
  HpackDecoder decoder_;
  HeaderBudget budget_;
};

}  // namespace evenkeel::http2
