// The header blocks that a session receives: HEADERS and CONTINUATION (RFC 9113, sections 6.2 and
// 6.10), and what they open and end.
#include <algorithm>
#include <utility>

#include "lib/http2/session.h"

namespace evenkeel::http2 {
namespace {

// CONTINUATIONs of one header block: more than these and than what twice the list we take fills,
// and they carry no headers but cost work and memory (CVE-2024-27316).
constexpr size_t kSpareContinuations = 8;

// Bytes that one block may stand for beyond the list we take: more than any that names each of them
// itself, far less than two bytes can make of an entry of 4 KiB again and again.
constexpr size_t kSpareLeftOut = size_t{1} << 20;
constexpr size_t kMostLists = 16;

// Streams over the limit that a client may try before it must have read what the limit is.
constexpr uint32_t kMostEarlyRefusals = 1000;

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

EndStream EndOf(const FrameHeader& frame) {
  return frame.has(kFlagEndStream) ? EndStream::kYes : EndStream::kNo;
}

}  // namespace

void Session::OnHeadersFrame(const FrameInput::Piece& piece) {
  constexpr size_t kPrioritySize = 5;
  const FrameHeader& frame = piece.frame;
  const StreamId id = frame.stream;
  const bool new_request = role_ == Role::kServer && (id & 1) != 0 && id > last_seen_;
  if (!new_request && IsIdle(id)) {
    return Fail(ErrorCode::kProtocolError, "HEADERS on a stream that is not open");
  }
  auto block = piece.payload;
  size_t padding = 0;
  size_t before = 0;
  if (frame.has(kFlagPadded) && !block.empty()) {
    padding = block[0];
    before = 1;
  }
  if (frame.has(kFlagPriority)) before += kPrioritySize;
  if (block.size() < before || (frame.has(kFlagPadded) && block.empty())) {
    return Fail(ErrorCode::kFrameSizeError, "HEADERS without all that their flags promise");
  }
  if (block.size() < before + padding) {
    return Fail(ErrorCode::kProtocolError, "HEADERS with more padding than it has bytes");
  }
  block = block.subspan(before, block.size() - before - padding);
  block_frame_ = frame;
  if (frame.has(kFlagEndHeaders)) return OnHeaderBlock(block);
  continuations_ = 0;
  block_.Append(block);
}

void Session::OnContinuation(const FrameInput::Piece& piece) {
  if (block_frame_.stream == 0) {
    return Fail(ErrorCode::kProtocolError, "CONTINUATION without HEADERS");
  }
  if (++continuations_ > kSpareContinuations + 2 * settings_.max_header_list / kMaxPayload) {
    return Fail(ErrorCode::kEnhanceYourCalm, "too many CONTINUATIONs in a header block");
  }
  block_.Append(piece.payload);
  if (!piece.frame.has(kFlagEndHeaders)) return;
  OnHeaderBlock(block_.bytes());
  block_.Clear();
}

void Session::OnHeaderBlock(std::span<const uint8_t> block) {
  const StreamId id = block_frame_.stream;
  block_frame_.stream = 0;
  ++blocks_received_;
  if (role_ == Role::kServer && id > last_seen_) {
    if (id > last_seen_ + 2) skipped_ = {last_seen_, id};
    last_seen_ = id;
    resets_.OnStream();
    return OnNewRequest(id, block);
  }
  Stream* const stream = FindLive(id);
  if (stream == nullptr) return OnLateHeaders(id, block);
  switch (stream->remote_) {
    case Stream::Remote::kOpen:
      return OnResponse(*stream, block);
    case Stream::Remote::kHeadersSeen:
      return OnTrailers(*stream, block);
    case Stream::Remote::kEnded:
      DecodeUnheard(block);
      return FailStream(*stream, ErrorCode::kStreamClosed);
  }
}

// On a stream that is closed, or never was one. A server's answer may cross with our reset; of a
// client nobody would ever hear what it wants.
void Session::OnLateHeaders(StreamId id, std::span<const uint8_t> block) {
  if (skipped_.after < id && id < skipped_.before) {
    return Fail(ErrorCode::kProtocolError, "HEADERS on a stream below one opened before");
  }
  DecodeUnheard(block);
  CountIdleFrame();
  if (role_ == Role::kServer) RefuseRequest(id, ErrorCode::kStreamClosed);
}

void Session::OnNewRequest(StreamId id, std::span<const uint8_t> block) {
  HeaderList headers;
  headers.Reserve(HeaderList::kUsualRequest);
  FieldCheck check(FieldCheck::Section::kRequest);
  if (!Decode(block, headers, check) || goaway_sent_) return;
  const EndStream end = EndOf(block_frame_);
  if (!check.sound() || (end == EndStream::kYes && check.content_length() > 0)) {
    CountPrematureReset();
    return RefuseRequest(id, ErrorCode::kProtocolError);
  }
  if (streams_.size() >= settings_.max_concurrent_streams) {
    // A client that knows the limit and goes on costs as much as one that resets.
    if (settings_acknowledged_ || ++early_refusals_ > kMostEarlyRefusals) CountPrematureReset();
    return RefuseRequest(id, ErrorCode::kRefusedStream);
  }
  last_processed_ = id;
  ++call_frames_received_;
  Stream& stream = NewStream(id);
  stream.body_expected_ = check.content_length();
  stream.remote_ = end == EndStream::kYes ? Stream::Remote::kEnded : Stream::Remote::kHeadersSeen;
  handler_.OnRequest(StreamHandle(&stream), std::move(headers), end);
}

void Session::OnResponse(Stream& stream, std::span<const uint8_t> block) {
  constexpr int kNotModified = 304;  // has the length of a body that does not follow
  HeaderList headers;
  FieldCheck check(FieldCheck::Section::kResponse);
  if (!Decode(block, headers, check)) return;
  const EndStream end = EndOf(block_frame_);
  const bool ended = end == EndStream::kYes;
  if (!check.sound() || (ended && check.interim())) {
    return FailStream(stream, ErrorCode::kProtocolError);
  }
  if (check.interim()) return CountIdleFrame();
  ++call_frames_received_;
  if (check.status() != kNotModified) stream.body_expected_ = check.content_length();
  if (ended && stream.body_expected_ > 0) return FailStream(stream, ErrorCode::kProtocolError);
  stream.remote_ = ended ? Stream::Remote::kEnded : Stream::Remote::kHeadersSeen;
  if (stream.handler_ != nullptr) stream.handler_->OnHeaders(std::move(headers), end);
  if (ended) EndRemote(stream);
}

void Session::OnTrailers(Stream& stream, std::span<const uint8_t> block) {
  HeaderList trailers;
  FieldCheck check(FieldCheck::Section::kTrailers);
  if (!Decode(block, trailers, check)) return;
  if (!check.sound() || !block_frame_.has(kFlagEndStream) || stream.body_expected_ > 0) {
    return FailStream(stream, ErrorCode::kProtocolError);
  }
  ++call_frames_received_;
  stream.remote_ = Stream::Remote::kEnded;
  if (stream.handler_ != nullptr) stream.handler_->OnTrailers(std::move(trailers));
  EndRemote(stream);
}

bool Session::Decode(std::span<const uint8_t> block, HeaderList& headers, FieldCheck& check) {
  headers.set_limit(settings_.max_header_list);
  return DecodeEach(block, [&](HeaderField& field) {
    const bool pseudo = field.name.starts_with(':');
    if (!pseudo && HasBlanksAround(field.value)) TakeBlanksOff(field.value);
    const bool kept = headers.AddWithinLimit(field.name, field.value, field.indexing);
    // What is left out nobody will see, and a byte of the block can stand for 4 KiB of it. Pseudo
    // fields are looked at once each.
    if (kept || pseudo) check.Add(field);
    return kept;
  });
}

void Session::DecodeUnheard(std::span<const uint8_t> block) {
  DecodeEach(block, [](const HeaderField&) { return false; });
}

// `keep` says whether it kept the field; what it leaves out is bounded.
template <typename Keep>
bool Session::DecodeEach(std::span<const uint8_t> block, Keep keep) {
  HeaderField field;
  size_t left_out = 0;
  decoder_.Begin(block);
  while (decoder_.Next(field)) {
    if (keep(field)) continue;
    left_out += field.name.size() + field.value.size();
    if (left_out <= kSpareLeftOut + kMostLists * settings_.max_header_list) continue;
    Fail(ErrorCode::kEnhanceYourCalm, "a header block that stands for far more than its bytes");
    return false;
  }
  if (decoder_.failed()) Fail(ErrorCode::kCompressionError, "a header block that breaks HPACK");
  return !decoder_.failed();
}

}  // namespace evenkeel::http2
