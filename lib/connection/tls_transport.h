// TlsTransport: a transport that encrypts: a tls::Session over another transport.
//
// Nothing is copied into buffers of its own while the kernel takes what it is given: each turn's
// output is encrypted into one buffer of the thread and leaves in one write. Handshakes are heavy,
// a hundred calls' worth, so each of their steps is deferred to the end of a turn
// (EventLoop::Defer). Owned by a connection, used on its loop's thread.
//
//   connecting ──> handshake ──> open ──> closed
//                      │  │
//                      │  └──> plain     (the client speaks no TLS, and may)
//                      └──> failed ──alert sent, the peer has closed, or 1 s──> closed
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "lib/connection/transports.h"
#include "lib/http/byte_queue.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "lib/net/transport.h"
#include "lib/tls/context.h"
#include "lib/tls/session.h"

namespace evenkeel::rpc {

/// What becomes of a client that speaks no TLS.
enum class Plaintext { kRefuse, kAccept };

/// For accepted sockets, by a context of the server's role. `below`: what TLS travels in.
std::shared_ptr<const Transports> TlsTransports(
    std::shared_ptr<const tls::Context> context, Plaintext plaintext,
    std::shared_ptr<const Transports> below = PlainTransports());
/// To connect, by a context of the client's role.
std::shared_ptr<const Transports> TlsTransports(std::shared_ptr<const tls::Context> context);

class TlsTransport final : public net::Transport,
                           private net::Transport::Handler,
                           private net::Deferrable {
 public:
  /// Server role.
  TlsTransport(net::EventLoop& loop, base::FileDescriptor socket,
               std::shared_ptr<const tls::Context> context, Plaintext plaintext,
               const Transports& below, net::Transport::Handler& handler);
  /// Client role: starts to connect. `host`: as Transports::Connect has it.
  static base::Result<std::unique_ptr<TlsTransport>, std::error_code> Connect(
      net::EventLoop& loop, const net::SocketAddress& address, const std::string& host,
      std::shared_ptr<const tls::Context> context, net::Transport::Handler& handler);
  ~TlsTransport() override;
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  bool open() const override { return state_ == State::kOpen || state_ == State::kPlain; }
  const net::Peer& peer() const override { return peer_; }
  std::string_view failure_detail() const override { return detail_; }
  base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes) override;
  void AwaitWritable() override;
  void PauseReading() override;
  void ResumeReading() override;
  void SetUserTimeout(base::Duration timeout) override { stream_->SetUserTimeout(timeout); }
  void SetTcpKeepalive(base::Duration idle) override { stream_->SetTcpKeepalive(idle); }
  void ShutdownWrite() override;
  void ResetAtEnd() override { stream_->ResetAtEnd(); }
  size_t kernel_bytes() const override;

 private:
  enum class State : uint8_t { kConnecting, kHandshake, kOpen, kPlain, kFailed, kClosed };

  /// A record of what the connection has written.
  struct Record {
    uint64_t begin;  // its first byte's place in all that is ever sent
    size_t plain;
  };

  TlsTransport(net::EventLoop& loop, std::unique_ptr<tls::Session> session,
               net::Transport::Handler& handler);

  void OnConnected() override;
  void OnBytes(std::span<const uint8_t> bytes) override;
  void OnWritable() override;
  void OnClosed(std::error_code reason) override;
  void RunDeferred() override;

  void OnFirstBytes(std::span<const uint8_t> bytes);
  void AnswerPlain(std::span<const uint8_t> bytes);
  void Open();
  void Deliver();
  bool Encrypt(std::span<const uint8_t> bytes, http2::ByteQueue& output);
  base::Result<size_t, std::error_code> Send(http2::ByteQueue& output);
  void SendOwn(http2::ByteQueue& output);
  http2::ByteQueue& Output();
  void ShutdownIfSent();
  void Fail(std::error_code reason, std::string detail);
  void Close(std::error_code reason);

  net::EventLoop& loop_;
  net::Transport::Handler& handler_;
  std::unique_ptr<tls::Session> session_;
  std::unique_ptr<net::Transport> stream_;  // what it travels in; not null
  net::Peer peer_;
  State state_ = State::kConnecting;
  const bool is_server_;
  bool accepts_plain_ = false;
  bool begun_ = false;           // something has come
  bool reading_paused_ = false;  // by the connection
  bool waits_ = false;           // the connection has more than has left
  bool shuts_down_ = false;      // the end of our bytes follows the rest
  http2::ByteQueue input_;       // of a handshake, until its turn has come
  http2::ByteQueue pending_;     // encrypted, and the kernel takes no more
  uint64_t sent_ = 0;            // encrypted bytes that have left
  std::vector<Record> records_;  // of which not one byte has left
  size_t ahead_ = 0;             // plaintext of those
  std::error_code failure_;
  std::string detail_;
  std::unique_ptr<net::Timer> linger_;  // null: not failed
};

}  // namespace evenkeel::rpc
