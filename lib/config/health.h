// What decides who may take calls, as configured: health checks, outlier detection, keepalive.
//
// Plain values, part of config.h's Cluster; docs/health.md explains the behaviour to users.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
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
  /// Between two questions where there is no Watch. 100 ms to 1 h.
  base::Duration interval = std::chrono::seconds(5);
  /// Instead of `interval` while the answers begin to differ from the verdict. 100 ms to 1 h.
  base::Duration edge_interval = std::chrono::seconds(1);
  /// Share by which an interval may be longer or shorter. 0 to 1.
  double jitter = 0.2;
  /// For one answer. 10 ms to 5 min.
  base::Duration timeout = std::chrono::seconds(1);
  /// Bad answers in a row until an endpoint is out. 1 to 100. Not for Watch, which is believed.
  uint32_t unhealthy_threshold = 2;
  /// Good answers in a row until it is back. 1 to 100.
  uint32_t healthy_threshold = 1;
  /// How long after the start /ready waits for the first eligible endpoint. 0 to 1 h.
  base::Duration startup_grace = std::chrono::seconds(10);
  /// Asks at this port instead of the endpoint's own. 1 to 65535.
  std::optional<uint16_t> port;
  /// `:authority` or `Host`; empty: the endpoint's address.
  std::string authority;
  std::vector<Metadata> metadata;
  /// http: what is asked for.
  std::string path = "/";
  /// http: the good answer. 100 to 599.
  uint32_t expected_status = 200;
  bool operator==(const HealthCheck&) const = default;
};

/// Failures in a row, over all workers. 1 to 10,000.
struct ConsecutiveFailures {
  uint32_t threshold = 5;
  /// Chance in percent that an endpoint so found is ejected. 0 to 100.
  uint32_t enforcement_percentage = 100;
  bool operator==(const ConsecutiveFailures&) const = default;
};

/// Far below the others' success rate (gRFC A50).
struct SuccessRate {
  /// Out is who is below mean - stdev_factor x standard deviation. 0 to 10.
  double stdev_factor = 1.9;
  uint32_t enforcement_percentage = 100;
  /// Endpoints with `request_volume` that it takes to judge. 1 to 100,000.
  uint32_t minimum_hosts = 5;
  /// Calls in an interval that it takes to be judged. 1 to 1,000,000.
  uint32_t request_volume = 100;
  bool operator==(const SuccessRate&) const = default;
};

/// Too large a share of failures (gRFC A50).
struct FailurePercentage {
  /// Out is who is above it. 0 to 100.
  uint32_t threshold = 85;
  uint32_t enforcement_percentage = 100;
  uint32_t minimum_hosts = 5;
  uint32_t request_volume = 50;
  bool operator==(const FailurePercentage&) const = default;
};

/// Far slower than the others, several intervals long.
struct LatencyOutlier {
  /// Out is whose p90 is above factor x the median of all p90. 1.1 to 1,000.
  double factor = 3.0;
  /// A p90 up to this is never too slow. 0 to 1 h.
  base::Duration minimum = std::chrono::milliseconds(10);
  /// Intervals in a row. 1 to 100.
  uint32_t intervals = 2;
  uint32_t enforcement_percentage = 100;
  uint32_t minimum_hosts = 3;
  uint32_t request_volume = 50;
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
  /// Between two sweeps. 100 ms to 1 h.
  base::Duration interval = std::chrono::seconds(10);
  /// For the first ejection; each further one is as much longer. 100 ms to 24 h.
  base::Duration base_ejection_time = std::chrono::seconds(30);
  /// 100 ms to 24 h; where it is less than `base_ejection_time`, that counts.
  base::Duration max_ejection_time = std::chrono::seconds(300);
  /// Share by which an ejection may be longer, so that sidecars do not return as one. 0 to 1.
  double ejection_jitter = 0.2;
  /// No more ejections while this share of the endpoints is ejected; one always may be. 0 to 100.
  uint32_t max_ejection_percent = 10;
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
  /// After so long without a byte from the endpoint comes a PING. 10 s to 24 h.
  base::Duration time = std::chrono::seconds(300);
  /// Without an answer for so long the connection is closed; also TCP_USER_TIMEOUT (gRFC A18). 1 s
  /// to 10 min.
  base::Duration timeout = std::chrono::seconds(20);
  /// Also while no call is open.
  bool without_calls = false;
  bool operator==(const Keepalive&) const = default;
};

}  // namespace evenkeel::config
