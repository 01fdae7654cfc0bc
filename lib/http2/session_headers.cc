// The header blocks that a session receives: HEADERS and CONTINUATION (RFC 9113, sections 6.2 and
// 6.10), and what they open and end.
#include <algorithm>
#include <utility>

#include "lib/http2/session.h"

namespace evenkeel::http2 {
namespace {

// A request goes on by its :authority alone; who sent a host in its place meant that (RFC 9113,
// section 8.3.1).
void PutHostInAuthority(HeaderList& headers) {
  const auto host = headers.Find("host");
  if (!host) return;
  if (headers.Find(":authority")) return headers.Remove("host");
  HeaderList named;
  named.Reserve(HeaderList::kUsualRequest);
  bool done = false;
  for (const HeaderField field : headers) {
    if (!field.name.starts_with(':') && !std::exchange(done, true)) named.Add(":authority", *host);
    if (field.name != "host") named.Add(field.name, field.value, field.indexing);
  }
  if (headers.truncated()) named.set_truncated();
  if (headers.doubtful()) named.set_doubtful();
  headers = std::move(named);
}

EndStream EndOf(const FrameHeader& frame) {
  return frame.has(kFlagEndStream) ? EndStream::kYes : EndStream::kNo;
}

}  // namespace

void Session::OnHeadersFrame(const FrameInput::Piece& piece) {
  const StreamId id = piece.frame.stream;
  const bool new_request = role_ == Role::kServer && (id & 1) != 0 && id > last_seen_;
  if (!new_request && IsIdle(id)) {
    return Fail(ErrorCode::kProtocolError, "HEADERS on a stream that is not open");
  }
  if (const auto fault = blocks_.Begin(piece)) return Fail(*fault);
  if (!blocks_.open()) OnHeaderBlock();
}

void Session::OnContinuation(const FrameInput::Piece& piece) {
  if (const auto fault = blocks_.Continue(piece)) return Fail(*fault);
  if (!blocks_.open()) OnHeaderBlock();
}

void Session::OnHeaderBlock() {
  const StreamId id = blocks_.frame().stream;
  if (role_ == Role::kServer && id > last_seen_) {
    if (id > last_seen_ + 2) skipped_ = {last_seen_, id};
    last_seen_ = id;
    return OnNewRequest(id);
  }
  Stream* const stream = FindLive(id);
  if (stream == nullptr) return OnLateHeaders(id);
  switch (stream->remote_) {
    case Stream::Remote::kOpen:
      return OnResponse(*stream);
    case Stream::Remote::kHeadersSeen:
      return OnTrailers(*stream);
    case Stream::Remote::kEnded:
      SkipBlock();
      return FailStream(*stream, ErrorCode::kStreamClosed);
  }
}

// On a stream that is closed, or never was one. A server's answer may cross with our reset; of a
// client nobody would ever hear what it wants.
void Session::OnLateHeaders(StreamId id) {
  if (skipped_.after < id && id < skipped_.before) {
    return Fail(ErrorCode::kProtocolError, "HEADERS on a stream below one opened before");
  }
  SkipBlock();
  CountIdleFrame();
  if (role_ == Role::kServer) SubmitReset(id, ErrorCode::kStreamClosed);
}

void Session::OnNewRequest(StreamId id) {
  HeaderList headers;
  headers.Reserve(HeaderList::kUsualRequest);
  FieldCheck check(FieldCheck::Section::kRequest);
  if (!Decode(headers, check) || goaway_sent_) return;
  const EndStream end = EndOf(blocks_.frame());
  const base::Time now = clock_.Now();
  if (!check.sound() || (end == EndStream::kYes && check.content_length() > 0)) {
    if (!guard_.AllowsUnanswered(ResetGuard::Way::kRefused, now, now)) Fail(Abuse::kResets);
    return RefuseRequest(id, ErrorCode::kProtocolError);
  }
  if (streams_.size() >= settings_.max_concurrent_streams) {
    // A client that knows the limit and goes on costs as much as one that resets.
    if (!guard_.AllowsRefusal(settings_acknowledged_, now)) Fail(Abuse::kResets);
    return RefuseRequest(id, ErrorCode::kRefusedStream);
  }
  if (check.has_host()) PutHostInAuthority(headers);
  last_processed_ = id;
  guard_.OnCallFrameReceived();
  Stream& stream = NewStream(id);
  stream.opened_ = now;
  stream.list_cost_ += blocks_.Charge(headers);
  stream.body_expected_ = check.content_length();
  stream.remote_ = end == EndStream::kYes ? Stream::Remote::kEnded : Stream::Remote::kHeadersSeen;
  handler_.OnRequest(StreamHandle(&stream), std::move(headers), end);
}

void Session::OnResponse(Stream& stream) {
  constexpr int kNotModified = 304;  // has the length of a body that does not follow
  HeaderList headers;
  FieldCheck check(FieldCheck::Section::kResponse);
  if (!Decode(headers, check)) return;
  const EndStream end = EndOf(blocks_.frame());
  const bool ended = end == EndStream::kYes;
  if (!check.sound() || (ended && check.interim())) {
    return FailStream(stream, ErrorCode::kProtocolError);
  }
  if (check.interim()) return CountIdleFrame();
  stream.list_cost_ += blocks_.Charge(headers);
  guard_.OnCallFrameReceived();
  if (check.status() != kNotModified) stream.body_expected_ = check.content_length();
  if (ended && stream.body_expected_ > 0) return FailStream(stream, ErrorCode::kProtocolError);
  stream.remote_ = ended ? Stream::Remote::kEnded : Stream::Remote::kHeadersSeen;
  if (stream.handler_ != nullptr) stream.handler_->OnHeaders(std::move(headers), end);
  if (ended) EndRemote(stream);
}

void Session::OnTrailers(Stream& stream) {
  HeaderList trailers;
  FieldCheck check(FieldCheck::Section::kTrailers);
  if (!Decode(trailers, check)) return;
  if (!check.sound() || !blocks_.frame().has(kFlagEndStream) || stream.body_expected_ > 0) {
    return FailStream(stream, ErrorCode::kProtocolError);
  }
  stream.list_cost_ += blocks_.Charge(trailers);
  guard_.OnCallFrameReceived();
  stream.remote_ = Stream::Remote::kEnded;
  if (stream.handler_ != nullptr) stream.handler_->OnTrailers(std::move(trailers));
  EndRemote(stream);
}

bool Session::Decode(HeaderList& headers, FieldCheck& check) {
  const auto fault = blocks_.Decode(headers, check);
  if (fault != nullptr) Fail(*fault);
  return fault == nullptr;
}

void Session::SkipBlock() {
  if (const auto fault = blocks_.Skip()) Fail(*fault);
}

}  // namespace evenkeel::http2
