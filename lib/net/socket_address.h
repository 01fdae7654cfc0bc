// SocketAddress: an IP address with a port, or a Unix path, in the kernel's form.
#pragma once

#include <sys/socket.h>

#include <string>

#include "lib/base/address.h"

namespace evenkeel::net {

class SocketAddress {
 public:
  SocketAddress(const sockaddr* address, socklen_t size);

  /// From an address that needs no look-up; precondition: its kind is not kName.
  static SocketAddress From(const base::Address& address);
  /// The local address a socket is bound to.
  static SocketAddress OfSocket(int fd);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  uint16_t port() const;
  void set_port(uint16_t port);

  /// "127.0.0.1:50051", "[::1]:50051", "unix:/run/a.sock".
  std::string ToString() const;
  /// The same without a port: "127.0.0.1", "[::1]"; "unix:" for a Unix path.
  std::string Host() const;

 private:
  SocketAddress() = default;

  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

/// The peer's IP address without its port, "unix:" for a Unix socket's, empty once it is gone.
std::string PeerHost(int fd);

}  // namespace evenkeel::net
