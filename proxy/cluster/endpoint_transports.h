// EndpointTransports: how the connections of clusters travel, by their TLS settings.
//
// Clusters with equal settings share one, and so do configurations: pools tell them apart by
// identity, so that a reload which does not touch a cluster's TLS keeps its connections and what
// its sessions can be resumed by. Main thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/connection/transports.h"

namespace evenkeel::proxy {

class EndpointTransports {
 public:
  /// Those of another configuration, with what is equal taken over from this. The error, a sentence
  /// for the operator, is that of settings which cannot be used.
  base::Result<EndpointTransports, std::string> Next(const config::Clusters& clusters) const;

  /// Of one of the clusters; plain without settings.
  std::shared_ptr<const rpc::Transports> Of(const std::optional<config::ClusterTls>& tls) const;

 private:
  struct Entry {
    config::ClusterTls tls;
    std::shared_ptr<const rpc::Transports> transports;
  };

  const Entry* Find(const std::string& key, const config::ClusterTls& tls) const;

  // By what is short of the settings.
  std::unordered_multimap<std::string, Entry> entries_;
};

}  // namespace evenkeel::proxy
