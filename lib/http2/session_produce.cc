// The frames that a session sends.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lib/http2/session.h"

namespace evenkeel::http2 {
namespace {

// ACKs that a peer makes us owe without reading them (CVE-2019-9512, -9515).
constexpr uint32_t kMostQueuedAcks = 1000;

// Blocks up to this size are made on the stack.
constexpr size_t kUsualBlock = 4096;

}  // namespace

bool Session::wants_output() const {
  return !control_.empty() || !closing_.empty() || (!ready_.empty() && state_ < State::kFailed);
}

void Session::Produce(ByteQueue& out, size_t limit) {
  output_announced_ = false;
  producing_ = true;
  while (!closing_.empty()) CloseNext();
  while (out.size() < limit && wants_output()) {
    const size_t before = out.size();
    ProduceNext(out);
    produced_ += out.size() - before;
  }
  producing_ = false;
}

void Session::ProduceNext(ByteQueue& out) {
  if (!control_.empty()) {
    out.Append(control_.bytes());
    control_.Clear();
    queued_answers_ = queued_acks_ = 0;
  } else if (!closing_.empty()) {
    CloseNext();
  } else {
    ProduceFrame(ready_.front(), out);
  }
}

void Session::CloseNext() {
  Stream& stream = closing_.front();
  const bool never_sent = role_ == Role::kClient && !stream.framed();
  Close(stream, {StreamEnd::By::kUs, stream.reset_code_,
                 never_sent ? StreamEnd::Processed::kNeverSent : StreamEnd::Processed::kPerhaps});
}

// One frame of the stream at the head of the queue, where it stays for what follows a frame
// without body, so that a short answer leaves in one go.
void Session::ProduceFrame(Stream& stream, ByteQueue& out) {
  if (stream.local_ == Stream::Local::kHeaders) {
    ProduceHeaders(stream, out);
  } else if (!stream.body_.empty() || stream.ending_ == Stream::Ending::kEndStream) {
    ProduceData(stream, out);
  } else {
    ProduceTrailers(stream, out);
  }
}

void Session::ProduceHeaders(Stream& stream, ByteQueue& out) {
  if (role_ == Role::kClient) {
    // The peer may have taken room away since the stream was opened.
    if (streams_framed_ >= peer_.max_streams) return waiting_.Push(stream);
    last_framed_ = stream.id_;
  }
  // A request without a message ends by an empty frame of DATA: gRPC demands it, and servers hang
  // on HEADERS that end the stream (grpc-go before 1.84).
  const bool end = role_ == Role::kServer && stream.ending_ == Stream::Ending::kEndStream &&
                   stream.body_.empty();
  ++streams_framed_;
  stream.headers_offset_ = produced_;
  stream.local_ = Stream::Local::kOpen;
  ProduceBlock(stream, std::exchange(stream.headers_, {}), end ? kFlagEndStream : 0, out);
  if (end) {
    EndLocal(stream);
  } else if (!stream.sendable()) {
    StreamQueue::Remove(stream);
  }
}

void Session::ProduceData(Stream& stream, ByteQueue& out) {
  size_t size = std::min(stream.body_.size(), kMaxPayload);
  if (size > 0) {
    if (send_window_ <= 0) return waiting_.Push(stream);
    if (stream.send_window_ <= 0) return StreamQueue::Remove(stream);  // until its window opens
    size = std::min(
        {size, static_cast<size_t>(stream.send_window_), static_cast<size_t>(send_window_)});
  }
  const bool end = stream.ending_ == Stream::Ending::kEndStream && size == stream.body_.size();
  AppendFrame(out, FrameType::kData, end ? kFlagEndStream : 0, stream.id_,
              stream.body_.bytes().first(size));
  ++call_frames_sent_;
  stream.body_.Consume(size);
  stream.send_window_ -= static_cast<int64_t>(size);
  send_window_ -= static_cast<int64_t>(size);
  if (!stream.sendable()) {
    StreamQueue::Remove(stream);
  } else if (!stream.body_.empty()) {
    ready_.Push(stream);  // behind the others
  }
  if (size > 0 && stream.handler_ != nullptr) stream.handler_->OnSent(size);
  if (end && !stream.being_reset()) EndLocal(stream);
}

void Session::ProduceTrailers(Stream& stream, ByteQueue& out) {
  ProduceBlock(stream, std::exchange(stream.trailers_, {}), kFlagEndStream, out);
  EndLocal(stream);
}

void Session::ProduceBlock(Stream& stream, const HeaderList& headers, uint8_t flags,
                           ByteQueue& out) {
  ++call_frames_sent_;
  const size_t bound = HpackEncoder::Bound(headers);
  std::array<uint8_t, kUsualBlock> usual;
  std::vector<uint8_t> large(bound > usual.size() ? bound : 0);
  uint8_t* const block = large.empty() ? usual.data() : large.data();
  AppendHeaderBlock(out, stream.id_, flags, {block, encoder_.Encode(headers, block)});
}

void Session::EndLocal(Stream& stream) {
  stream.local_ = Stream::Local::kEnded;
  StreamQueue::Remove(stream);
  if (stream.complete()) {
    return Close(stream,
                 {StreamEnd::By::kBoth, ErrorCode::kNoError, StreamEnd::Processed::kPerhaps});
  }
  // A server that has said all tells the client to stop sending (RFC 9113, section 8.1).
  if (role_ == Role::kServer) Reset(stream, ErrorCode::kNoError);
}

void Session::QueueAck(FrameType type, std::span<const uint8_t> payload) {
  if (++queued_acks_ > kMostQueuedAcks) {
    return Fail(ErrorCode::kEnhanceYourCalm,
                "too many frames that want an answer, none of them read");
  }
  ++queued_answers_;
  AppendFrame(control_, type, kFlagAck, 0, payload);
  WantOutput();
}

void Session::WantOutput() {
  if (output_announced_ || producing_) return;
  output_announced_ = true;
  handler_.OnOutput();
}

}  // namespace evenkeel::http2
