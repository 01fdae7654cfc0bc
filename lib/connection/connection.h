// Connection: a transport plus its HTTP/2 session; what a client's and an endpoint's have in
// common.
//
// Reads once per event, feeds the session, and flushes once at the end of the loop's turn. It knows
// no calls and no pool: its owner is the session's handler, and hears here how the connection
// itself fares. Owned by a client connection or a pool; used on its loop's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <system_error>

#include "lib/connection/transports.h"
#include "lib/http/byte_queue.h"
#include "lib/http2/session.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "lib/net/transport.h"

namespace evenkeel::rpc {

class Connection final : private net::Transport::Handler, private net::Flushable {
 public:
  /// Why a connection is no more; in words for logs and messages.
  struct Loss {
    enum class Kind {
      kConnectFailed,  ///< was never open
      kClosed,         ///< the peer closed it, or both sides had said all
      kReset,          ///< the socket failed
      kProtocolError,  ///< the peer broke HTTP/2
      kAborted,        ///< by Abort
    };
    Kind kind;
    std::string reason;
    std::error_code
        error{};  ///< the socket's; none for end of file and for what is no socket error
    http2::ErrorCode code = http2::ErrorCode::kNoError;  ///< of kProtocolError: our answer
    /// What there is to say beyond the reason, for the log and the admin port only. May be empty.
    std::string detail{};
  };

  /// Legal order: OnOpen (not where it is open at once), OnBroken at most once, then OnLost, once,
  /// as the last. OnFlushed and OnTraffic come in between.
  class Owner {
   public:
    virtual void OnOpen() = 0;
    /// What may leave now has left, as far as the kernel takes it.
    virtual void OnFlushed() {}
    /// No new streams: the peer broke HTTP/2, or takes no more bytes. Those there are hear of it
    /// when the GOAWAY has left or what the peer had sent has been read: in this turn or the next
    /// as a rule, after a second at the latest.
    virtual void OnBroken(const std::string& /*reason*/) {}
    /// Each stream has been told before. The owner hands the connection to DeleteLater.
    virtual void OnLost(const Loss& loss) = 0;
    /// Bytes of the socket, HTTP/2 framing included, since the last time.
    virtual void OnTraffic(size_t received, size_t sent) = 0;

   protected:
    ~Owner() = default;
  };

  Connection(net::EventLoop& loop, http2::Role role, const http2::SessionSettings& settings,
             http2::SessionHandler& handler, Owner& owner,
             std::shared_ptr<const Transports> transports = PlainTransports());
  ~Connection();

  /// Server role: takes over an accepted socket. OnOpen follows where the transport is not open at
  /// once.
  void Attach(base::FileDescriptor socket);
  /// Client role: starts to connect; OnOpen or OnLost follows in a later turn.
  /// `host`: as Transports::Connect has it.
  void Connect(const net::SocketAddress& address, const std::string& host = {});

  /// How long sent bytes may stay unacknowledged before the kernel gives the connection up
  /// (TCP_USER_TIMEOUT, gRFC A18). After Attach or Connect; no effect on Unix sockets.
  void SetUserTimeout(base::Duration timeout);
  /// Asks the peer's kernel for a sign of life after so long without a byte (TCP keepalive), which
  /// no server counts as a PING. After Attach or Connect; no effect on Unix sockets.
  void SetTcpKeepalive(base::Duration idle);
  /// How long the peer may take from the first to the last frame of a header block.
  void SetBlockTimeout(base::Duration timeout) { block_timeout_ = timeout; }

  http2::Session& session() { return session_; }
  const http2::Session& session() const { return session_; }
  /// Who is at the other end; complete when open(). After Attach, or Connect and OnOpen.
  const net::Peer& peer() const { return transport_->peer(); }
  bool open() const { return state_ == State::kOpen; }

  /// To be called from SessionHandler::OnOutput: flushes at the end of the turn.
  void FlushLater() { loop_.ScheduleFlush(*this); }
  /// Ends the connection now; streams are told, OnLost follows before this returns.
  void Abort(std::string reason);
  /// The same, and nothing of it stays anywhere, in the kernel neither.
  void Drop(std::string reason);

  /// Whether the peer is read from, apart from what else may keep us from it.
  void SetReading(bool on);
  /// Bytes of memory for what is under way on the connection itself, those of the kernel included;
  /// those of streams are theirs. A system call.
  size_t held() const;
  /// Of it, what the kernel takes only when the peer has read more.
  size_t unsent() const { return output_.held(); }

 private:
  enum class State {
    kConnecting,  // no socket yet, or connecting
    kOpen,
    kFailed,   // the peer broke HTTP/2; its GOAWAY is still to be written
    kDeaf,     // the peer takes no more; what it had sent is still to be read
    kClosing,  // all is said: FIN sent, waiting for the peer's (or the linger timer)
    kLost,
  };

  void OnConnected() override;
  void OnBytes(std::span<const uint8_t> bytes) override;
  void OnWritable() override;
  void OnClosed(std::error_code reason) override;
  void Flush() override;

  void Receive(std::span<const uint8_t> bytes);
  void WatchHeaderBlock();
  bool Write(http2::ByteQueue& output);
  void StopWriting(Loss loss);
  void DropOutput();
  void PauseOrResume();
  void OnTimer();
  void Fail(Loss loss);
  void StartClosing(Loss loss);
  void Lose(Loss loss);

  net::EventLoop& loop_;
  Owner& owner_;
  const std::shared_ptr<const Transports> transports_;
  http2::Session session_;
  std::unique_ptr<net::Transport> transport_;  // null: no socket
  State state_ = State::kConnecting;
  bool blocked_ = false;     // the kernel takes no more for now
  bool paused_ = false;      // we read no more for now
  bool held_back_ = false;   // by SetReading
  Loss end_{};               // what OnLost will say once all is written and the peer has closed
  http2::ByteQueue output_;  // what the kernel has not taken yet
  uint64_t bytes_sent_ = 0;
  base::Duration block_timeout_ = std::chrono::seconds(10);
  uint64_t timed_block_ = 0;  // how many blocks were complete when the timer was started
  net::Timer timer_;          // kOpen: for the rest of a header block; later: for the peer to close
};

}  // namespace evenkeel::rpc
