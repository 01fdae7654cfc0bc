// Sources: where the admin pages get what they show. Main fills in functions that return plain
// values, so that this folder knows no pool, no proxy and no thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/config.h"

namespace evenkeel::admin {

struct ReadyView {
  bool ready = false;
  /// Why not, each a sentence without a full stop: "cluster users has no ready endpoint".
  std::vector<std::string> reasons;
};

struct EndpointView {
  std::string address;
  std::string state;        ///< one word: "ready", "connecting", …
  int64_t in_flight = 0;    ///< attempts now
  uint64_t picked = 0;      ///< attempts since the process started
  int64_t connections = 0;  ///< ready now, over all workers
};

struct ClusterView {
  std::string name;
  std::string policy;
  std::vector<EndpointView> endpoints;
};

/// All are set; called on the thread of the server's loop, once for each request that needs them.
struct Sources {
  /// Prometheus's text format, version 0.0.4.
  std::function<std::string()> metrics;
  std::function<ReadyView()> ready;
  std::function<std::vector<ClusterView>()> clusters;
  std::function<config::Config()> config;
};

}  // namespace evenkeel::admin
