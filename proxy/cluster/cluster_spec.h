// ClusterSpec: what main wants every worker to have for one cluster: which endpoints, connected and
// asked how. Immutable once made and shared by all workers; a change is another spec.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "health/outcome_counters.h"
#include "lib/config/health.h"
#include "pool/pool.h"
#include "proxy/cluster/cluster.h"
#include "proxy/route/cluster_id.h"

namespace evenkeel::proxy {

struct EndpointSpec {
  pool::Pool::Target target;
  std::shared_ptr<health::OutcomeCounters> outcomes;  ///< null: not counted
  /// The worker that asks the endpoint whether it serves, and for its load; 0 is the first.
  unsigned asker = 0;
  /// Where, if not on the connections that carry its calls.
  std::optional<pool::Pool::Target> asked_at;
};

struct ClusterSpec {
  ClusterId id;
  Cluster::Settings settings;
  ClusterShared shared;
  Cluster::Events events;
  std::vector<EndpointSpec> endpoints;
  pool::Pool::Settings pools;
  std::optional<config::HealthCheck> health_check;
};

}  // namespace evenkeel::proxy
