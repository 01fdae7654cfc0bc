// What decides who may take calls, as configured: health checks, outlier detection, keepalive.
//
// Plain values, part of config.h's Cluster; docs/health.md explains the behaviour to users.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/config/bounds.h"
#include "lib/config/metadata.h"

namespace evenkeel::config {

/// How endpoints are asked whether they serve. `health_check:` of a cluster.
struct HealthCheck {
  enum class Type {
    kGrpc,  ///< grpc.health.v1: Watch, else Check, else the connection alone
    kTcp,   ///< something accepts connections
    kHttp,  ///< GET over HTTP/1.1
  };
  Type type = Type::kGrpc;
  enum class Mode {
    kWatch,  ///< a stream that tells each change; Check where there is none
    kCheck,  ///< a call each `interval`
  };
  Mode mode = Mode::kWatch;  ///< grpc
  /// What an endpoint is whose health service refuses to answer us (UNAUTHENTICATED,
  /// PERMISSION_DENIED): as good as its connection, or not serving.
  enum class Denied { kServing, kNotServing };
  Denied when_denied = Denied::kServing;  ///< grpc
  /// grpc: the service to ask for; empty: the server as a whole.
  std::string service;
  /// Between two questions where there is no Watch.
  base::Duration interval = std::chrono::seconds(5);
  static constexpr Durations kInterval{std::chrono::milliseconds(100), std::chrono::hours(1)};
  /// Instead of `interval` while the answers begin to differ from the verdict.
  base::Duration edge_interval = std::chrono::seconds(1);
  static constexpr Durations kEdgeInterval{std::chrono::milliseconds(100), std::chrono::hours(1)};
  /// Share by which an interval may be longer or shorter.
  double jitter = 0.2;
  static constexpr Decimals kJitter{0, 1};
  /// For one answer.
  base::Duration timeout = std::chrono::seconds(1);
  static constexpr Durations kTimeout{std::chrono::milliseconds(10), std::chrono::minutes(5)};
  /// Bad answers in a row until an endpoint is out. Not for Watch, which is believed.
  uint32_t unhealthy_threshold = 2;
  static constexpr WholeNumbers kUnhealthyThreshold{1, 100};
  /// Good answers in a row until it is back.
  uint32_t healthy_threshold = 1;
  static constexpr WholeNumbers kHealthyThreshold{1, 100};
  /// How long after the start /ready waits for the first eligible endpoint.
  base::Duration startup_grace = std::chrono::seconds(10);
  static constexpr Durations kStartupGrace{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// Asks at this port instead of the endpoint's own.
  std::optional<uint16_t> port;
  static constexpr WholeNumbers kPort{1, 65535};
  /// `:authority` or `Host`; empty: the endpoint's address.
  std::string authority;
  std::vector<Metadata> metadata;
  /// http: what is asked for.
  std::string path = "/";
  /// http: the good answer.
  uint32_t expected_status = 200;
  static constexpr WholeNumbers kExpectedStatus{100, 599};
  bool operator==(const HealthCheck&) const = default;
};

/// Failures in a row, over all workers.
struct ConsecutiveFailures {
  uint32_t threshold = 5;
  static constexpr WholeNumbers kThreshold{1, 10'000};
  /// Chance in percent that an endpoint so found is ejected.
  uint32_t enforcement_percentage = 100;
  static constexpr WholeNumbers kEnforcementPercentage{0, 100};
  bool operator==(const ConsecutiveFailures&) const = default;
};

/// Far below the others' success rate (gRFC A50).
struct SuccessRate {
  /// Out is who is below mean - stdev_factor x standard deviation.
  double stdev_factor = 1.9;
  static constexpr Decimals kStdevFactor{0, 10};
  uint32_t enforcement_percentage = 100;
  static constexpr WholeNumbers kEnforcementPercentage{0, 100};
  /// Endpoints with `request_volume` that it takes to judge.
  uint32_t minimum_hosts = 5;
  static constexpr WholeNumbers kMinimumHosts{1, 100'000};
  /// Calls in an interval that it takes to be judged.
  uint32_t request_volume = 100;
  static constexpr WholeNumbers kRequestVolume{1, 1'000'000};
  bool operator==(const SuccessRate&) const = default;
};

/// Too large a share of failures (gRFC A50).
struct FailurePercentage {
  /// Out is who is above it.
  uint32_t threshold = 85;
  static constexpr WholeNumbers kThreshold{0, 100};
  uint32_t enforcement_percentage = 100;
  static constexpr WholeNumbers kEnforcementPercentage{0, 100};
  uint32_t minimum_hosts = 5;
  static constexpr WholeNumbers kMinimumHosts{1, 100'000};
  uint32_t request_volume = 50;
  static constexpr WholeNumbers kRequestVolume{1, 1'000'000};
  bool operator==(const FailurePercentage&) const = default;
};

/// Far slower than the others, several intervals long.
struct LatencyOutlier {
  /// Out is whose p90 is above factor x the median of all p90.
  double factor = 3.0;
  static constexpr Decimals kFactor{1.1, 1000};
  /// A p90 up to this is never too slow.
  base::Duration minimum = std::chrono::milliseconds(10);
  static constexpr Durations kMinimum{std::chrono::milliseconds(0), std::chrono::hours(1)};
  /// Intervals in a row.
  uint32_t intervals = 2;
  static constexpr WholeNumbers kIntervals{1, 100};
  uint32_t enforcement_percentage = 100;
  static constexpr WholeNumbers kEnforcementPercentage{0, 100};
  uint32_t minimum_hosts = 3;
  static constexpr WholeNumbers kMinimumHosts{1, 100'000};
  uint32_t request_volume = 50;
  static constexpr WholeNumbers kRequestVolume{1, 1'000'000};
  bool operator==(const LatencyOutlier&) const = default;
};

/// Which endpoints are left out for what became of their calls. `outlier_detection:` of a cluster.
struct OutlierDetection {
  enum class Mode {
    kEnforce,
    kObserve,  ///< only counts and logs what it would have done
  };
  Mode mode = Mode::kEnforce;
  /// gRPC names of the statuses that count as failures.
  std::vector<std::string> statuses = {"UNKNOWN", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE",
                                       "DATA_LOSS"};
  /// Between two sweeps.
  base::Duration interval = std::chrono::seconds(10);
  static constexpr Durations kInterval{std::chrono::milliseconds(100), std::chrono::hours(1)};
  /// For the first ejection; each further one is as much longer.
  base::Duration base_ejection_time = std::chrono::seconds(30);
  static constexpr Durations kBaseEjectionTime{std::chrono::milliseconds(100),
                                               std::chrono::hours(24)};
  /// Where it is less than `base_ejection_time`, that counts.
  base::Duration max_ejection_time = std::chrono::seconds(300);
  static constexpr Durations kMaxEjectionTime{std::chrono::milliseconds(100),
                                              std::chrono::hours(24)};
  /// Share by which an ejection may be longer, so that sidecars do not return as one.
  double ejection_jitter = 0.2;
  static constexpr Decimals kEjectionJitter{0, 1};
  /// No more ejections while this share of the endpoints is ejected; one always may be.
  uint32_t max_ejection_percent = 10;
  static constexpr WholeNumbers kMaxEjectionPercent{0, 100};
  /// Whether the last eligible endpoint may be ejected too.
  bool eject_last = false;
  std::optional<ConsecutiveFailures> consecutive_failures = ConsecutiveFailures{};
  std::optional<SuccessRate> success_rate = SuccessRate{};
  std::optional<FailurePercentage> failure_percentage = FailurePercentage{};
  std::optional<LatencyOutlier> latency;
  bool operator==(const OutlierDetection&) const = default;
};

/// HTTP/2 PINGs towards endpoints (gRFC A8). `keepalive:` of a cluster.
struct Keepalive {
  /// After so long without a byte from the endpoint comes a PING.
  base::Duration time = std::chrono::seconds(300);
  static constexpr Durations kTime{std::chrono::seconds(10), std::chrono::hours(24)};
  /// Without an answer for so long the connection is closed; also TCP_USER_TIMEOUT (gRFC A18).
  base::Duration timeout = std::chrono::seconds(20);
  static constexpr Durations kTimeout{std::chrono::seconds(1), std::chrono::minutes(10)};
  /// Also while no call is open.
  bool without_calls = false;
  bool operator==(const Keepalive&) const = default;
};

}  // namespace evenkeel::config
