// RouteTable: which cluster a call of one listener goes to. Immutable, shared by all workers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "http2/header_list.h"
#include "rpc/message.h"

namespace evenkeel::proxy {

class RouteTable {
 public:
  /// The configuration has been validated: every cluster that `listener` names is in `clusters`.
  RouteTable(const config::Listener& listener, const std::vector<config::Cluster>& clusters);

  /// The place in `clusters` of a call's cluster, by the first route that matches, else the
  /// listener's own; nothing when there is none.
  std::optional<size_t> Find(const rpc::MethodPath& path, const http2::HeaderList& headers) const;

 private:
  struct Route {
    config::Match match;
    size_t cluster;
  };

  static bool Matches(const config::Match& match, const rpc::MethodPath& path,
                      const http2::HeaderList& headers);

  std::vector<Route> routes_;
  std::optional<size_t> default_cluster_;
};

}  // namespace evenkeel::proxy
