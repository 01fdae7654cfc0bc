// Routes: one worker's view of a listener's route table: the table, and the clusters it leads to.
//
// A call holds the Routes it began with, and so its table and its clusters, however often these are
// replaced meanwhile. Belongs to a worker, used on its thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lib/base/local_ptr.h"
#include "proxy/cluster/cluster.h"
#include "proxy/route/route_table.h"

namespace evenkeel::proxy {

struct Routes final : base::LocalCounted {
  Routes(std::shared_ptr<const RouteTable> table, std::vector<base::LocalPtr<Cluster>> clusters)
      : table(std::move(table)), clusters(std::move(clusters)) {}

  const std::shared_ptr<const RouteTable> table;
  /// At the places that the table names; null where it has none.
  const std::vector<base::LocalPtr<Cluster>> clusters;
};

/// Of a listener: those for calls from now on. A reload puts others in their place.
using CurrentRoutes = base::LocalPtr<const Routes>;

}  // namespace evenkeel::proxy
