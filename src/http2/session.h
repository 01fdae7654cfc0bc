// Session: the HTTP/2 state of one connection. Bytes in, events out; no socket, no clock.
//
// The only user of nghttp2. A connection feeds it what it read (Receive) and writes what it makes
// (Produce); in between, handlers act and submit. Handlers never receive, never produce and never
// destroy the session. One session belongs to one thread.
//
//   bytes ──Receive──> OnRequest / StreamHandler events ──> Submit… ──OnOutput──> Produce ──> bytes
//
// Flow control: the connection's window is given back on receipt, a stream's window only by
// Stream::ReturnCredit. So one slow reader holds back its own stream and no other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http2/byte_queue.h"
#include "http2/error_code.h"
#include "http2/header_list.h"
#include "http2/stream.h"

struct nghttp2_session;

namespace evenkeel::http2 {

enum class Role : uint8_t { kClient, kServer };

/// What we announce and allow (RFC 9113, section 6.5.2).
struct SessionSettings {
  uint32_t stream_window = 64 * 1024;
  uint32_t connection_window = 1024 * 1024;
  /// Server role: streams a client may have open.
  uint32_t max_concurrent_streams = 100;
  /// Name + value + 32 for each field. Fields beyond it are left out of the list, and the list is
  /// marked truncated.
  uint32_t max_header_list = 64 * 1024;
  bool operator==(const SessionSettings&) const = default;
};

/// A GOAWAY from the peer.
struct GoAway {
  StreamId last_stream_id;
  ErrorCode code;
  std::string_view debug_data;  ///< lives until the handler returns
};

class SessionHandler {
 public:
  /// Server role: a request's headers are complete. The receiver sets the stream's handler.
  virtual void OnRequest(StreamHandle stream, HeaderList headers, EndStream end) = 0;
  /// SETTINGS from the peer, the first or a later one.
  virtual void OnSettings() = 0;
  /// No new stream will be served. Streams above the last id are closed right after this, each with
  /// kRefused; the others go on.
  virtual void OnGoAway(const GoAway& goaway) = 0;
  /// A stream has closed: there may be room for another.
  virtual void OnStreamClosed() = 0;
  virtual void OnPingAck(uint64_t opaque) = 0;
  /// The peer sent a PING; its answer goes out by itself.
  virtual void OnPing() {}
  /// There is something to Produce; said again only after a Produce.
  virtual void OnOutput() = 0;

 protected:
  ~SessionHandler() = default;
};

class Session {
 public:
  /// Our SETTINGS (and the client's preface) are ready to Produce at once.
  Session(Role role, const SessionSettings& settings, SessionHandler& handler);
  /// Streams still open are closed silently: call Abort before to have them told.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes what the peer sent. The error means that the connection must be closed after what
  /// Produce still has (a GOAWAY) is written; kHttp11Required: the peer speaks no HTTP/2 at all.
  base::Result<void, ConnectionError> Receive(std::span<const uint8_t> bytes);

  /// Appends output until `out` holds `limit` bytes or there is nothing more to say now.
  void Produce(ByteQueue& out, size_t limit);
  /// Whether Produce has something it could append.
  bool wants_output() const;
  /// Frames waiting to be produced: what a peer that does not read makes us hold.
  size_t queued_frames() const;
  /// Both sides have said all they may say: close the connection.
  bool finished() const;
  /// For which fault of the peer we have ended the connection by GOAWAY, in words for a log; empty
  /// while we have not.
  const std::string& failure() const { return failure_; }

  /// Client role: opens a stream. Precondition: stream_room() > 0.
  StreamHandle OpenStream(const HeaderList& headers, EndStream end, StreamHandler& handler);
  /// Client role: how many more streams the peer allows; 0 after GOAWAY or Abort, and when ids run
  /// out.
  /// Before the peer's SETTINGS a limit of 100 is assumed.
  size_t stream_room() const;
  /// Client role: the peer's MAX_CONCURRENT_STREAMS.
  uint32_t peer_max_streams() const;
  size_t open_streams() const { return open_streams_; }
  /// HEADERS and DATA frames sent so far: what a peer may answer with a PING of its own.
  uint64_t call_frames_sent() const { return call_frames_sent_; }

  /// First phase of a graceful end: GOAWAY with the highest id, then a PING whose answer says that
  /// the peer has read it (RFC 9113, section 6.8).
  void SubmitShutdownNotice(uint64_t ping);
  /// GOAWAY with the last id we processed; no new streams after it.
  void SubmitGoAway(ErrorCode code, std::string_view debug_data);
  void SubmitPing(uint64_t opaque);

  /// The connection has ended: tells every open stream, once each. `bytes_written` is how much of
  /// all output produced so far the kernel took; it decides which requests never left.
  void Abort(ErrorCode code, uint64_t bytes_written);

 private:
  friend class Stream;
  friend struct SessionCallbacks;
  friend struct StreamDeleter;

  struct Deleter {
    void operator()(nghttp2_session* session) const;
  };

  Stream* NewStream();
  /// Null for streams that we refused before they had a Stream, and for ids unknown to nghttp2.
  Stream* FindStream(StreamId id);
  void Unlink(Stream& stream);
  /// Ends a stream's tie to the session and tells its handler.
  void Close(Stream& stream, const StreamEnd& end);
  void Release(Stream& stream);
  void SubmitReset(Stream& stream, ErrorCode code);
  void SubmitTrailers(Stream& stream);
  void WantOutput();
  void CountPrematureReset();

  const Role role_;
  const SessionSettings settings_;
  SessionHandler& handler_;
  std::unique_ptr<nghttp2_session, Deleter> session_;
  Stream* streams_ = nullptr;
  size_t open_streams_ = 0;
  Stream* receiving_ = nullptr;   // whose header block is being decoded
  Stream* last_found_ = nullptr;  // frames of one stream come in a row
  bool settings_received_ = false;
  bool goaway_received_ = false;
  std::optional<uint64_t> ping_after_goaway_;  // nghttp2 would send it first
  bool aborted_ = false;
  bool output_announced_ = false;
  std::string complaint_;  // nghttp2's words on what the peer did wrong last
  std::string failure_;
  ByteQueue* out_ = nullptr;  // while Produce runs
  size_t out_limit_ = 0;
  uint64_t produced_ = 0;  // bytes of all output so far
  uint64_t call_frames_sent_ = 0;
  // Rapid-reset guard, see CountPrematureReset.
  uint32_t recent_streams_ = 0;
  uint32_t recent_resets_ = 0;
};

}  // namespace evenkeel::http2
