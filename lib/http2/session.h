// Session: the HTTP/2 state of one connection. Bytes in, events out; no socket.
//
// A connection feeds it what it read (Receive) and writes what it makes (Produce); in between,
// handlers act and submit. Handlers never receive, never produce, never abort and never destroy the
// session. One session belongs to one thread.
//
//   bytes ──Receive──> OnRequest / StreamHandler events ──> Submit… ──OnOutput──> Produce ──> bytes
//
// What is told of a stream, in its legal orders ("…": any beginning of the first two; each
// OnClosed is the stream's last and is followed by OnStreamClosed):
//
//   a good call, server role   OnRequest, OnData*, OnData(END), OnSent*, OnClosed(kBoth)
//   a good call, client role   OnSent*, OnHeaders, OnData*, OnTrailers, OnClosed(kBoth)
//   Trailers-Only              OnHeaders(END), OnClosed(kBoth)
//   the peer cancels           …, OnClosed(kPeer, its code)
//   we cancel                  …, OnClosed(kUs, the code) in the next Produce; nothing before it
//   the peer breaks the stream …, OnClosed(kUs, the code)
//   we answer before its end   …, OnClosed(kUs, NO_ERROR) (server role)
//   its handle is let go       nothing any more; it is reset
//   GOAWAY leaves it out       OnGoAway, OnClosed(kPeer, REFUSED_STREAM; kRefused or kNeverSent)
//   its room is taken away     OnClosed(kPeer, REFUSED_STREAM, kNeverSent), OnSettings
//   the peer breaks HTTP/2     Receive fails; nothing until Abort
//   Abort                      …, OnClosed(kConnection; kNeverSent where nothing of it has left)
//
// Flow control: the connection's window is given back on receipt, a stream's window only by
// Stream::ReturnCredit. So one slow reader holds back its own stream and no other.
//
// Output: what concerns the connection and resets of streams are framed at once and leave first;
// streams with something to say take turns, a frame of DATA each.
//
// A fault of the peer that concerns one stream resets that stream; one that leaves the connection's
// state unknown ends the connection by GOAWAY (RFC 9113, section 5.4).
//
// Far more than thirty functions, because each frame type, in and out, is one, and each thing that
// a user may ask of a connection or do to it: they share the streams and the windows. What can
// stand alone does: FrameInput, OutputQueue, HeaderBlocks, AbuseGuard, StreamTable, FieldCheck.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/http/byte_queue.h"
#include "lib/http/header_list.h"
#include "lib/http2/abuse_guard.h"
#include "lib/http2/error_code.h"
#include "lib/http2/frame_input.h"
#include "lib/http2/header_blocks.h"
#include "lib/http2/hpack_encoder.h"
#include "lib/http2/output_queue.h"
#include "lib/http2/peer_settings.h"
#include "lib/http2/recent_resets.h"
#include "lib/http2/stream.h"
#include "lib/http2/stream_table.h"

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
  /// Server role: streams that a client may reset before their answers, see ResetGuard.
  uint32_t max_resets = 500;
  /// Client role: the first stream we open; odd (RFC 9113, section 5.1.1).
  StreamId first_stream = 1;
  /// Client role: the `:scheme` of what we send; a literal.
  std::string_view scheme = "http";
  /// Who we are, to peers that are sidecars too: a number of this process's own, in a setting that
  /// others ignore (RFC 9113, section 6.5.2). 0: not said.
  uint32_t instance = 0;
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
  /// No new stream will be served. Right after this streams above the last id are closed with
  /// kRefused and those not yet sent with kNeverSent; the others go on.
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
  Session(Role role, const SessionSettings& settings, SessionHandler& handler,
          const base::Clock& clock);
  /// Streams still open are closed silently: call Abort before to have them told.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Takes what the peer sent. The error means that the connection must be closed after what
  /// Produce still has (a GOAWAY) is written; kHttp11Required: the peer speaks no HTTP/2 at all.
  base::Result<void, ConnectionError> Receive(std::span<const uint8_t> bytes);

  /// Appends output until `out` holds `limit` bytes or there is nothing more to say now. Streams
  /// that have been reset are told so first, whatever the limit.
  void Produce(ByteQueue& out, size_t limit);
  /// Whether Produce has something it could append.
  bool wants_output() const;
  /// Frames waiting to be produced that answer what the peer does: what one that does not read can
  /// make us hold.
  size_t queued_answers() const { return output_.queued_answers(); }
  /// Bytes of memory for what is under way on the connection itself; those of streams are theirs.
  size_t held() const { return output_.held() + blocks_.held() + input_.held(); }
  /// Whether the peer has begun a header block and owes the rest of it.
  bool mid_block() const { return blocks_.open() || input_.mid_headers(); }
  /// Header blocks of the peer that are complete.
  uint64_t blocks_received() const { return blocks_.count(); }
  /// Both sides have said all they may say: close the connection.
  bool finished() const;
  /// Client role: what to add to the news that the peer has closed: that HTTP/2 had not begun, and
  /// what the peer speaks instead, as far as that can be told. Empty: it had.
  std::string WhyNotBegun() const;
  /// For which fault of the peer we have ended the connection by GOAWAY, in words for a log; empty
  /// while we have not.
  const std::string& failure() const { return failure_; }
  /// The same as a code; kNoError while we have not.
  ErrorCode failure_code() const { return failure_code_; }
  /// What of it was abuse; kNone while it is none.
  Abuse abuse() const { return abuse_; }

  /// Client role: opens a stream. With kYes its end follows the headers as an empty frame of DATA,
  /// never with them (gRPC's PROTOCOL-HTTP2, "EOS"). Precondition: stream_room() > 0.
  StreamHandle OpenStream(const HeaderList& headers, EndStream end, StreamHandler& handler);
  /// Client role: how many more streams the peer allows; 0 after GOAWAY or Abort, and when ids run
  /// out. Before the peer's SETTINGS a limit of 100 is assumed.
  size_t stream_room() const;
  /// Client role: whether there are ids for more streams; a connection has 2^30 of them.
  bool ids_left() const { return next_id_ > 0; }
  /// Client role: of what we send.
  std::string_view scheme() const { return settings_.scheme; }
  /// The largest list of fields the peer says it takes (list_size()); advice: what it does with a
  /// larger one may cost the whole connection.
  uint32_t peer_max_header_list() const { return peer_.max_header_list; }
  size_t open_streams() const { return streams_.size(); }
  /// The number of the sidecar at the other end; 0: it is none, or has not said so yet.
  uint32_t peer_instance() const { return peer_.instance; }
  /// Whether that is this very process.
  bool is_own_peer() const {
    return settings_.instance != 0 && peer_.instance == settings_.instance;
  }
  /// HEADERS and DATA frames sent so far: what a peer may answer with a PING of its own.
  uint64_t call_frames_sent() const { return guard_.call_frames_sent(); }

  /// First phase of a graceful end: GOAWAY with the highest id, then a PING whose answer says that
  /// the peer has read it (RFC 9113, section 6.8). No effect after a GOAWAY that names a last id:
  /// it must not rise again.
  void SubmitShutdownNotice(uint64_t ping);
  /// GOAWAY with the last id we processed; no new streams after it.
  void SubmitGoAway(ErrorCode code, std::string_view debug_data);
  void SubmitPing(uint64_t opaque);
  /// The peer has broken the connection: GOAWAY, and no frame of a call any more. As a Receive that
  /// fails; no effect after one.
  void Fail(ErrorCode code, std::string_view reason);
  void Fail(Abuse abuse);

  /// The connection has ended: tells every open stream, once each. `bytes_written` is how much of
  /// all output produced so far the kernel took; it decides which requests never left.
  void Abort(ErrorCode code, uint64_t bytes_written);

 private:
  friend class Stream;
  friend struct StreamDeleter;

  enum class State : uint8_t {
    kPreface,   // server role: the client's preface is still to come
    kSettings,  // the peer's first SETTINGS are
    kOpen,
    kFailed,   // the peer broke HTTP/2; its GOAWAY still leaves, and no frame of a call
    kAborted,  // every stream has been told; nothing leaves any more
  };

  // Frames in (session_receive.cc).
  bool TakePreface(std::span<const uint8_t>& bytes);
  void OnPiece(const FrameInput::Piece& piece);
  bool MayFollow(const FrameInput::Piece& piece);
  void OnDataPiece(const FrameInput::Piece& piece);
  void OnDataOf(Stream& stream, const FrameInput::Piece& piece);
  void OnPriority(const FrameInput::Piece& piece);
  void OnRstStream(const FrameInput::Piece& piece);
  void OnSettings(const FrameInput::Piece& piece);
  void OnPing(const FrameInput::Piece& piece);
  void OnGoAway(const FrameInput::Piece& piece);
  void OnWindowUpdate(const FrameInput::Piece& piece);
  void ChangeInitialWindow(uint32_t former);
  void OpenConnectionWindow(uint32_t increment);
  void CloseUnserved();
  void CloseUnsent(size_t count);
  void EndRemote(Stream& stream);
  /// Streams of which the peer cannot speak yet.
  bool IsIdle(StreamId id) const;
  /// Null for streams that are closed or that we have reset.
  Stream* FindLive(StreamId id) const;
  void Fail(const HeaderBlocks::FaultText& fault);
  void FailStream(Stream& stream, ErrorCode code);
  void RefuseRequest(StreamId id, ErrorCode code);
  void SubmitReset(StreamId id, ErrorCode code);
  void OnClosedData(StreamId id);
  void CountUnanswered(const Stream& stream, ResetGuard::Way way);
  void MarkAnswered(Stream& stream);
  void EndWithoutData(Stream& stream);
  /// `cost`: in frames that cost as little as one can.
  void CountIdleFrame(uint64_t cost = 1);

  // Header blocks in (session_headers.cc).
  void OnHeadersFrame(const FrameInput::Piece& piece);
  void OnContinuation(const FrameInput::Piece& piece);
  void OnHeaderBlock();
  void OnLateHeaders(StreamId id);
  void OnNewRequest(StreamId id);
  void OnResponse(Stream& stream);
  void OnTrailers(Stream& stream);
  /// False when the block has broken the connection.
  bool Decode(HeaderList& headers, FieldCheck& check);
  /// For streams that are none of ours to hear of.
  void SkipBlock();

  // Frames out (session_produce.cc).
  void ProduceNext(ByteQueue& out);
  void CloseReset(Stream& stream);
  void ProduceFrame(Stream& stream, ByteQueue& out);
  void ProduceHeaders(Stream& stream, ByteQueue& out);
  void ProduceData(Stream& stream, ByteQueue& out);
  void ProduceTrailers(Stream& stream, ByteQueue& out);
  void ProduceBlock(Stream& stream, const HeaderList& headers, uint8_t flags, ByteQueue& out);
  bool IsTooLarge(Stream& stream, const HeaderList& headers);
  void EndLocal(Stream& stream);
  void QueueAck(FrameType type, std::span<const uint8_t> payload);
  void WantOutput();

  // Streams (session.cc).
  Stream& NewStream(StreamId id);
  /// Lets a stream with something to say wait for its turn.
  void Queue(Stream& stream);
  void Reset(Stream& stream, ErrorCode code);
  void ReturnCredit(Stream& stream, uint32_t count);
  void Release(Stream& stream);
  /// Ends a stream's tie to the session and tells its handler.
  void Close(Stream& stream, const StreamEnd& end);
  void Unlink(Stream& stream);
  /// Puts all streams among those that are reset.
  void TakeAll();
  /// What waits for room of the connection may try again.
  void Wake();

  const Role role_;
  State state_;
  bool settings_acknowledged_ = false;  // ours, by the peer
  bool goaway_sent_ = false;            // other than the notice of a shutdown
  bool goaway_received_ = false;
  bool output_announced_ = false;
  bool producing_ = false;
  uint8_t preface_read_ = 0;
  const SessionSettings settings_;
  SessionHandler& handler_;
  const base::Clock& clock_;
  PeerSettings peer_;

  FrameInput input_;
  HeaderBlocks blocks_;
  HpackEncoder encoder_;

  StreamTable streams_;
  OutputQueue output_;
  StreamId next_id_;          // client role: of the next stream we open
  StreamId last_framed_ = 0;  // client role: the latest stream of which HEADERS have left
  StreamId last_seen_ = 0;    // server role: the highest the peer has opened
  struct {
    StreamId after = 0;
    StreamId before = 0;
  } skipped_;                    // server role: streams the peer passed over last
  StreamId last_processed_ = 0;  // server role: of those, the highest that our user has seen
  StreamId goaway_last_ = kMaxStreamId;  // of the peer's latest GOAWAY

  int64_t send_window_ = kDefaultWindow;  // of the connection
  ReceiveWindow receive_window_;
  AbuseGuard guard_;
  RecentResets resets_;  // server role
  Abuse abuse_ = Abuse::kNone;
  std::string failure_;
  ErrorCode failure_code_ = ErrorCode::kNoError;
  uint64_t produced_ = 0;  // bytes of all output so far
};

}  // namespace evenkeel::http2
