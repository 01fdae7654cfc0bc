// ByteStream: a connected (or connecting) non-blocking socket, TCP or Unix; the plain transport.
//
// It moves bytes and knows nothing of them. It keeps no output: Write takes what the kernel takes
// now, which has left, and the owner keeps the rest. Owned by a connection or by the transport that
// encrypts for one, used on its loop's thread.
#pragma once

#include <event2/event_struct.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "lib/base/file_descriptor.h"
#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"
#include "lib/net/transport.h"

namespace evenkeel::net {

/// Has the socket send what it has at once (TCP_NODELAY). Fails harmlessly on Unix sockets.
void DisableNagle(int fd);
/// Has the kernel take little more from us than it can send now (TCP_NOTSENT_LOWAT): a peer that
/// does not read would make it hold megabytes. What a listening socket has, those that it accepts
/// have too. Fails harmlessly on Unix sockets.
void BoundUnsent(int fd);

class ByteStream final : public Transport {
 public:
  using Handler = Transport::Handler;

  /// Takes over a connected socket.
  ByteStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler);
  /// Starts to connect. An error that the kernel reports at once comes as the result.
  static base::Result<std::unique_ptr<ByteStream>, std::error_code> Connect(
      EventLoop& loop, const SocketAddress& address, Handler& handler);
  ~ByteStream() override;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  bool open() const override { return state_ == State::kOpen; }
  const Peer& peer() const override { return peer_; }
  /// Who it is that the peer speaks for.
  void SetPeerAddress(std::string address) { peer_.address = std::move(address); }
  std::string_view failure_detail() const override { return {}; }
  base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes) override;
  void AwaitWritable() override;
  void PauseReading() override;
  void ResumeReading() override;
  void SetUserTimeout(base::Duration timeout) override;
  void SetTcpKeepalive(base::Duration idle) override;
  void ShutdownWrite() override;
  void ResetAtEnd() override;
  size_t kernel_bytes() const override;

 private:
  enum class State { kConnecting, kOpen, kClosed };

  ByteStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler, State state,
             Peer peer);
  void OnReadable();
  void OnWriteEvent();
  void FinishConnect();
  void Close(std::error_code reason);

  EventLoop& loop_;
  base::FileDescriptor socket_;
  Handler& handler_;
  State state_;
  Peer peer_;
  event read_event_;
  event write_event_;
};

}  // namespace evenkeel::net
