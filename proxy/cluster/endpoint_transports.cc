#include "proxy/cluster/endpoint_transports.h"

#include "lib/base/check.h"
#include "lib/connection/tls_transport.h"
#include "lib/tls/context.h"

namespace evenkeel::proxy {
namespace {

std::string KeyOf(const config::ClusterTls& tls) {
  std::string key = tls.name + '\n' + tls.ca.path + '\n';
  if (tls.pair) key += tls.pair->certificate.path;
  for (const std::string& each : tls.subjects) key += '\n' + each;
  return key;
}

}  // namespace

base::Result<EndpointTransports, std::string> EndpointTransports::Next(
    const config::Clusters& clusters) const {
  EndpointTransports next;
  for (const config::Cluster& each : clusters) {
    if (!each.tls) continue;
    std::string key = KeyOf(*each.tls);
    if (next.Find(key, *each.tls) != nullptr) continue;
    if (const Entry* const known = Find(key, *each.tls)) {
      next.entries_.emplace(std::move(key), *known);
      continue;
    }
    auto context = tls::Context::ForCluster(*each.tls);
    if (!context) return base::Error("cluster " + each.name + ": tls: " + context.error());
    next.entries_.emplace(std::move(key),
                          Entry{*each.tls, rpc::TlsTransports(std::move(*context))});
  }
  return next;
}

std::shared_ptr<const rpc::Transports> EndpointTransports::Of(
    const std::optional<config::ClusterTls>& tls) const {
  if (!tls) return rpc::PlainTransports();
  const Entry* const entry = Find(KeyOf(*tls), *tls);
  CHECK(entry != nullptr);
  return entry->transports;
}

const EndpointTransports::Entry* EndpointTransports::Find(const std::string& key,
                                                          const config::ClusterTls& tls) const {
  const auto [begin, end] = entries_.equal_range(key);
  for (auto each = begin; each != end; ++each) {
    if (each->second.tls == tls) return &each->second;
  }
  return nullptr;
}

}  // namespace evenkeel::proxy
