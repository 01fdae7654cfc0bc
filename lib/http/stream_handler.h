// StreamHandler: what is heard of one stream, whatever HTTP version carries it, and how it ended.
//
// Events in their legal order, for a stream on which nothing went wrong:
//   client role:  OnHeaders, OnData*, OnTrailers, OnClosed  (Trailers-Only: no data, no trailers)
//
//   server role:  (the request's headers come with the stream), OnData*, seldom OnTrailers,
//   OnClosed
//
// OnSent comes in between as DATA leaves; OnClosed may come at any point and is always the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/http/header_list.h"

namespace evenkeel::http2 {

enum class ErrorCode : uint32_t;  // lib/http2/error_code.h

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
  /// Server role: the stream ends before any DATA of its answer has left, by the peer's reset or by
  /// what was submitted. Whether the client's deadline has come (http2::ResetGuard).
  virtual bool MayBeReset() const { return false; }
  /// Server role: what was submitted begins to leave. Whether it answers what was asked, and so
  /// pays for streams that the client gave up (http2::ResetGuard); a refusal for how it was asked
  /// does not.
  virtual bool PaysForResets() const { return true; }

 protected:
  ~StreamHandler() = default;
};

}  // namespace evenkeel::http2
