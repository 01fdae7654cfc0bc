// What is done to calls on the way, as configured: limits, splits, copies, edits, faults.
//
// Plain values, part of config.h's Route and Cluster; docs/traffic.md explains the behaviour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/metadata.h"

namespace evenkeel::config {

/// One cluster's part of a route's calls. `split:` of a route.
struct SplitPart {
  std::string cluster;
  /// Its share relative to the others'. 0 to 1,000,000; not all 0.
  uint32_t weight = 0;
  bool operator==(const SplitPart&) const = default;
};

/// A copy of some calls, whose answers nobody sees. `mirror:` of a route.
struct Mirror {
  std::string cluster;
  /// Of the route's calls. 0 to 100.
  double percentage = 100;
  bool operator==(const Mirror&) const = default;
};

/// Changes of one header block, in the order: remove, set, add.
struct HeaderEdits {
  std::vector<std::string> remove;
  std::vector<Metadata> set;  ///< instead of all of that name
  std::vector<Metadata> add;  ///< beside those of that name

  bool empty() const { return remove.empty() && set.empty() && add.empty(); }
  bool operator==(const HeaderEdits&) const = default;
};

/// `rate_limit:` of a route.
struct RateLimit {
  /// Calls that may start in `per`. 1 to 1,000,000.
  uint32_t calls = 0;
  /// 1 ms to 24 h.
  base::Duration per = std::chrono::seconds(1);
  /// Calls that may start at once. 1 to 1,000,000; nothing: as many as `calls`.
  std::optional<uint32_t> burst;
  /// The metadata whose values each have a limit of their own; empty: one for all calls.
  std::string key;
  /// Values that are told apart. 1 to 1,000,000.
  uint32_t max_keys = 10'000;
  bool operator==(const RateLimit&) const = default;
};

/// Trouble made on purpose. `fault:` of a route.
struct Fault {
  struct Delay {
    /// 1 ms to 1 h.
    base::Duration time{};
    double percentage = 100;
    bool operator==(const Delay&) const = default;
  };
  struct Abort {
    std::string status = "UNAVAILABLE";
    std::string message = "fault injected";
    double percentage = 100;
    bool operator==(const Abort&) const = default;
  };
  /// Only for calls that carry all of these; empty: for all.
  std::vector<Metadata> metadata;
  std::optional<Delay> delay;
  std::optional<Abort> abort;
  bool operator==(const Fault&) const = default;
};

/// What of a route has to do with traffic.
struct RouteTraffic {
  std::vector<SplitPart> split;  ///< empty: all calls go to the route's cluster
  std::optional<Mirror> mirror;
  HeaderEdits request_headers;
  HeaderEdits response_headers;
  std::optional<RateLimit> rate_limit;
  std::optional<Fault> fault;
  bool operator==(const RouteTraffic&) const = default;
};

/// What one cluster, or one endpoint of it, may take in the whole process. 0: no limit.
struct Limits {
  /// Calls at once. 0 to 1,000,000.
  uint32_t max_calls = 0;
  /// Calls that wait for a connection. 0 to 1,000,000. Endpoints only: a cluster's is
  /// max_pending_calls.
  uint32_t max_pending_calls = 0;
  /// Connections; the one that each worker keeps to each endpoint is counted and never refused. 0
  /// to 1,000,000.
  uint32_t max_connections = 0;
  /// Calls at once that have been tried again or hedged. 0 to 1,000,000. Clusters only.
  uint32_t max_retries = 0;
  bool operator==(const Limits&) const = default;
};

/// `adaptive_concurrency:` of a cluster.
struct AdaptiveConcurrency {
  /// 1 to 1,000,000.
  uint32_t min_calls = 4;
  /// min_calls to 1,000,000.
  uint32_t max_calls = 1000;
  /// Latency may be so many times the least before the limit shrinks. 1.01 to 100.
  double tolerance = 1.5;
  /// Between two changes. 10 ms to 1 min.
  base::Duration interval = std::chrono::milliseconds(100);
  /// How long the least latency holds until it is measured anew. 1 s to 24 h.
  base::Duration baseline_age = std::chrono::seconds(30);
  bool operator==(const AdaptiveConcurrency&) const = default;
};

/// `move_streams:` of a cluster.
struct MoveStreams {
  /// Streams younger than this stay. 1 s to 30 days.
  base::Duration older_than = std::chrono::minutes(10);
  /// Of the older ones, in percent, at most so many in a minute. 0.1 to 100.
  double share_per_minute = 10;
  bool operator==(const MoveStreams&) const = default;
};

}  // namespace evenkeel::config
