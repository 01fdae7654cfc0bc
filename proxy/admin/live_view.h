// LiveView: how things stand at one moment, as counters that only grow and states: what a LiveFeed
// makes rates and curves of. Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/telemetry/latency_histogram.h"
#include "proxy/admin/sources.h"

namespace evenkeel::admin {

using LatencyCounts = std::array<uint64_t, telemetry::kLatencyBucketCount>;

struct LiveEndpoint {
  EndpointView view;
  uint64_t ended = 0;  ///< attempts
  uint64_t failed =
      0;  ///< of those, as rpc::DefaultFailures has it, but for what clients cancelled
  LatencyCounts latencies{};  ///< of those that ended
};

struct LiveCluster {
  std::string name;
  std::string policy;
  bool panic = false;
  std::string trouble{};  ///< with where its endpoints come from; empty: none
  std::vector<LiveEndpoint> endpoints{};
  uint64_t shed = 0;
  uint64_t retries = 0;
  std::vector<LimitView> limits{};
};

struct LiveView {
  base::Time now{};
  bool ready = false;
  std::vector<std::string> reasons{};  ///< why it is not
  std::vector<std::string> notes{};
  base::Duration cpu{};   ///< of all threads, since the start
  uint64_t resident = 0;  ///< bytes
  std::vector<LiveCluster> clusters{};
};

}  // namespace evenkeel::admin
