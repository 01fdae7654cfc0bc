// What is done to calls on the way, as configured: limits, splits, copies, edits, faults.
//
// Plain values, part of config.h's Route and Cluster; docs/traffic.md explains the behaviour.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/bounds.h"
#include "lib/config/metadata.h"

namespace evenkeel::config {

/// One cluster's part of a route's calls. `split:` of a route.
struct SplitPart {
  std::string cluster;
  /// Its share relative to the others'; not all are 0.
  uint32_t weight = 0;
  static constexpr WholeNumbers kWeight{0, 1'000'000};
  bool operator==(const SplitPart&) const = default;
};

/// A copy of some calls, whose answers nobody sees. `mirror:` of a route.
struct Mirror {
  std::string cluster;
  /// Of the route's calls.
  double percentage = 100;
  static constexpr Decimals kPercentage{0, 100};
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
  /// Calls that may start in `per`.
  uint32_t calls = 0;
  static constexpr WholeNumbers kCalls{1, 1'000'000};
  base::Duration per = std::chrono::seconds(1);
  static constexpr Durations kPer{std::chrono::milliseconds(1), std::chrono::hours(24)};
  /// Calls that may start at once. Nothing: as many as `calls`.
  std::optional<uint32_t> burst;
  static constexpr WholeNumbers kBurst{1, 1'000'000};
  /// The metadata whose values each have a limit of their own; empty: one for all calls.
  std::string key;
  /// Values that are told apart.
  uint32_t max_keys = 10'000;
  static constexpr WholeNumbers kMaxKeys{1, 1'000'000};
  bool operator==(const RateLimit&) const = default;
};

/// Trouble made on purpose. `fault:` of a route.
struct Fault {
  struct Delay {
    base::Duration time{};
    static constexpr Durations kTime{std::chrono::milliseconds(1), std::chrono::hours(1)};
    double percentage = 100;
    static constexpr Decimals kPercentage{0, 100};
    bool operator==(const Delay&) const = default;
  };
  struct Abort {
    std::string status = "UNAVAILABLE";
    std::string message = "fault injected";
    double percentage = 100;
    static constexpr Decimals kPercentage{0, 100};
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
  /// Calls at once.
  uint32_t max_calls = 0;
  /// Calls that wait for a connection. Endpoints only: a cluster's is max_pending_calls.
  uint32_t max_pending_calls = 0;
  /// Connections; the one that each worker keeps to each endpoint is counted and never refused.
  uint32_t max_connections = 0;
  /// Calls at once that have been tried again or hedged. Clusters only.
  uint32_t max_retries = 0;
  /// Of each of them.
  static constexpr WholeNumbers kEach{0, 1'000'000};
  bool operator==(const Limits&) const = default;
};

/// `adaptive_concurrency:` of a cluster.
struct AdaptiveConcurrency {
  uint32_t min_calls = 4;
  static constexpr WholeNumbers kMinCalls{1, 1'000'000};
  /// At least `min_calls`.
  uint32_t max_calls = 1000;
  static constexpr WholeNumbers kMaxCalls{1, 1'000'000};
  /// Latency may be so many times the least before the limit shrinks.
  double tolerance = 1.5;
  static constexpr Decimals kTolerance{1.01, 100};
  /// Between two changes.
  base::Duration interval = std::chrono::milliseconds(100);
  static constexpr Durations kInterval{std::chrono::milliseconds(10), std::chrono::minutes(1)};
  /// How long the least latency holds until it is measured anew.
  base::Duration baseline_age = std::chrono::seconds(30);
  static constexpr Durations kBaselineAge{std::chrono::seconds(1), std::chrono::hours(24)};
  bool operator==(const AdaptiveConcurrency&) const = default;
};

/// `move_streams:` of a cluster.
struct MoveStreams {
  /// Streams younger than this stay.
  base::Duration older_than = std::chrono::minutes(10);
  static constexpr Durations kOlderThan{std::chrono::seconds(1), std::chrono::hours(720)};
  /// Of the older ones, in percent, at most so many in a minute.
  double share_per_minute = 10;
  static constexpr Decimals kSharePerMinute{0.1, 100};
  bool operator==(const MoveStreams&) const = default;
};

}  // namespace evenkeel::config
