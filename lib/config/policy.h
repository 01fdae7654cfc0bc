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
#include "lib/config/bounds.h"

namespace evenkeel::config {

struct LeastRequest {
  /// Distinct endpoints compared for a pick.
  uint32_t choice_count = 2;
  static constexpr WholeNumbers kChoiceCount{2, 100};
  /// Up to this many endpoints, all are compared.
  uint32_t full_scan_limit = 32;
  static constexpr WholeNumbers kFullScanLimit{0, 1000};
  /// A failed attempt stays in flight for this many typical latencies longer. 0: off.
  double failure_hold = 3;
  static constexpr Decimals kFailureHold{0, 100};
  bool operator==(const LeastRequest&) const = default;
};

struct RoundRobin {
  bool operator==(const RoundRobin&) const = default;
};

struct WeightedRoundRobin {
  /// A weight counts once reports have come for this long; starts over when the endpoint
  /// reconnects.
  base::Duration blackout_period = std::chrono::seconds(10);
  static constexpr Durations kBlackoutPeriod{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// A weight counts until no report came for this long.
  base::Duration weight_expiration_period = std::chrono::minutes(3);
  static constexpr Durations kWeightExpirationPeriod{std::chrono::seconds(1),
                                                     std::chrono::hours(24)};
  /// How often turns are dealt anew from the current weights.
  base::Duration weight_update_period = std::chrono::seconds(1);
  static constexpr Durations kWeightUpdatePeriod{std::chrono::milliseconds(100),
                                                 std::chrono::hours(1)};
  /// How much each error counts as utilisation.
  double error_utilization_penalty = 1.0;
  static constexpr Decimals kErrorUtilizationPenalty{0, 1000};
  /// Metrics of which the highest is the utilisation (gRFC A114): "cpu_utilization",
  /// "mem_utilization", "application_utilization", "utilization.NAME", "named_metrics.NAME".
  /// Without one of them in a report: application_utilization, else cpu_utilization.
  std::vector<std::string> metric_names_for_computing_utilization{};
  /// How often endpoints are asked to report on a stream of their own. 0: never, reports come with
  /// the calls' trailers only; else at least 1 s.
  base::Duration oob_reporting_period{0};
  static constexpr Durations kOobReportingPeriod{std::chrono::milliseconds(0),
                                                 std::chrono::hours(1)};
  bool operator==(const WeightedRoundRobin&) const = default;
};

struct PeakEwma {
  /// Time in which a peak is forgotten to 1/e.
  base::Duration decay = std::chrono::seconds(10);
  static constexpr Durations kDecay{std::chrono::milliseconds(100), std::chrono::minutes(10)};
  /// Distinct endpoints compared for a pick.
  uint32_t choice_count = 2;
  static constexpr WholeNumbers kChoiceCount{2, 100};
  /// Up to this many endpoints, all are compared.
  uint32_t full_scan_limit = 32;
  static constexpr WholeNumbers kFullScanLimit{0, 1000};
  /// A failed attempt stays in flight for this many typical latencies longer. 0: off.
  double failure_hold = 3;
  static constexpr Decimals kFailureHold{0, 100};
  bool operator==(const PeakEwma&) const = default;
};

struct Prequal {
  /// Reports kept.
  uint32_t pool_size = 16;
  static constexpr WholeNumbers kPoolSize{2, 64};
  /// A report is of no use after this.
  base::Duration max_age = std::chrono::seconds(1);
  static constexpr Durations kMaxAge{std::chrono::milliseconds(1), std::chrono::minutes(1)};
  /// Picks that one report serves at least. More in a small set, so that the pool does not run dry,
  /// and any number when the pool has room for all endpoints.
  uint32_t max_uses = 1;
  static constexpr WholeNumbers kMaxUses{1, 1000};
  /// Reports above this quantile of requests in flight are hot: 0 goes by requests in flight alone,
  /// 1 by latency alone.
  double rif_quantile = 0.7;
  static constexpr Decimals kRifQuantile{0, 1};
  /// Reports forgotten for each pick beside the one used, the oldest and the worst in turns, so
  /// that the pool does not decay to the replicas nobody wants.
  double removal_rate = 0.1;
  static constexpr Decimals kRemovalRate{0, 1};
  /// A failed attempt stays in flight for this many typical latencies longer. 0: off.
  double failure_hold = 3;
  static constexpr Decimals kFailureHold{0, 100};
  /// The report's named metric that gives the requests in flight.
  std::string rif_metric = "requests_in_flight";
  /// The report's named metric that gives the recent latency in milliseconds.
  std::string latency_metric = "latency_ms";
  /// How often endpoints are asked to report on a stream of their own. 0: never, reports come with
  /// the calls' trailers only; else at least 1 s.
  base::Duration oob_reporting_period{0};
  static constexpr Durations kOobReportingPeriod{std::chrono::milliseconds(0),
                                                 std::chrono::hours(1)};
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
  /// The ring has at least so many places, if the weights allow.
  uint32_t min_ring_size = 1024;
  static constexpr WholeNumbers kMinRingSize{1, 8'388'608};
  /// At most so many, but one for each endpoint in any case. At least `min_ring_size`.
  uint32_t max_ring_size = 4096;
  static constexpr WholeNumbers kMaxRingSize{1, 8'388'608};
  /// An endpoint with more than this times its share of the calls in flight is passed over. 0: no
  /// bound, else above 1.
  double max_load_factor = 0;
  static constexpr Decimals kMaxLoadFactor{0, 100};
  bool operator==(const RingHash&) const = default;
};

struct Maglev {
  HashInput hash{};
  /// A prime number, well above the number of endpoints; base::IsPrime says which.
  uint32_t table_size = 65537;
  static constexpr WholeNumbers kTableSize{2, 5'000'011};
  /// An endpoint with more than this times its share of the calls in flight is passed over. 0: no
  /// bound, else above 1.
  double max_load_factor = 0;
  static constexpr Decimals kMaxLoadFactor{0, 100};
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
  /// How long an endpoint warms up. 0: off.
  base::Duration window{0};
  static constexpr Durations kWindow{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// The shape: 1 is linear, higher is faster at first.
  double aggression = 1.0;
  static constexpr Decimals kAggression{0.1, 100};
  /// The share it starts with.
  double min_weight = 0.1;
  static constexpr Decimals kMinWeight{0.01, 1};
  bool operator==(const SlowStart&) const = default;
};

/// Priorities and zones.
struct Tiers {
  /// The zone this process runs in; empty: zones are ignored.
  std::string zone{};
  /// Own-zone preference needs so many eligible endpoints in the priority.
  uint32_t min_endpoints_for_zone = 6;
  static constexpr WholeNumbers kMinEndpointsForZone{1, 10'000};
  /// How much more than its normal calls a priority can take.
  double overprovisioning = 1.4;
  static constexpr Decimals kOverprovisioning{1, 10};
  bool operator==(const Tiers&) const = default;
};

/// What stands around a cluster's policy, whichever it is.
struct Balancing {
  /// Panic below this percentage of healthy endpoints: then a bad health verdict (not serving,
  /// ejected) counts for nothing, as it is more likely the judge that is wrong, and what is left
  /// would drown. A missing connection or draining counts all the same. 0: never.
  uint32_t panic_threshold = 50;
  static constexpr WholeNumbers kPanicThreshold{0, 100};
  SlowStart slow_start{};
  Tiers tiers{};
  /// This process uses only so many of the endpoints. 0: all.
  uint32_t subset_size = 0;
  static constexpr WholeNumbers kSubsetSize{0, 1'000'000};
  /// Which ones. No key of the file: different in each process, random in production.
  uint64_t subset_seed = 0;
  bool operator==(const Balancing&) const = default;
};

}  // namespace evenkeel::config
