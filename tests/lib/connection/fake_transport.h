// FakeTransport: a transport without a socket, whose every step the test decides: what it was
// given, what of it has left, what comes.
#pragma once

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/connection/transports.h"

namespace evenkeel::rpc {

class FakeTransport final : public net::Transport {
 public:
  FakeTransport(Handler& handler, net::Peer peer) : handler(handler), peer_(std::move(peer)) {}

  bool open() const override { return is_open; }
  const net::Peer& peer() const override { return peer_; }
  std::string_view failure_detail() const override { return {}; }
  base::Result<size_t, std::error_code> Write(std::span<const uint8_t> bytes) override {
    if (failure) return base::Error(failure);
    const size_t count = std::min(room, bytes.size());
    held = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()).substr(count);
    left.append(reinterpret_cast<const char*>(bytes.data()), count);
    room -= count;
    return count;
  }
  void AwaitWritable() override {}
  void PauseReading() override {}
  void ResumeReading() override {}
  void SetUserTimeout(base::Duration timeout) override { user_timeout = timeout; }
  void SetTcpKeepalive(base::Duration idle) override { tcp_keepalive = idle; }
  void ShutdownWrite() override {}
  void ResetAtEnd() override {}
  size_t kernel_bytes() const override { return 0; }

  /// The handshake is over.
  void Open() {
    is_open = true;
    handler.OnConnected();
  }
  void Receive(std::string_view bytes) {
    handler.OnBytes({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
  }

  Handler& handler;
  bool is_open = false;
  /// Bytes that may still leave.
  size_t room = std::numeric_limits<size_t>::max();
  std::error_code failure;  ///< of each Write
  std::string left;
  std::string held;  ///< of the last Write
  base::Duration user_timeout{};
  base::Duration tcp_keepalive{};

 private:
  net::Peer peer_;
};

class FakeTransports final : public Transports {
 public:
  std::string_view scheme() const override { return "https"; }
  std::unique_ptr<net::Transport> Accept(net::EventLoop&, base::FileDescriptor,
                                         net::Transport::Handler& handler) const override {
    return Make(handler);
  }
  base::Result<std::unique_ptr<net::Transport>, std::error_code> Connect(
      net::EventLoop&, const net::SocketAddress&, const std::string& /*host*/,
      net::Transport::Handler& handler) const override {
    return Make(handler);
  }

  /// The one made last.
  mutable FakeTransport* last = nullptr;
  /// When the certificates of its peers end; nothing: they have none.
  std::optional<std::chrono::system_clock::time_point> peers_end{};

 private:
  std::unique_ptr<net::Transport> Make(net::Transport::Handler& handler) const {
    auto security = std::make_unique<net::SecurityFacts>();
    security->identity = "spiffe://test/users";
    if (peers_end) {
      auto certificate = std::make_unique<net::CertificateFacts>();
      certificate->not_after = *peers_end;
      security->certificate = std::move(certificate);
    }
    auto made = std::make_unique<FakeTransport>(
        handler, net::Peer{.address = "10.1.2.3", .security = std::move(security)});
    last = made.get();
    return made;
  }
};

}  // namespace evenkeel::rpc
