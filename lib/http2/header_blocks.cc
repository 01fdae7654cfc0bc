#include "lib/http2/header_blocks.h"

#include <algorithm>

namespace evenkeel::http2 {
namespace {

using FaultText = HeaderBlocks::FaultText;

constexpr FaultText kShortHeaders{ErrorCode::kFrameSizeError,
                                  "HEADERS without all that their flags promise"};
constexpr FaultText kLongPadding{ErrorCode::kProtocolError,
                                 "HEADERS with more padding than it has bytes"};
constexpr FaultText kNoHeaders{ErrorCode::kProtocolError, "CONTINUATION without HEADERS"};
constexpr FaultText kEndless{ErrorCode::kEnhanceYourCalm, "", Abuse::kEndlessBlock};
constexpr FaultText kInflated{ErrorCode::kEnhanceYourCalm, "", Abuse::kInflatedBlock};
constexpr FaultText kBroken{ErrorCode::kCompressionError, "a header block that breaks HPACK"};

// CONTINUATIONs of one block, beside those that twice the list we take fills: more carry no headers
// but cost work and memory (CVE-2024-27316).
constexpr size_t kSpareContinuations = 8;

// Bytes that one block may stand for beyond the list we take: more than any that names each of them
// itself, far less than two bytes can make of an entry of 4 KiB again and again.
constexpr size_t kSpareLeftOut = size_t{1} << 20;
constexpr size_t kMostLists = 16;

bool HasBlanksAround(std::string_view value) {
  if (value.empty()) return false;
  return static_cast<uint8_t>(value.front()) <= ' ' || static_cast<uint8_t>(value.back()) <= ' ';
}

// Blanks around a value are none of its own (RFC 9110, section 5.5). HTTP/2 forbids them; gRPC has
// peers that send them all the same, and lets receivers take them off.
void TakeBlanksOff(std::string_view& value) {
  constexpr std::string_view kBlanks = " \t";
  value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  value.remove_suffix(value.size() - 1 - value.find_last_not_of(kBlanks));
}

}  // namespace

HeaderBlocks::Fault HeaderBlocks::Begin(const FrameInput::Piece& piece) {
  constexpr size_t kPrioritySize = 5;
  frame_ = piece.frame;
  std::span<const uint8_t> block = piece.payload;
  size_t padding = 0;
  size_t before = 0;
  if (frame_.has(kFlagPadded) && !block.empty()) {
    padding = block[0];
    before = 1;
  }
  if (frame_.has(kFlagPriority)) before += kPrioritySize;
  if (block.size() < before || (frame_.has(kFlagPadded) && block.empty())) return &kShortHeaders;
  if (block.size() < before + padding) return &kLongPadding;
  block = block.subspan(before, block.size() - before - padding);
  if (frame_.has(kFlagEndHeaders)) {
    Complete(block);
    return nullptr;
  }
  open_ = true;
  continuations_ = 0;
  joined_.Append(block);
  return nullptr;
}

HeaderBlocks::Fault HeaderBlocks::Continue(const FrameInput::Piece& piece) {
  if (!open_) return &kNoHeaders;
  if (++continuations_ > kSpareContinuations + 2 * max_list_ / kMaxPayload) return &kEndless;
  joined_.Append(piece.payload);
  if (piece.frame.has(kFlagEndHeaders)) Complete(joined_.bytes());
  return nullptr;
}

void HeaderBlocks::Complete(std::span<const uint8_t> block) {
  open_ = false;
  block_ = block;
  size_ = block.size();
  ++count_;
}

HeaderBlocks::Fault HeaderBlocks::Decode(HeaderList& fields, FieldCheck& check) {
  fields.set_limit(budget_.LimitFor(size_, max_list_));
  const Fault fault = DecodeEach([&](HeaderField& field) {
    const bool pseudo = field.name.starts_with(':');
    if (!pseudo && HasBlanksAround(field.value)) TakeBlanksOff(field.value);
    const bool kept = fields.AddWithinLimit(field.name, field.value, field.indexing);
    // What is left out nobody will see, and a byte of the block can stand for 4 KiB of it. Pseudo
    // fields are looked at once each.
    if (kept || pseudo) check.Add(field);
    return kept;
  });
  if (check.doubtful()) fields.set_doubtful();
  return fault;
}

HeaderBlocks::Fault HeaderBlocks::Skip() {
  return DecodeEach([](const HeaderField&) { return false; });
}

// `keep` says whether it kept the field; what it leaves out is bounded.
template <typename Keep>
HeaderBlocks::Fault HeaderBlocks::DecodeEach(Keep keep) {
  HeaderField field;
  size_t left_out = 0;
  decoder_.Begin(block_);
  while (decoder_.Next(field)) {
    if (keep(field)) continue;
    left_out += field.name.size() + field.value.size();
    if (left_out > kSpareLeftOut + kMostLists * max_list_) return &kInflated;
  }
  block_ = {};
  joined_.Clear();
  return decoder_.failed() ? &kBroken : nullptr;
}

}  // namespace evenkeel::http2
