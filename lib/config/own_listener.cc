#include "lib/config/own_listener.h"

namespace evenkeel::config {
namespace {

using Kind = base::Address::Kind;

bool IsAny(const base::Address& address) {
  return address.host() == "0.0.0.0" || address.host() == "::";
}

bool IsLoopback(const base::Address& address) {
  if (address.kind() == Kind::kIpv4) return address.host().starts_with("127.");
  return address.kind() == Kind::kIpv6 ? address.host() == "::1" : address.host() == "localhost";
}

bool LeadsTo(const base::Address& endpoint, const base::Address& listener) {
  if (endpoint == listener) return listener.kind() == Kind::kUnix || listener.port() != 0;
  if (listener.kind() == Kind::kUnix || endpoint.kind() == Kind::kUnix) return false;
  return endpoint.port() == listener.port() && listener.port() != 0 && IsAny(listener) &&
         (IsLoopback(endpoint) || IsAny(endpoint));
}

}  // namespace

std::optional<std::string> FindOwnListener(const Config& config) {
  for (const Cluster& cluster : config.clusters) {
    for (const Endpoint& endpoint : cluster.endpoints) {
      for (const Listener& listener : config.listeners) {
        if (!LeadsTo(endpoint.address, listener.address)) continue;
        return "endpoint " + endpoint.address.ToString() + " of cluster " + cluster.name +
               " is this sidecar's own listener " + listener.address.ToString() +
               ": its calls would come back for ever";
      }
    }
  }
  return std::nullopt;
}

}  // namespace evenkeel::config
