#include "lib/net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cstring>

#include "lib/base/check.h"

namespace evenkeel::net {
namespace {

template <typename T>
T& As(sockaddr_storage& storage) {
  return reinterpret_cast<T&>(storage);
}

template <typename T>
const T& As(const sockaddr_storage& storage) {
  return reinterpret_cast<const T&>(storage);
}

}  // namespace

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) : size_(size) {
  CHECK(size <= sizeof storage_);
  std::memcpy(&storage_, address, size);
}

SocketAddress SocketAddress::From(const base::Address& address) {
  SocketAddress result;
  switch (address.kind()) {
    case base::Address::Kind::kIpv4: {
      auto& in = As<sockaddr_in>(result.storage_);
      in.sin_family = AF_INET;
      in.sin_port = htons(address.port());
      CHECK(inet_pton(AF_INET, address.host().c_str(), &in.sin_addr) == 1);
      result.size_ = sizeof in;
      break;
    }
    case base::Address::Kind::kIpv6: {
      auto& in6 = As<sockaddr_in6>(result.storage_);
      in6.sin6_family = AF_INET6;
      in6.sin6_port = htons(address.port());
      CHECK(inet_pton(AF_INET6, address.host().c_str(), &in6.sin6_addr) == 1);
      result.size_ = sizeof in6;
      break;
    }
    case base::Address::Kind::kUnix: {
      auto& un = As<sockaddr_un>(result.storage_);
      un.sun_family = AF_UNIX;
      CHECK(address.host().size() < sizeof un.sun_path);
      std::memcpy(un.sun_path, address.host().data(), address.host().size());
      result.size_ =
          static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.host().size() + 1);
      break;
    }
    case base::Address::Kind::kName:
      CHECK(!"a name must be resolved first");
  }
  return result;
}

SocketAddress SocketAddress::OfSocket(int fd) {
  SocketAddress result;
  result.size_ = sizeof result.storage_;
  CHECK(getsockname(fd, reinterpret_cast<sockaddr*>(&result.storage_), &result.size_) == 0);
  return result;
}

std::string PeerHost(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return {};
  return SocketAddress(reinterpret_cast<const sockaddr*>(&storage), size).Host();
}

std::string SocketAddress::Host() const {
  if (family() == AF_UNIX) return "unix:";
  const std::string address = ToString();
  return address.substr(0, address.rfind(':'));
}

uint16_t SocketAddress::port() const {
  if (family() == AF_INET) return ntohs(As<sockaddr_in>(storage_).sin_port);
  if (family() == AF_INET6) return ntohs(As<sockaddr_in6>(storage_).sin6_port);
  return 0;
}

void SocketAddress::set_port(uint16_t port) {
  if (family() == AF_INET) As<sockaddr_in>(storage_).sin_port = htons(port);
  if (family() == AF_INET6) As<sockaddr_in6>(storage_).sin6_port = htons(port);
}

std::string SocketAddress::ToString() const {
  char host[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &As<sockaddr_in>(storage_).sin_addr, host, sizeof host);
    return std::string(host) + ":" + std::to_string(port());
  }
  if (family() == AF_INET6) {
    inet_ntop(AF_INET6, &As<sockaddr_in6>(storage_).sin6_addr, host, sizeof host);
    return "[" + std::string(host) + "]:" + std::to_string(port());
  }
  const auto& un = As<sockaddr_un>(storage_);
  if (size_ <= offsetof(sockaddr_un, sun_path)) return "unix:";
  const size_t room = size_ - offsetof(sockaddr_un, sun_path);
  return "unix:" + std::string(un.sun_path, strnlen(un.sun_path, room));
}

}  // namespace evenkeel::net
