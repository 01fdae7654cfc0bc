// Scenario: what a seed decides about one life of the world: how the sidecar is configured, who
// calls it and how, and what befalls it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "tests/world/peers/ledger.h"
#include "tests/world/system/sockets.h"

namespace evenkeel::world {

/// A configuration, as far as lives differ in it.
struct Settings {
  std::string policy;
  std::string health_check;       ///< as YAML has it
  std::string outlier_detection;  ///< likewise
  std::string keepalive;          ///< likewise; empty: the default
  uint32_t retry_attempts = 0;    ///< 0: off
  uint32_t hedging_attempts = 0;  ///< likewise
  uint32_t max_pending_calls = 1024;
  uint32_t max_concurrent_streams = 100;
  std::vector<size_t> replicas;  ///< numbers of those that are endpoints

  /// The most requests that replicas may act on for one call.
  uint32_t most_executions() const { return std::max({1U, retry_attempts, hedging_attempts}); }
  std::string ToYaml() const;
};

struct Scenario {
  explicit Scenario(uint64_t seed);

  Settings DrawSettings(base::Random& random) const;
  CallPlan DrawCall(base::Random& random) const;

  uint64_t seed;
  bool calm;  ///< nothing befalls it
  unsigned workers;
  size_t replicas;
  size_t clients;
  double calls_per_second;
  base::Duration storm;  ///< how long it is befallen
  Network network{};
  Settings settings;
};

/// Where the sidecar listens.
inline constexpr const char* kSidecar = "127.0.0.1:50050";

}  // namespace evenkeel::world
