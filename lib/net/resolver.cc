#include "lib/net/resolver.h"

#include <netdb.h>

#include <memory>

namespace evenkeel::net {

base::Result<std::vector<SocketAddress>, std::string> Resolve(const base::Address& address) {
  if (address.kind() != base::Address::Kind::kName) {
    return std::vector{SocketAddress::From(address)};
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error =
      getaddrinfo(address.host().c_str(), std::to_string(address.port()).c_str(), &hints, &found);
  if (error != 0) {
    return base::Error("cannot resolve \"" + address.host() + "\": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
  std::vector<SocketAddress> result;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    result.emplace_back(each->ai_addr, each->ai_addrlen);
  }
  return result;
}

}  // namespace evenkeel::net
