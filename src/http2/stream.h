// Stream: our end of one HTTP/2 stream, and the events that happen on it.
//
// Owned through a StreamHandle by whoever acts on it (a call, an attempt). Handle and session do
// not nest: the session may die first (the handle's stream is then closed and mute), or the handle
// (the stream is then reset). Used on the connection's thread only.
//
// Events in their legal order, for a stream on which nothing went wrong:
//   client role:  OnHeaders, OnData*, OnTrailers, OnClosed          (Trailers-Only:
//   OnHeaders(kEnd)) server role:  (SessionHandler::OnRequest), OnData*, OnClosed
// OnSent comes in between as DATA leaves; OnClosed may come at any point and is always the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/block_pool.h"
#include "http2/byte_queue.h"
#include "http2/error_code.h"
#include "http2/header_list.h"

namespace evenkeel::http2 {

using StreamId = int32_t;

class Session;

/// Whether a block of headers or data is the sender's last (END_STREAM).
enum class EndStream : bool { kNo, kYes };

/// How a stream ended.
struct StreamEnd {
  enum class By : uint8_t {
    kBoth,        ///< both sides said END_STREAM
    kPeer,        ///< RST_STREAM from the peer
    kUs,          ///< we reset it, for what the peer did on it or by Stream::Reset
    kConnection,  ///< the connection ended under it
  };
  By by;
  ErrorCode code;
  /// Whether the peer may have acted on the stream. False: GOAWAY or REFUSED_STREAM says that it
  /// has not, or the request's headers never left us (RFC 9113, section 8.7).
  enum class Processed : uint8_t { kNeverSent, kRefused, kPerhaps } processed;
};

class StreamHandler {
 public:
  /// Client role: the response's final headers (1xx are skipped).
  virtual void OnHeaders(HeaderList headers, EndStream end) = 0;
  /// `bytes` live until the handler returns; they count against the stream's window until
  /// Stream::ReturnCredit.
  virtual void OnData(std::span<const uint8_t> bytes, EndStream end) = 0;
  /// Fields after the data; the peer's side is closed.
  virtual void OnTrailers(HeaderList trailers) = 0;
  /// `count` bytes given to SubmitData have left the stream's queue.
  virtual void OnSent(size_t count) = 0;
  /// The last event.
  virtual void OnClosed(const StreamEnd& end) = 0;

 protected:
  ~StreamHandler() = default;
};

class Stream final : public base::Pooled {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  StreamId id() const { return id_; }
  /// Who hears of the stream from now on. Precondition: outlives the handle, or resets it.
  void SetHandler(StreamHandler& handler) { handler_ = &handler; }

  /// Every Submit below is a no-op once the stream is closed or reset, so callers need not ask.

  /// Server role: response headers; with kYes a Trailers-Only response. Once.
  void SubmitHeaders(HeaderList headers, EndStream end);
  /// Queues body bytes (copied) and, with kYes, our END_STREAM. Back-pressure is the caller's: the
  /// queue holds what the peer's window does not yet take; OnSent tells what has left.
  void SubmitData(std::span<const uint8_t> bytes, EndStream end);
  /// Our last fields; sent after all queued data.
  void SubmitTrailers(HeaderList trailers);
  /// RST_STREAM; queued data is dropped. OnClosed(kUs) follows with the next output.
  void Reset(ErrorCode code);
  /// Gives `count` bytes of the stream's window back to the peer.
  void ReturnCredit(size_t count);

  bool closed() const { return session_ == nullptr; }
  /// Bytes queued by SubmitData that have not left.
  size_t unsent() const { return body_.size(); }

 private:
  friend class Session;
  friend struct SessionCallbacks;
  friend struct StreamDeleter;

  // Our side of the stream, in the order of time.
  enum class Local : uint8_t {
    kIdle,     // no headers submitted
    kHeaders,  // headers submitted, not yet framed
    kOpen,     // headers framed; data may follow
    kEnding,   // END_STREAM or trailers submitted, not yet framed
    kEnded,    // END_STREAM framed, or reset by us
  };
  enum class Remote : uint8_t { kOpen, kHeadersSeen, kEnded };

  explicit Stream(Session& session) : session_(&session) {}
  bool writable() const { return session_ != nullptr && local_ != Local::kEnded; }
  void StartBody();

  Session* session_;
  StreamHandler* handler_ = nullptr;
  bool held_ = false;              // a StreamHandle exists
  bool body_item_active_ = false;  // nghttp2 has a DATA item for us
  bool body_ended_item_ = false;   // the frame being made is that item's last
  bool end_after_body_ = false;
  bool trailers_after_body_ = false;
  Local local_ = Local::kIdle;
  Remote remote_ = Remote::kOpen;
  StreamEnd::By reset_by_ = StreamEnd::By::kBoth;
  StreamId id_ = -1;
  uint64_t headers_offset_ = UINT64_MAX;  // where our HEADERS stand in the session's output
  ByteQueue body_;
  HeaderList headers_;   // ours, until they are framed: nghttp2 reads them here
  HeaderList trailers_;  // likewise
  HeaderList incoming_;
  Stream* previous_ = nullptr;  // the session's list of its streams
  Stream* next_ = nullptr;
};

/// Letting go of an open stream resets it: NO_ERROR when the peer had ended its side (what we still
/// owe is not wanted, RFC 9113, section 8.1), CANCEL otherwise.
struct StreamDeleter {
  void operator()(Stream* stream) const;
};
using StreamHandle = std::unique_ptr<Stream, StreamDeleter>;

}  // namespace evenkeel::http2
