// TestEndpoint: an endpoint in this process, on loopback, whose every step the test decides.
//
// Lives on the test's own loop; act on it between turns.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/net/listener.h"
#include "tests/lib/connection/connection_peer.h"

namespace evenkeel::pool {

class TestEndpoint {
 public:
  explicit TestEndpoint(net::EventLoop& loop, const http2::SessionSettings& settings = {})
      : loop_(loop), settings_(settings) {
    Listen("127.0.0.1:0");
  }

  const net::SocketAddress& address() const { return *address_; }
  std::string name() const { return address_->ToString(); }

  /// Refuses connections from now on; those it has go on.
  void StopListening() { listener_.reset(); }
  void ListenAgain() { Listen(name()); }
  /// Closes every connection and refuses new ones.
  void Die() {
    StopListening();
    connections.clear();
  }
  /// Announces its SETTINGS never, as if it hung after accept.
  void HangAfterAccept() { hangs_ = true; }
  /// For connections to come.
  void set_transports(std::shared_ptr<const rpc::Transports> transports) {
    transports_ = std::move(transports);
  }
  void set_max_streams(uint32_t streams) { settings_.max_concurrent_streams = streams; }
  void set_max_header_list(uint32_t size) { settings_.max_header_list = size; }

  /// All requests of all connections, in the order of connections.
  std::vector<http2::StreamLog*> calls() const {
    std::vector<http2::StreamLog*> all;
    for (const auto& connection : connections) {
      for (const auto& each : connection->streams) all.push_back(each.get());
    }
    return all;
  }

  std::vector<std::unique_ptr<rpc::ConnectionPeer>> connections;
  std::vector<base::FileDescriptor> hanging;
  /// Answers each request of connections to come as it comes; nothing: the test does.
  std::function<void(http2::StreamLog&)> on_request;

 private:
  void Listen(const std::string& address) {
    auto sockets = net::OpenListeners(*base::Address::Parse(address), 1);
    ASSERT_TRUE(sockets) << sockets.error();
    address_ = net::SocketAddress::OfSocket(sockets->front().get());
    listener_.emplace(loop_, std::move(sockets->front()),
                      [this](base::FileDescriptor socket) { Accept(std::move(socket)); });
  }

  void Accept(base::FileDescriptor socket) {
    if (hangs_) return hanging.push_back(std::move(socket));
    connections.push_back(
        std::make_unique<rpc::ConnectionPeer>(loop_, http2::Role::kServer, settings_, transports_));
    connections.back()->on_request = on_request;
    connections.back()->connection().Attach(std::move(socket));
  }

  net::EventLoop& loop_;
  http2::SessionSettings settings_;
  std::shared_ptr<const rpc::Transports> transports_ = rpc::PlainTransports();
  bool hangs_ = false;
  std::optional<net::SocketAddress> address_;
  std::optional<net::Listener> listener_;
};

}  // namespace evenkeel::pool
