// Routes: one worker's view of a listener's route table: the table, and the clusters it leads to.
//
// A call holds the Routes it began with, and so its table and its clusters, however often these are
// replaced meanwhile. Belongs to a worker, used on its thread.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "base/local_ptr.h"
#include "proxy/cluster.h"
#include "proxy/route_table.h"

namespace evenkeel::proxy {

struct Routes final : base::LocalCounted {
  Routes(std::shared_ptr<const RouteTable> table, std::vector<base::LocalPtr<Cluster>> clusters)
      : table(std::move(table)), clusters(std::move(clusters)) {}

  const std::shared_ptr<const RouteTable> table;
  const std::vector<base::LocalPtr<Cluster>> clusters;  ///< at the places that the table names
};

}  // namespace evenkeel::proxy
