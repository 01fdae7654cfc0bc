// ServerStream: the stream of one request, as whoever answers it sees it, whatever HTTP version
// carries it. http2::Stream is one.
//
// Legal order: SetHandler once; SubmitHeaders once, with kYes as the only thing; SubmitData*, the
// last with kYes, or SubmitTrailers after them. Every Submit is a no-op once the stream is closed
// or reset, so callers need not ask. Owned through a ServerStreamHandle, whose end resets a stream
// that is still open; used on the connection's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "lib/http/header_list.h"
#include "lib/http/stream_handler.h"

namespace evenkeel::http {

class ServerStream {
 public:
  /// Who hears of the stream from now on. Precondition: outlives the handle, or resets it.
  virtual void SetHandler(http2::StreamHandler& handler) = 0;
  /// The answer's headers; with kYes a Trailers-Only answer.
  virtual void SubmitHeaders(http2::HeaderList headers, http2::EndStream end) = 0;
  /// Queues body bytes (copied) and, with kYes, the end. Back-pressure is the caller's: the queue
  /// holds what the peer does not yet take; OnSent tells what has left.
  virtual void SubmitData(std::span<const uint8_t> bytes, http2::EndStream end) = 0;
  /// The last fields; sent after all queued data.
  virtual void SubmitTrailers(http2::HeaderList trailers) = 0;
  /// Ends the stream at once; queued data is dropped. OnClosed follows.
  virtual void Reset(http2::ErrorCode code) = 0;
  /// Gives `count` bytes of what may be received back to the peer.
  virtual void ReturnCredit(size_t count) = 0;
  /// The largest list of fields that the peer says it takes (HeaderList::list_size); a larger one
  /// resets the stream.
  virtual uint32_t max_header_list() const = 0;
  /// Bytes queued by SubmitData that have not left.
  virtual size_t unsent() const = 0;
  /// Bytes of memory that it has for what is still to leave.
  virtual size_t held() const = 0;

 protected:
  ~ServerStream() = default;

 private:
  friend struct ServerStreamDeleter;
  virtual void Release() = 0;
};

struct ServerStreamDeleter {
  void operator()(ServerStream* stream) const { stream->Release(); }
};
using ServerStreamHandle = std::unique_ptr<ServerStream, ServerStreamDeleter>;

}  // namespace evenkeel::http
