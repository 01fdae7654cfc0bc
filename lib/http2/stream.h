// Stream: our end of one HTTP/2 stream, and the events that happen on it.
//
// Owned through a StreamHandle by whoever acts on it (a call, an attempt). Handle and session do
// not nest: the session may die first (the handle's stream is then closed and mute), or the handle
// (the stream is then reset). Used on the connection's thread only.
//
// What happens on it, in which order, is in lib/http/stream_handler.h; in the server role the
// request's headers come with SessionHandler::OnRequest. What answers a request holds the stream as
// a http::ServerStream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "lib/base/block_pool.h"
#include "lib/base/clock.h"
#include "lib/http/byte_queue.h"
#include "lib/http/header_list.h"
#include "lib/http/server_stream.h"
#include "lib/http/stream_handler.h"
#include "lib/http2/error_code.h"
#include "lib/http2/frame.h"
#include "lib/http2/receive_window.h"

namespace evenkeel::http2 {

class Session;
class StreamQueue;

class Stream final : public base::Pooled, public http::ServerStream {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  StreamId id() const { return id_; }
  /// Who hears of the stream from now on. Precondition: outlives the handle, or resets it.
  void SetHandler(StreamHandler& handler) override { handler_ = &handler; }

  /// Every Submit below is a no-op once the stream is closed or reset, so callers need not ask.

  /// Server role: response headers; with kYes a Trailers-Only response. Once.
  void SubmitHeaders(HeaderList headers, EndStream end) override;
  /// Queues body bytes (copied) and, with kYes, our END_STREAM. Back-pressure is the caller's: the
  /// queue holds what the peer's window does not yet take; OnSent tells what has left.
  void SubmitData(std::span<const uint8_t> bytes, EndStream end) override;
  /// Our last fields; sent after all queued data.
  void SubmitTrailers(HeaderList trailers) override;
  /// RST_STREAM; queued data is dropped. OnClosed(kUs) follows with the next output.
  void Reset(ErrorCode code) override;
  /// Gives `count` bytes of the stream's window back to the peer.
  void ReturnCredit(size_t count) override;

  /// The largest list of fields that the peer says it takes; a larger one of ours resets the
  /// stream.
  uint32_t max_header_list() const override;
  bool closed() const { return session_ == nullptr; }
  /// Bytes queued by SubmitData that have not left.
  size_t unsent() const override { return body_.size(); }
  /// Bytes of memory that it has for what is still to leave.
  size_t held() const override { return body_.held() + headers_.held() + trailers_.held(); }

 private:
  friend class Session;
  friend class StreamQueue;
  friend struct StreamDeleter;

  // Our side of the stream, in the order of time (RFC 9113, section 5.1):
  //
  //   kIdle ──submitted──> kHeaders ──framed──> kOpen ──END_STREAM framed──> kEnded
  //                           └──────END_STREAM with it, or reset by us────────^
  enum class Local : uint8_t { kIdle, kHeaders, kOpen, kEnded };
  // The peer's side: kOpen until its final headers.
  enum class Remote : uint8_t { kOpen, kHeadersSeen, kEnded };
  // What follows the body, once it has been submitted.
  enum class Ending : uint8_t { kUnknown, kEndStream, kTrailers };

  void Release() override;
  Stream(Session& session, StreamId id) : session_(&session), id_(id) {}
  bool writable() const { return session_ != nullptr && local_ != Local::kEnded; }
  bool answered() const { return local_ == Local::kHeaders || local_ == Local::kOpen; }
  /// Whether there is something to frame, as far as the stream itself goes.
  bool sendable() const {
    if (local_ == Local::kHeaders) return true;
    if (local_ != Local::kOpen) return false;
    return body_.empty() ? ending_ != Ending::kUnknown : send_window_ > 0;
  }
  bool complete() const { return local_ == Local::kEnded && remote_ == Remote::kEnded; }
  bool MayBeReset() const { return handler_ != nullptr && handler_->MayBeReset(); }
  bool PaysForResets() const { return handler_ != nullptr && handler_->PaysForResets(); }
  bool being_reset() const { return reset_by_ == StreamEnd::By::kUs; }
  /// Whether our HEADERS have become part of the session's output.
  bool framed() const { return headers_offset_ != kNotFramed; }

  static constexpr uint64_t kNotFramed = UINT64_MAX;

  Session* session_;
  StreamHandler* handler_ = nullptr;
  const StreamId id_;
  bool held_ = false;      // a StreamHandle exists
  bool answered_ = false;  // server role: the first DATA has left, or all
  Local local_ = Local::kIdle;
  Remote remote_ = Remote::kOpen;
  Ending ending_ = Ending::kUnknown;
  StreamEnd::By reset_by_ = StreamEnd::By::kBoth;
  ErrorCode reset_code_ = ErrorCode::kNoError;
  uint64_t headers_offset_ = kNotFramed;  // where our HEADERS stand in the session's output
  int64_t send_window_ = 0;  // of the stream alone; a change of SETTINGS may make it negative
  ReceiveWindow receive_window_;
  uint32_t list_cost_ = 0;      // of the lists it has brought, see HeaderBudget
  base::Time opened_{};         // server role
  int64_t body_expected_ = -1;  // by content-length; what has come of it is taken off
  ByteQueue body_;
  HeaderList headers_;  // ours, until they are framed
  HeaderList trailers_;
  StreamQueue* queue_ = nullptr;  // what it waits in, see StreamQueue
  Stream* before_ = nullptr;
  Stream* after_ = nullptr;
};

/// Letting go of an open stream resets it: NO_ERROR when the peer had ended its side (what we still
/// owe is not wanted, RFC 9113, section 8.1), CANCEL otherwise.
struct StreamDeleter {
  void operator()(Stream* stream) const;
  operator http::ServerStreamDeleter() const { return {}; }
};
using StreamHandle = std::unique_ptr<Stream, StreamDeleter>;

}  // namespace evenkeel::http2
