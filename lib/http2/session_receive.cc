// The frames that a session receives; header blocks are in session_headers.cc.
#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include "lib/http2/foreign_protocol.h"
#include "lib/http2/session.h"

namespace evenkeel::http2 {
namespace {

// Tells one protocol from another.
constexpr size_t kFirstBytes = 8;

}  // namespace

base::Result<void, ConnectionError> Session::Receive(std::span<const uint8_t> bytes) {
  if (state_ == State::kPreface && !TakePreface(bytes)) {
    std::string first(kPreface.substr(0, preface_read_));
    first.append(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kFirstBytes));
    return base::Error(ConnectionError{ErrorCode::kHttp11Required, NoHttp2(first)});
  }
  FrameInput::Piece piece;
  while (state_ < State::kFailed && input_.Next(bytes, piece)) OnPiece(piece);
  if (state_ == State::kFailed) return base::Error(ConnectionError{failure_code_, failure_});
  return {};
}

bool Session::TakePreface(std::span<const uint8_t>& bytes) {
  const size_t size = std::min(bytes.size(), kPreface.size() - preface_read_);
  if (!std::equal(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size),
                  kPreface.begin() + preface_read_)) {
    return false;
  }
  preface_read_ = static_cast<uint8_t>(preface_read_ + size);
  bytes = bytes.subspan(size);
  if (preface_read_ == kPreface.size()) state_ = State::kSettings;
  return true;
}

std::string Session::WhyNotBegun() const {
  if (role_ == Role::kServer || state_ != State::kSettings) return "";
  const std::string before = " before its HTTP/2 SETTINGS came: ";
  if (!ForeignProtocol(input_.head()).empty()) return before + NoHttp2(input_.head());
  // In TLS 1.3 we are done before the server has judged what we have shown it (RFC 8446, 4.4.2.4).
  const bool over_tls = scheme() == "https";
  return before +
         (over_tls ? "it may want a certificate, or another one" : "it may want TLS, or HTTP/1");
}

void Session::OnPiece(const FrameInput::Piece& piece) {
  if (!MayFollow(piece)) return;
  switch (piece.frame.type) {
    case FrameType::kData:
      return OnDataPiece(piece);
    case FrameType::kHeaders:
      return OnHeadersFrame(piece);
    case FrameType::kPriority:
      return OnPriority(piece);
    case FrameType::kRstStream:
      return OnRstStream(piece);
    case FrameType::kSettings:
      return OnSettings(piece);
    case FrameType::kPushPromise:
      return Fail(ErrorCode::kProtocolError, "PUSH_PROMISE, which nobody has allowed");
    case FrameType::kPing:
      return OnPing(piece);
    case FrameType::kGoAway:
      return OnGoAway(piece);
    case FrameType::kWindowUpdate:
      return OnWindowUpdate(piece);
    case FrameType::kContinuation:
      return OnContinuation(piece);
    default:
      return CountIdleFrame();  // what we do not know we ignore (RFC 9113, section 5.5)
  }
}

// What holds for frames of every type.
bool Session::MayFollow(const FrameInput::Piece& piece) {
  const FrameHeader& frame = piece.frame;
  if (state_ == State::kSettings && !ForeignProtocol(input_.head()).empty()) {
    Fail(ErrorCode::kProtocolError, NoHttp2(input_.head()));
  } else if (piece.fault == FrameInput::Piece::Fault::kTooLarge) {
    Fail(ErrorCode::kFrameSizeError, "a frame larger than 16,384 bytes");
  } else if (piece.fault == FrameInput::Piece::Fault::kPadding) {
    Fail(ErrorCode::kProtocolError, "DATA with more padding than it has bytes");
  } else if (state_ == State::kSettings &&
             (frame.type != FrameType::kSettings || frame.has(kFlagAck))) {
    Fail(ErrorCode::kProtocolError, "the first frame is not SETTINGS");
  } else if (blocks_.open() &&
             (frame.type != FrameType::kContinuation || frame.stream != blocks_.frame().stream)) {
    Fail(ErrorCode::kProtocolError, "another frame inside a header block");
  }
  return state_ < State::kFailed;
}

// DATA (section 6.1).

void Session::OnDataPiece(const FrameInput::Piece& piece) {
  if (piece.first) {
    const uint32_t size = piece.frame.length;
    if (IsIdle(piece.frame.stream)) {
      return Fail(ErrorCode::kProtocolError, "DATA on a stream that is not open");
    }
    const uint32_t window = std::max(settings_.connection_window, kDefaultWindow);
    if (!receive_window_.Take(size, window)) {
      return Fail(ErrorCode::kFlowControlError, "more DATA than the connection's window allows");
    }
    if (size == piece.padding && !piece.frame.has(kFlagEndStream)) CountIdleFrame();
    if (const uint32_t increment = receive_window_.Return(size, window); increment > 0) {
      AppendWindowUpdate(output_.answers(), 0, increment);
      WantOutput();
    }
  }
  if (Stream* const stream = FindLive(piece.frame.stream)) return OnDataOf(*stream, piece);
  if (piece.first) OnClosedData(piece.frame.stream);
}

// A client that goes on where both have ended, or long after our reset, is told (section 5.1). An
// endpoint may still send what its windows held when its call was cancelled.
void Session::OnClosedData(StreamId id) {
  if (role_ == Role::kClient) return;
  if (resets_.MayHold(id, clock_.Now())) return;  // was under way when we reset the stream
  CountIdleFrame();
  SubmitReset(id, ErrorCode::kStreamClosed);
}

void Session::OnDataOf(Stream& stream, const FrameInput::Piece& piece) {
  if (piece.first) {
    if (stream.remote_ == Stream::Remote::kEnded) {
      return FailStream(stream, ErrorCode::kStreamClosed);
    }
    if (stream.remote_ == Stream::Remote::kOpen) {  // a response's body before its headers
      return FailStream(stream, ErrorCode::kProtocolError);
    }
    // A peer that has not read our SETTINGS may still use the default.
    const uint32_t window = settings_acknowledged_
                                ? settings_.stream_window
                                : std::max(settings_.stream_window, kDefaultWindow);
    if (!stream.receive_window_.Take(piece.frame.length, window)) {
      return FailStream(stream, ErrorCode::kFlowControlError);
    }
    if (piece.frame.length > piece.padding) guard_.OnCallFrameReceived();
  }
  if (stream.body_expected_ >= 0) {
    stream.body_expected_ -= static_cast<int64_t>(piece.payload.size());
    if (stream.body_expected_ < 0) return FailStream(stream, ErrorCode::kProtocolError);
  }
  if (piece.last && piece.frame.has(kFlagPadded)) ReturnCredit(stream, piece.padding);
  const bool ends = piece.last && piece.frame.has(kFlagEndStream);
  if (ends) {
    if (stream.body_expected_ > 0) return FailStream(stream, ErrorCode::kProtocolError);
    stream.remote_ = Stream::Remote::kEnded;
  }
  if (stream.handler_ != nullptr && (ends || !piece.payload.empty())) {
    stream.handler_->OnData(piece.payload, ends ? EndStream::kYes : EndStream::kNo);
  }
  if (ends) EndRemote(stream);
}

// The others (sections 6.3 to 6.9).

void Session::OnPriority(const FrameInput::Piece& piece) {
  constexpr size_t kSize = 5;
  if (piece.frame.stream == 0) return Fail(ErrorCode::kProtocolError, "PRIORITY on stream 0");
  if (piece.frame.length != kSize) {
    return Fail(ErrorCode::kFrameSizeError, "PRIORITY of a wrong length");
  }
  // Nobody means that, so it is no slip on one stream (RFC 7540, section 5.3.1).
  if ((ReadUint32(piece.payload.data()) & kMaxStreamId) ==
      static_cast<uint32_t>(piece.frame.stream)) {
    return Fail(ErrorCode::kProtocolError, "PRIORITY of a stream on itself");
  }
  CountIdleFrame();
}

void Session::OnRstStream(const FrameInput::Piece& piece) {
  constexpr size_t kSize = 4;
  if (piece.frame.length != kSize) {
    return Fail(ErrorCode::kFrameSizeError, "RST_STREAM of a wrong length");
  }
  if (IsIdle(piece.frame.stream)) {
    return Fail(ErrorCode::kProtocolError, "RST_STREAM on a stream that is not open");
  }
  Stream* const stream = streams_.Find(piece.frame.stream);
  if (stream == nullptr) return CountIdleFrame();
  const auto code = static_cast<ErrorCode>(ReadUint32(piece.payload.data()));
  const bool refused = code == ErrorCode::kRefusedStream;
  if (role_ == Role::kServer) {
    using Way = ResetGuard::Way;
    CountUnanswered(*stream, stream->MayBeReset() ? Way::kAtDeadline : Way::kEarly);
  }
  Close(*stream, {StreamEnd::By::kPeer, code,
                  refused ? StreamEnd::Processed::kRefused : StreamEnd::Processed::kPerhaps});
}

void Session::OnSettings(const FrameInput::Piece& piece) {
  if (piece.frame.stream != 0) return Fail(ErrorCode::kProtocolError, "SETTINGS on a stream");
  if (piece.frame.has(kFlagAck)) {
    settings_acknowledged_ = true;
    if (piece.frame.length != 0) Fail(ErrorCode::kFrameSizeError, "a SETTINGS ACK that says more");
    return;
  }
  const uint32_t former_window = peer_.initial_window;
  const size_t former_most = peer_.received ? peer_.max_streams : SIZE_MAX;
  const auto taken = peer_.Take(piece.payload, role_ == Role::kServer);
  if (!taken) return Fail(taken.error().code, taken.error().reason);
  if (state_ == State::kSettings) state_ = State::kOpen;
  CountIdleFrame(1 + (peer_.initial_window != former_window ? streams_.size() : 0));
  encoder_.SetTableLimit(peer_.least_header_table);
  encoder_.SetTableLimit(peer_.header_table);
  QueueAck(FrameType::kSettings, {});
  ChangeInitialWindow(former_window);
  if (state_ >= State::kFailed) return;
  Wake();
  if (peer_.max_streams < former_most && streams_.size() > peer_.max_streams) {
    CloseUnsent(streams_.size() - peer_.max_streams);
  }
  handler_.OnSettings();
}

// The peer has taken room away before these left: the latest ones, as many as there are too many
// of, may go elsewhere.
void Session::CloseUnsent(size_t count) {
  std::vector<StreamId> unsent;
  streams_.ForEach([&](const Stream& stream) {
    if (role_ == Role::kClient && !stream.framed()) unsent.push_back(stream.id_);
  });
  std::ranges::sort(unsent, std::greater());
  if (unsent.size() > count) unsent.resize(count);
  for (const StreamId id : unsent) {
    Stream* const stream = FindLive(id);  // an earlier one's handler may have ended it
    if (stream == nullptr) continue;
    Close(*stream,
          {StreamEnd::By::kPeer, ErrorCode::kRefusedStream, StreamEnd::Processed::kNeverSent});
  }
}

// Section 6.9.2: what has been sent counts against the new window.
void Session::ChangeInitialWindow(uint32_t former) {
  const int64_t change = int64_t{peer_.initial_window} - int64_t{former};
  if (change == 0) return;
  streams_.ForEach([&](Stream& stream) {
    stream.send_window_ += change;
    if (stream.send_window_ > kMaxWindow) {
      return Fail(ErrorCode::kFlowControlError, "SETTINGS that make a stream's window too large");
    }
    Queue(stream);
  });
}

void Session::OnPing(const FrameInput::Piece& piece) {
  constexpr size_t kSize = 8;
  if (piece.frame.stream != 0) return Fail(ErrorCode::kProtocolError, "PING on a stream");
  if (piece.frame.length != kSize) {
    return Fail(ErrorCode::kFrameSizeError, "PING of a wrong length");
  }
  if (piece.frame.has(kFlagAck)) {
    uint64_t opaque;
    std::memcpy(&opaque, piece.payload.data(), sizeof opaque);
    return handler_.OnPingAck(opaque);
  }
  QueueAck(FrameType::kPing, piece.payload);
  handler_.OnPing();
}

void Session::OnGoAway(const FrameInput::Piece& piece) {
  constexpr size_t kFixedSize = 8;
  if (piece.frame.stream != 0) return Fail(ErrorCode::kProtocolError, "GOAWAY on a stream");
  if (piece.frame.length < kFixedSize) {
    return Fail(ErrorCode::kFrameSizeError, "GOAWAY of a wrong length");
  }
  const auto last = static_cast<StreamId>(ReadUint32(piece.payload.data()) & kMaxStreamId);
  if (last > goaway_last_) {
    return Fail(ErrorCode::kProtocolError, "GOAWAY with a higher stream than the one before");
  }
  CountIdleFrame();
  goaway_received_ = true;
  goaway_last_ = last;
  const auto debug_data = piece.payload.subspan(kFixedSize);
  handler_.OnGoAway({last,
                     static_cast<ErrorCode>(ReadUint32(piece.payload.data() + 4)),
                     {reinterpret_cast<const char*>(debug_data.data()), debug_data.size()}});
  if (role_ == Role::kClient) CloseUnserved();
}

// The streams that the peer's GOAWAY leaves out, and those it has not heard of.
void Session::CloseUnserved() {
  std::vector<StreamId> unserved;
  streams_.ForEach([&](const Stream& stream) {
    if (stream.id_ > goaway_last_ || !stream.framed()) unserved.push_back(stream.id_);
  });
  std::ranges::sort(unserved);
  for (const StreamId id : unserved) {
    Stream* const stream = streams_.Find(id);  // an earlier one's handler may have ended it
    if (stream == nullptr) continue;
    Close(*stream,
          {StreamEnd::By::kPeer, ErrorCode::kRefusedStream,
           stream->framed() ? StreamEnd::Processed::kRefused : StreamEnd::Processed::kNeverSent});
  }
}

void Session::OnWindowUpdate(const FrameInput::Piece& piece) {
  constexpr size_t kSize = 4;
  const StreamId id = piece.frame.stream;
  if (piece.frame.length != kSize) {
    return Fail(ErrorCode::kFrameSizeError, "WINDOW_UPDATE of a wrong length");
  }
  const uint32_t increment = ReadUint32(piece.payload.data()) & kMaxWindow;
  CountIdleFrame();
  if (id == 0) return OpenConnectionWindow(increment);
  if (IsIdle(id)) {
    return Fail(ErrorCode::kProtocolError, "WINDOW_UPDATE on a stream that is not open");
  }
  Stream* const stream = FindLive(id);
  if (stream == nullptr) return;
  stream->send_window_ += increment;
  if (increment == 0) return FailStream(*stream, ErrorCode::kProtocolError);
  if (stream->send_window_ > kMaxWindow) return FailStream(*stream, ErrorCode::kFlowControlError);
  Queue(*stream);
}

void Session::OpenConnectionWindow(uint32_t increment) {
  send_window_ += increment;
  if (increment == 0) {
    Fail(ErrorCode::kProtocolError, "WINDOW_UPDATE of nothing");
  } else if (send_window_ > kMaxWindow) {
    Fail(ErrorCode::kFlowControlError, "WINDOW_UPDATE that makes the window too large");
  } else {
    Wake();
  }
}

bool Session::IsIdle(StreamId id) const {
  if ((id & 1) == 0) return true;  // the connection's own, or of a server, which opens none
  return id > (role_ == Role::kServer ? last_seen_ : last_framed_);
}

Stream* Session::FindLive(StreamId id) const {
  Stream* const stream = streams_.Find(id);
  return stream != nullptr && !stream->being_reset() ? stream : nullptr;
}

// After the last of what the peer says on a stream.
void Session::EndRemote(Stream& stream) {
  if (!stream.complete() || stream.being_reset()) return;
  Close(stream, {StreamEnd::By::kBoth, ErrorCode::kNoError, StreamEnd::Processed::kPerhaps});
}

// Its holder hears of it at once, as of the peer's own reset: what the stream has led to may not
// have left us yet.
void Session::FailStream(Stream& stream, ErrorCode code) {
  if (role_ == Role::kServer) {
    CountUnanswered(stream, ResetGuard::Way::kEarly);
    resets_.Add(stream.id_, clock_.Now());
  }
  SubmitReset(stream.id_, code);
  Close(stream, {StreamEnd::By::kUs, code, StreamEnd::Processed::kPerhaps});
}

// What of its body is under way already says nothing.
void Session::RefuseRequest(StreamId id, ErrorCode code) {
  resets_.Add(id, clock_.Now());
  SubmitReset(id, code);
}

void Session::SubmitReset(StreamId id, ErrorCode code) {
  if (state_ >= State::kFailed) return;
  AppendRstStream(output_.answers(), id, code);
  WantOutput();
}

// Before it ends by the client, or for what the client did.
void Session::CountUnanswered(const Stream& stream, ResetGuard::Way way) {
  if (stream.answered_ || stream.local_ == Stream::Local::kEnded) return;
  if (!guard_.AllowsUnanswered(way, stream.opened_, clock_.Now())) Fail(Abuse::kResets);
}

void Session::CountIdleFrame(uint64_t cost) {
  if (!guard_.AllowsIdleFrame(cost)) Fail(Abuse::kIdleFrames);
}

void Session::Fail(const HeaderBlocks::FaultText& fault) {
  fault.abuse == Abuse::kNone ? Fail(fault.code, fault.reason) : Fail(fault.abuse);
}

void Session::Fail(Abuse abuse) {
  if (state_ < State::kFailed) abuse_ = abuse;
  Fail(ErrorCode::kEnhanceYourCalm, AbuseText(abuse));
}

void Session::Fail(ErrorCode code, std::string_view reason) {
  if (state_ >= State::kFailed) return;
  state_ = State::kFailed;
  failure_ = reason;
  failure_code_ = code;
  AppendGoAway(output_.frames(), last_processed_, code, reason);
  WantOutput();
}

}  // namespace evenkeel::http2
