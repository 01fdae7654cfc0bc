// The settings of each balancing policy, and of what stands around every policy: plain values, one
// struct each, with meaning, range and default. docs/balancing.md explains the policies.
//
// The balancer's classes take these structs as they are, so a setting has one place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/clock.h"

namespace evenkeel::config {

struct LeastRequest {
  /// Distinct endpoints compared for a pick. 2 to 100.
  uint32_t choice_count = 2;
  /// Up to this many endpoints, all are compared. 0 to 1,000.
  uint32_t full_scan_limit = 32;
  /// A failed attempt stays in flight for this many typical latencies longer. 0 (off) to 100.
  double failure_hold = 3;
  bool operator==(const LeastRequest&) const = default;
};

struct RoundRobin {
  bool operator==(const RoundRobin&) const = default;
};

struct WeightedRoundRobin {
  /// A weight counts once reports have come for this long; starts over when the endpoint
  /// reconnects. 0 to 1 h.
  base::Duration blackout_period = std::chrono::seconds(10);
  /// A weight counts until no report came for this long. 1 s to 24 h.
  base::Duration weight_expiration_period = std::chrono::minutes(3);
  /// How often turns are dealt anew from the current weights. 100 ms to 1 h.
  base::Duration weight_update_period = std::chrono::seconds(1);
  /// How much each error counts as utilisation. 0 to 1,000.
  double error_utilization_penalty = 1.0;
  /// Metrics of which the highest is the utilisation (gRFC A114): "cpu_utilization",
  /// "mem_utilization", "application_utilization", "utilization.NAME", "named_metrics.NAME".
  /// Without one of them in a report: application_utilization, else cpu_utilization.
  std::vector<std::string> metric_names_for_computing_utilization{};
  /// How often endpoints are asked to report on a stream of their own. 0: never, reports come with
  /// the calls' trailers only; else 1 s to 1 h.
  base::Duration oob_reporting_period{0};
  bool operator==(const WeightedRoundRobin&) const = default;
};

struct PeakEwma {
  /// Time in which a peak is forgotten to 1/e. 100 ms to 10 min.
  base::Duration decay = std::chrono::seconds(10);
  /// Distinct endpoints compared for a pick. 2 to 100.
  uint32_t choice_count = 2;
  /// Up to this many endpoints, all are compared. 0 to 1,000.
  uint32_t full_scan_limit = 32;
  /// A failed attempt stays in flight for this many typical latencies longer. 0 (off) to 100.
  double failure_hold = 3;
  bool operator==(const PeakEwma&) const = default;
};

struct Prequal {
  /// Reports kept. 2 to 64.
  uint32_t pool_size = 16;
  /// A report is of no use after this. 1 ms to 1 min.
  base::Duration max_age = std::chrono::seconds(1);
  /// Picks that one report serves at least. More in a small set, so that the pool does not run dry,
  /// and any number when the pool has room for all endpoints. 1 to 1,000.
  uint32_t max_uses = 1;
  /// Reports above this quantile of requests in flight are hot: 0 goes by requests in flight alone,
  /// 1 by latency alone. 0 to 1.
  double rif_quantile = 0.7;
  /// Reports forgotten for each pick beside the one used, the oldest and the worst in turns, so
  /// that the pool does not decay to the replicas nobody wants. 0 to 1.
  double removal_rate = 0.1;
  /// A failed attempt stays in flight for this many typical latencies longer. 0 (off) to 100.
  double failure_hold = 3;
  /// The report's named metric that gives the requests in flight.
  std::string rif_metric = "requests_in_flight";
  /// The report's named metric that gives the recent latency in milliseconds.
  std::string latency_metric = "latency_ms";
  /// How often endpoints are asked to report on a stream of their own. 0: never, reports come with
  /// the calls' trailers only; else 1 s to 1 h.
  base::Duration oob_reporting_period{0};
  bool operator==(const Prequal&) const = default;
};

struct RandomChoice {
  bool operator==(const RandomChoice&) const = default;
};

struct PickFirst {
  enum class Order {
    kShuffled,  ///< by chance and weight
    kAsListed,  ///< as configured or discovered
  };
  /// `shuffle_address_list: false` gives kAsListed.
  Order order = Order::kShuffled;
  bool operator==(const PickFirst&) const = default;
};

/// What of a call the hash policies hash.
struct HashInput {
  enum class Kind : uint8_t {
    kPath,           ///< the call path, so each method has its endpoint
    kMetadata,       ///< the values of the metadata key `name`, joined by "," (gRFC A76)
    kSourceAddress,  ///< the client's address without its port
  };
  Kind kind = Kind::kPath;
  std::string name;  ///< of the metadata key, lower case; kMetadata only, not "…-bin"
  bool operator==(const HashInput&) const = default;
};

struct RingHash {
  HashInput hash{};
  /// The ring has at least so many places, if the weights allow. 1 to 8,388,608.
  uint32_t min_ring_size = 1024;
  /// At most so many, but one for each endpoint in any case. min_ring_size to 8,388,608.
  uint32_t max_ring_size = 4096;
  /// An endpoint with more than this times its share of the calls in flight is passed over. 0: no
  /// bound, else above 1 to 100.
  double max_load_factor = 0;
  bool operator==(const RingHash&) const = default;
};

struct Maglev {
  HashInput hash{};
  /// A prime number, well above the number of endpoints. 2 to 5,000,011; base::IsPrime
  /// says which.
  uint32_t table_size = 65537;
  /// An endpoint with more than this times its share of the calls in flight is passed over. 0: no
  /// bound, else above 1 to 100.
  double max_load_factor = 0;
  bool operator==(const Maglev&) const = default;
};

/// A cluster's policy with its settings.
using Policy = std::variant<LeastRequest, RoundRobin, WeightedRoundRobin, PeakEwma, Prequal,
                            RandomChoice, PickFirst, RingHash, Maglev>;

/// "least_request": the name in the configuration, metrics and explanations.
std::string_view PolicyName(const Policy& policy);

/// The policy of that name with its defaults; nothing for an unknown name.
std::optional<Policy> DefaultPolicy(std::string_view name);

/// Whether a policy learns from the endpoints' own load reports (ORCA, gRFC A51).
struct LoadReports {
  enum class Use : uint8_t { kNone, kHeeded } use = Use::kNone;
  base::Duration oob_reporting_period{0};  ///< 0: no stream for reports
  bool operator==(const LoadReports&) const = default;
};
LoadReports LoadReportsOf(const Policy& policy);

/// How an endpoint that has just become eligible takes on its share.
struct SlowStart {
  /// How long an endpoint warms up. 0: off, else up to 1 h.
  base::Duration window{0};
  /// The shape: 1 is linear, higher is faster at first. 0.1 to 100.
  double aggression = 1.0;
  /// The share it starts with. 0.01 to 1.
  double min_weight = 0.1;
  bool operator==(const SlowStart&) const = default;
};

/// Priorities and zones.
struct Tiers {
  /// The zone this process runs in; empty: zones are ignored.
  std::string zone{};
  /// Own-zone preference needs so many eligible endpoints in the priority. 1 to 10,000.
  uint32_t min_endpoints_for_zone = 6;
  /// How much more than its normal calls a priority can take. 1 to 10.
  double overprovisioning = 1.4;
  bool operator==(const Tiers&) const = default;
};

/// What stands around a cluster's policy, whichever it is.
struct Balancing {
  /// Panic below this percentage of healthy endpoints: then a bad health verdict (not serving,
  /// ejected) counts for nothing, as it is more likely the judge that is wrong, and what is left
  /// would drown. A missing connection or draining counts all the same. 0: never; to 100.
  uint32_t panic_threshold = 50;
  SlowStart slow_start{};
  Tiers tiers{};
  /// This process uses only so many of the endpoints. 0: all.
  uint32_t subset_size = 0;
  /// Which ones. No key of the file: different in each process, random in production.
  uint64_t subset_seed = 0;
  bool operator==(const Balancing&) const = default;
};

}  // namespace evenkeel::config
