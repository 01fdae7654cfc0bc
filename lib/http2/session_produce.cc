// The frames that a session sends.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lib/http2/session.h"

namespace evenkeel::http2 {
namespace {

// Blocks up to this size are made on the stack.
constexpr size_t kUsualBlock = 4096;

}  // namespace

bool Session::wants_output() const {
  return output_.has_frames() || output_.next_reset() != nullptr ||
         (output_.next() != nullptr && state_ < State::kFailed);
}

void Session::Produce(ByteQueue& out, size_t limit) {
  output_announced_ = false;
  producing_ = true;
  while (Stream* const stream = output_.next_reset()) CloseReset(*stream);
  while (out.size() < limit && wants_output()) {
    const size_t before = out.size();
    ProduceNext(out);
    produced_ += out.size() - before;
  }
  producing_ = false;
}

void Session::ProduceNext(ByteQueue& out) {
  if (output_.has_frames()) {
    output_.TakeFrames(out);
    guard_.OnAcksProduced();
  } else if (Stream* const stream = output_.next_reset()) {
    CloseReset(*stream);
  } else {
    ProduceFrame(*output_.next(), out);
  }
}

void Session::CloseReset(Stream& stream) {
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
  if (role_ == Role::kClient) last_framed_ = stream.id_;
  if (IsTooLarge(stream, stream.headers_)) return;
  // A request without a message ends by an empty frame of DATA: gRPC demands it, and servers hang
  // on HEADERS that end the stream (grpc-go before 1.84).
  const bool end = role_ == Role::kServer && stream.ending_ == Stream::Ending::kEndStream &&
                   stream.body_.empty();
  stream.headers_offset_ = produced_;
  stream.local_ = Stream::Local::kOpen;
  ProduceBlock(stream, HeaderList(std::move(stream.headers_)), end ? kFlagEndStream : 0, out);
  if (end) {
    EndLocal(stream);
  } else if (!stream.sendable()) {
    StreamQueue::Remove(stream);
  }
}

void Session::ProduceData(Stream& stream, ByteQueue& out) {
  size_t size = std::min(stream.body_.size(), kMaxPayload);
  if (size > 0) {
    if (send_window_ <= 0) return output_.AddWaiting(stream);
    if (stream.send_window_ <= 0) return StreamQueue::Remove(stream);  // until its window opens
    size = std::min(
        {size, static_cast<size_t>(stream.send_window_), static_cast<size_t>(send_window_)});
  }
  const bool end = stream.ending_ == Stream::Ending::kEndStream && size == stream.body_.size();
  AppendFrame(out, FrameType::kData, end ? kFlagEndStream : 0, stream.id_,
              stream.body_.bytes().first(size));
  guard_.OnCallFrameSent();
  if (!stream.answered_) MarkAnswered(stream);
  stream.body_.Consume(size);
  stream.send_window_ -= static_cast<int64_t>(size);
  send_window_ -= static_cast<int64_t>(size);
  if (!stream.sendable()) {
    StreamQueue::Remove(stream);
  } else if (!stream.body_.empty()) {
    output_.Add(stream);  // behind the others
  }
  if (size > 0 && stream.handler_ != nullptr) stream.handler_->OnSent(size);
  if (end && !stream.being_reset()) EndLocal(stream);
}

void Session::ProduceTrailers(Stream& stream, ByteQueue& out) {
  if (IsTooLarge(stream, stream.trailers_)) return;
  ProduceBlock(stream, HeaderList(std::move(stream.trailers_)), kFlagEndStream, out);
  EndLocal(stream);
}

void Session::ProduceBlock(Stream& stream, const HeaderList& headers, uint8_t flags,
                           ByteQueue& out) {
  guard_.OnCallFrameSent();
  const size_t bound = HpackEncoder::Bound(headers);
  std::array<uint8_t, kUsualBlock> usual;
  std::vector<uint8_t> large(bound > usual.size() ? bound : 0);
  uint8_t* const block = large.empty() ? usual.data() : large.data();
  AppendHeaderBlock(out, stream.id_, flags, {block, encoder_.Encode(headers, block)});
}

// What a client does with a list above its limit may cost it the whole connection, so the stream
// ends alone. Of requests those who send them ask first.
bool Session::IsTooLarge(Stream& stream, const HeaderList& headers) {
  if (headers.list_size() <= peer_.max_header_list || role_ == Role::kClient) return false;
  Reset(stream, ErrorCode::kInternalError);
  return true;
}

void Session::MarkAnswered(Stream& stream) {
  stream.answered_ = true;
  if (role_ == Role::kServer && stream.PaysForResets()) guard_.OnAnswered();
}

// What we end at its deadline is as what the client resets then.
void Session::EndWithoutData(Stream& stream) {
  if (role_ == Role::kClient || !stream.MayBeReset()) return MarkAnswered(stream);
  CountUnanswered(stream, ResetGuard::Way::kAtDeadline);
}

void Session::EndLocal(Stream& stream) {
  if (!stream.answered_) EndWithoutData(stream);
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
  if (!guard_.AllowsAck()) return Fail(Abuse::kUnreadAnswers);
  AppendFrame(output_.answers(), type, kFlagAck, 0, payload);
  WantOutput();
}

void Session::WantOutput() {
  if (output_announced_ || producing_) return;
  output_announced_ = true;
  handler_.OnOutput();
}

}  // namespace evenkeel::http2
