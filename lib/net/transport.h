// Transport: how a connection's bytes reach its peer: plainly (ByteStream), or by a layer that
// encrypts them on their way to one.
//
// Its user sees plaintext only, and no difference. What differs is when plaintext has left: a call
// may be repeated elsewhere only where not one byte of it has. So Write tells what has left, not
// what was taken. The obvious alternative, "taken", has calls fail that could have been repeated:
// what was encrypted and stands in our memory when the socket breaks was never sent.
//
//   accepted, plain:        (OnBytes | OnWritable)* [OnClosed]
//   connecting, handshake:  (OnConnected (OnBytes | OnWritable)* [OnClosed]) | OnClosed
// After OnClosed nothing comes, and Write and ShutdownWrite are not called. Owned by a connection,
// used on its loop's thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/net/peer.h"

namespace evenkeel::net {

class Transport {
 public:
  /// A handler must not destroy the transport on this stack (EventLoop::DeleteLater).
  class Handler {
   public:
    /// From now on bytes can be written, and peer() is complete.
    virtual void OnConnected() = 0;
    /// `bytes` lives until the handler returns.
    virtual void OnBytes(std::span<const uint8_t> bytes) = 0;
    /// A Write of which not all has left can go on.
    virtual void OnWritable() = 0;
    /// The peer closed (`reason` is empty), or the transport failed. Nothing more comes.
    virtual void OnClosed(std::error_code reason) = 0;

   protected:
    ~Handler() = default;
  };

  virtual ~Transport() = default;

  /// Whether bytes can be written; else from OnConnected on.
  virtual bool open() const = 0;
  virtual const Peer& peer() const = 0;

  /// After OnClosed with a reason: what there is to say beyond it, for the log and the admin port,
  /// never for a peer or a caller. May be empty.
  virtual std::string_view failure_detail() const = 0;

  /// Writes what can leave now and says how many of the first bytes have left irrevocably: the peer
  /// may see them, whatever happens from now on. (Of an encrypted record all plaintext has as soon
  /// as its first byte has; its rest follows by itself.) When it is less than all, OnWritable
  /// follows, and the next Write begins with the bytes that have not left, unchanged. Never calls
  /// back before it returns.
  virtual base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes) = 0;

  /// Has OnWritable come although no Write was cut short: in a later turn.
  virtual void AwaitWritable() = 0;

  /// Stops or resumes OnBytes: back-pressure on a peer that sends more than we may answer.
  virtual void PauseReading() = 0;
  virtual void ResumeReading() = 0;

  /// TCP_USER_TIMEOUT (RFC 5482), to the millisecond; no effect on Unix sockets.
  virtual void SetUserTimeout(base::Duration timeout) = 0;

  /// SO_KEEPALIVE after `idle` without a byte, to the second, at least one; then a probe every two
  /// seconds. The connection ends when SetUserTimeout's time has passed since the last byte, before
  /// which at least three probes leave (so `idle` may be shorter), else after four. To be called
  /// after SetUserTimeout. No effect on Unix sockets.
  virtual void SetTcpKeepalive(base::Duration idle) = 0;

  /// Sends the end of our bytes after those that have left; reading goes on.
  virtual void ShutdownWrite() = 0;

  /// Has the end of this reset the connection: bytes that have left and that the peer has not taken
  /// are dropped, where they would else stay in the kernel until it has, or for minutes.
  virtual void ResetAtEnd() = 0;
  /// Bytes of the kernel's memory that its buffers have, both ways. A system call.
  virtual size_t kernel_bytes() const = 0;
};

}  // namespace evenkeel::net
