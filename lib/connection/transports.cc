#include "lib/connection/transports.h"

#include <utility>

#include "lib/net/byte_stream.h"
#include "lib/net/proxied_stream.h"

namespace evenkeel::rpc {
namespace {

class Plain : public Transports {
 public:
  std::string_view scheme() const override { return "http"; }

  std::unique_ptr<net::Transport> Accept(net::EventLoop& loop, base::FileDescriptor socket,
                                         net::Transport::Handler& handler) const override {
    return std::make_unique<net::ByteStream>(loop, std::move(socket), handler);
  }

  base::Result<std::unique_ptr<net::Transport>, std::error_code> Connect(
      net::EventLoop& loop, const net::SocketAddress& address, const std::string& /*host*/,
      net::Transport::Handler& handler) const override {
    auto stream = net::ByteStream::Connect(loop, address, handler);
    if (!stream) return base::Error(stream.error());
    return std::unique_ptr<net::Transport>(std::move(*stream));
  }
};

class Proxied final : public Plain {
 public:
  explicit Proxied(std::vector<base::Network> trusted) : trusted_(std::move(trusted)) {}

  std::unique_ptr<net::Transport> Accept(net::EventLoop& loop, base::FileDescriptor socket,
                                         net::Transport::Handler& handler) const override {
    return std::make_unique<net::ProxiedStream>(loop, std::move(socket), handler, trusted_);
  }

 private:
  const std::vector<base::Network> trusted_;
};

}  // namespace

std::shared_ptr<const Transports> ProxiedTransports(std::vector<base::Network> trusted) {
  return std::make_shared<const Proxied>(std::move(trusted));
}

// It owns nothing, so that connections do not count references to it.
std::shared_ptr<const Transports> PlainTransports() {
  static const Plain plain;
  return {std::shared_ptr<void>(), &plain};
}

}  // namespace evenkeel::rpc
