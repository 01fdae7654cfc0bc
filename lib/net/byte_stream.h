// ByteStream: a connected (or connecting) non-blocking socket, TCP or Unix.
//
// It moves bytes and knows nothing of them. It keeps no output: Write takes what the kernel takes
// now, the owner keeps the rest and is told when there is room again. Owned by a connection, used
// on its loop's thread.
#pragma once

#include <event2/event_struct.h>

#include <cstdint>
#include <memory>
#include <span>
#include <system_error>

#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/file_descriptor.h"
#include "lib/net/socket_address.h"

namespace evenkeel::net {

class ByteStream {
 public:
  /// Legal order: for a stream made by Connect first OnConnected or OnClosed; then any number of
  /// OnBytes and OnWritable; OnClosed at most once, as the last. A handler must not destroy the
  /// stream on this stack (EventLoop::DeleteLater).
  class Handler {
   public:
    virtual void OnConnected() = 0;
    /// `bytes` lives until the handler returns.
    virtual void OnBytes(std::span<const uint8_t> bytes) = 0;
    /// A Write that took less than it was given can go on.
    virtual void OnWritable() = 0;
    /// The peer closed (`reason` is empty), or the socket failed. Nothing more comes.
    virtual void OnClosed(std::error_code reason) = 0;

   protected:
    ~Handler() = default;
  };

  /// Takes over a connected socket.
  ByteStream(EventLoop& loop, FileDescriptor socket, Handler& handler);
  /// Starts to connect. An error that the kernel reports at once comes as the result.
  static base::Result<std::unique_ptr<ByteStream>, std::error_code> Connect(
      EventLoop& loop, const SocketAddress& address, Handler& handler);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Writes what the kernel takes now and says how much that was; when it was less than all,
  /// OnWritable follows. Never calls back before it returns.
  base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes);

  /// Stops or resumes OnBytes: back-pressure on a peer that sends more than we may answer.
  void PauseReading();
  void ResumeReading();

  /// TCP_USER_TIMEOUT (RFC 5482), to the millisecond; fails harmlessly on Unix sockets.
  void SetUserTimeout(base::Duration timeout);

  /// Sends FIN; reading goes on.
  void ShutdownWrite();

 private:
  enum class State { kConnecting, kOpen, kClosed };

  ByteStream(EventLoop& loop, FileDescriptor socket, Handler& handler, State state);
  void OnReadable();
  void OnWriteEvent();
  void FinishConnect();
  void Close(std::error_code reason);

  EventLoop& loop_;
  FileDescriptor socket_;
  Handler& handler_;
  State state_;
  event read_event_;
  event write_event_;
};

}  // namespace evenkeel::net
