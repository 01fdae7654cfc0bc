// ProxiedStream: a plain transport over an accepted socket on which a PROXY header comes first.
//
// Until the header is whole it is not open; then its peer is who the header names. Of the socket it
// takes the header's bytes and no more, so that whatever follows, HTTP/2 or TLS, begins untouched.
#pragma once

#include <event2/event_struct.h>

#include <vector>

#include "lib/base/file_descriptor.h"
#include "lib/base/network.h"
#include "lib/net/byte_stream.h"
#include "lib/net/event_loop.h"
#include "lib/net/proxy_header.h"
#include "lib/net/timer.h"
#include "lib/net/transport.h"

namespace evenkeel::net {

class ProxiedStream final : public Transport {
 public:
  /// How long the header may take.
  static constexpr auto kPatience = std::chrono::seconds(5);

  /// The handler hears of a connection that is refused, for a fault of the header or because it
  /// does not come from one of `trusted`, by OnClosed with a ProxyFault, in a later turn.
  /// `patience` is for tests.
  ProxiedStream(EventLoop& loop, base::FileDescriptor socket, Handler& handler,
                const std::vector<base::Network>& trusted, base::Duration patience = kPatience);
  ~ProxiedStream() override;
  ProxiedStream(const ProxiedStream&) = delete;
  ProxiedStream& operator=(const ProxiedStream&) = delete;

  bool open() const override { return state_ == State::kOpen; }
  const Peer& peer() const override { return stream_.peer(); }
  std::string_view failure_detail() const override { return {}; }
  base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes) override {
    return stream_.Write(bytes);
  }
  void AwaitWritable() override { stream_.AwaitWritable(); }
  void PauseReading() override;
  void ResumeReading() override;
  void SetUserTimeout(base::Duration timeout) override { stream_.SetUserTimeout(timeout); }
  void SetTcpKeepalive(base::Duration idle) override { stream_.SetTcpKeepalive(idle); }
  void ShutdownWrite() override { stream_.ShutdownWrite(); }
  void ResetAtEnd() override { stream_.ResetAtEnd(); }
  size_t kernel_bytes() const override { return stream_.kernel_bytes(); }

 private:
  enum class State { kWaiting, kOpen, kClosed };

  void OnReadable();
  bool Take(size_t count);
  void Open(const ProxyHeader& header);
  void Close(std::error_code reason);

  const int socket_;
  Handler& handler_;
  State state_ = State::kWaiting;
  ProxyFault due_ = ProxyFault::kLate;  // what the timer says
  bool paused_ = false;                 // by the owner
  std::vector<uint8_t> header_;         // what has come of it
  event event_;
  Timer timer_;
  ByteStream stream_;
};

}  // namespace evenkeel::net
