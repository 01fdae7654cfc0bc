#include "lib/config/range_checks.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

namespace evenkeel::config {
namespace {

// The numbers of one map, which stands at `path`.
class Numbers {
 public:
  Numbers(KeyPath path, std::vector<Problem>& problems)
      : path_(std::move(path)), problems_(problems) {}

  const KeyPath& path() const { return path_; }
  std::vector<Problem>& problems() const { return problems_; }
  Numbers operator/(std::string_view key) const { return {path_ / key, problems_}; }

  template <typename Unit, typename T>
  void Check(std::string_view key, const T& value, const Bounds<Unit>& bounds) const {
    if (!bounds.Hold(value)) Refuse(key, Text<Unit>(value), bounds);
  }
  template <typename Unit, typename T>
  void Check(std::string_view key, const std::optional<T>& value,
             const Bounds<Unit>& bounds) const {
    if (value) Check(key, *value, bounds);
  }

 private:
  template <typename Unit, typename T>
  static std::string Text(const T& value) {
    if constexpr (std::is_arithmetic_v<T>)
      return Unit::Format(static_cast<typename Unit::Value>(value));
    else
      return Unit::Format(std::chrono::duration_cast<typename Unit::Value>(value));
  }
  template <typename Unit>
  void Refuse(std::string_view key, std::string value, const Bounds<Unit>& bounds) const {
    Complaint complaint = bounds.Refusal(value);
    problems_.push_back({.path = path_ / key,
                         .reason = std::move(complaint.reason),
                         .hint = std::move(complaint.hint),
                         .value = std::move(value)});
  }

  const KeyPath path_;
  std::vector<Problem>& problems_;
};

void CheckRetry(const Numbers& in, const Retry& retry) {
  in.Check("attempts", retry.attempts, Retry::kAttempts);
  in.Check("initial_backoff", retry.initial_backoff, Retry::kInitialBackoff);
  in.Check("max_backoff", retry.max_backoff, Retry::kMaxBackoff);
  in.Check("backoff_multiplier", retry.backoff_multiplier, Retry::kBackoffMultiplier);
  in.Check("per_try_timeout", retry.per_try_timeout, Retry::kPerTryTimeout);
}

void CheckHedging(const Numbers& in, const Hedging& hedging) {
  in.Check("attempts", hedging.attempts, Hedging::kAttempts);
  if (const auto* fixed = std::get_if<base::Duration>(&hedging.delay)) {
    in.Check("delay", *fixed, Hedging::kDelay);
  } else {
    in.Check("delay", std::get<Hedging::Percentile>(hedging.delay).percent,
             Hedging::Percentile::kPercent);
  }
}

void CheckCalls(const Numbers& in, const CallPolicy& calls) {
  in.Check("timeout", calls.timeout, CallPolicy::kTimeout);
  in.Check("max_stream_duration", calls.max_stream_duration, CallPolicy::kMaxStreamDuration);
  in.Check("idle_timeout", calls.idle_timeout, CallPolicy::kIdleTimeout);
  if (calls.retry) CheckRetry(in / "retry", *calls.retry);
  if (calls.hedging) CheckHedging(in / "hedging", *calls.hedging);
  in.Check("max_request_message_bytes", calls.max_request_message, CallPolicy::kMaxRequestMessage);
  in.Check("max_response_message_bytes", calls.max_response_message,
           CallPolicy::kMaxResponseMessage);
}

void CheckRateLimit(const Numbers& in, const RateLimit& limit) {
  in.Check("calls", limit.calls, RateLimit::kCalls);
  in.Check("per", limit.per, RateLimit::kPer);
  in.Check("burst", limit.burst, RateLimit::kBurst);
  in.Check("max_keys", limit.max_keys, RateLimit::kMaxKeys);
}

void CheckFault(const Numbers& in, const Fault& fault) {
  if (fault.delay) {
    const Numbers delay = in / "delay";
    delay.Check("time", fault.delay->time, Fault::Delay::kTime);
    delay.Check("percentage", fault.delay->percentage, Fault::Delay::kPercentage);
  }
  if (fault.abort) {
    (in / "abort").Check("percentage", fault.abort->percentage, Fault::Abort::kPercentage);
  }
}

void CheckTraffic(const Numbers& in, const RouteTraffic& traffic) {
  for (const SplitPart& each : traffic.split) {
    (in / "split").Check(each.cluster, each.weight, SplitPart::kWeight);
  }
  if (traffic.mirror) {
    (in / "mirror").Check("percentage", traffic.mirror->percentage, Mirror::kPercentage);
  }
  if (traffic.rate_limit) CheckRateLimit(in / "rate_limit", *traffic.rate_limit);
  if (traffic.fault) CheckFault(in / "fault", *traffic.fault);
}

void CheckHttp2(const Numbers& in, const Http2& http2) {
  in.Check("stream_window", http2.stream_window, Http2::kStreamWindow);
  in.Check("connection_window", http2.connection_window, Http2::kConnectionWindow);
  in.Check("max_header_list", http2.max_header_list, Http2::kMaxHeaderList);
  in.Check("max_concurrent_streams", http2.max_concurrent_streams, Http2::kMaxConcurrentStreams);
  in.Check("max_resets", http2.max_resets, Http2::kMaxResets);
}

void CheckClientKeepalive(const Numbers& in, const ClientKeepalive& keepalive) {
  in.Check("time", keepalive.time, ClientKeepalive::kTime);
  in.Check("timeout", keepalive.timeout, ClientKeepalive::kTimeout);
  in.Check("permit_time", keepalive.permit_time, ClientKeepalive::kPermitTime);
  in.Check("max_ping_strikes", keepalive.max_ping_strikes, ClientKeepalive::kMaxPingStrikes);
}

void CheckListener(const Numbers& in, const Listener& listener) {
  const ConnectionLifetime& lifetime = listener.lifetime;
  CheckHttp2(in / "http2", listener.http2);
  CheckClientKeepalive(in / "keepalive", listener.keepalive);
  in.Check("max_connections", listener.max_connections, Listener::kMaxConnections);
  if (listener.tls) {
    (in / "tls").Check("max_handshakes", listener.tls->max_handshakes, ListenerTls::kMaxHandshakes);
  }
  in.Check("max_connection_idle", lifetime.max_idle, ConnectionLifetime::kMaxIdle);
  in.Check("max_connection_age", lifetime.max_age, ConnectionLifetime::kMaxAge);
  in.Check("max_connection_age_grace", lifetime.max_age_grace, ConnectionLifetime::kMaxAgeGrace);
  if (listener.authentication) {
    const auto& issuers = listener.authentication->jwt;
    for (size_t i = 0; i < issuers.size(); ++i) {
      const Numbers issuer((in.path() / "authentication" / "jwt")[i], in.problems());
      issuer.Check("skew", issuers[i].skew, JwtIssuer::kSkew);
    }
  }
  for (size_t i = 0; i < listener.routes.size(); ++i) {
    const Numbers route((in.path() / "routes")[i], in.problems());
    CheckCalls(route, listener.routes[i].calls);
    CheckTraffic(route, listener.routes[i].traffic);
  }
}

void CheckConnection(const Numbers& in, const Connection& connection) {
  in.Check("connect_timeout", connection.connect_timeout, Connection::kConnectTimeout);
  in.Check("initial_backoff", connection.initial_backoff, Connection::kInitialBackoff);
  in.Check("max_backoff", connection.max_backoff, Connection::kMaxBackoff);
  in.Check("backoff_multiplier", connection.backoff_multiplier, Connection::kBackoffMultiplier);
  in.Check("backoff_jitter", connection.backoff_jitter, Connection::kBackoffJitter);
  in.Check("max_connections", connection.max_connections, Connection::kMaxConnections);
  in.Check("tcp_user_timeout", connection.tcp_user_timeout, Connection::kTcpUserTimeout);
  in.Check("tcp_keepalive", connection.tcp_keepalive, Connection::kTcpKeepalive);
}

void CheckDns(const Numbers& in, const Dns& dns) {
  in.Check("min_ttl", dns.min_ttl, Dns::kMinTtl);
  in.Check("max_ttl", dns.max_ttl, Dns::kMaxTtl);
  in.Check("jitter", dns.jitter, Dns::kJitter);
  in.Check("timeout", dns.timeout, Dns::kTimeout);
  in.Check("max_retry", dns.max_retry, Dns::kMaxRetry);
}

// The settings of a policy, below its name.
struct PolicyNumbers {
  const Numbers in;

  void operator()(const LeastRequest& settings) const { CheckChoice(settings); }
  void operator()(const RoundRobin&) const {}
  void operator()(const WeightedRoundRobin& settings) const {
    using Bounds = WeightedRoundRobin;
    in.Check("blackout_period", settings.blackout_period, Bounds::kBlackoutPeriod);
    in.Check("weight_expiration_period", settings.weight_expiration_period,
             Bounds::kWeightExpirationPeriod);
    in.Check("weight_update_period", settings.weight_update_period, Bounds::kWeightUpdatePeriod);
    in.Check("error_utilization_penalty", settings.error_utilization_penalty,
             Bounds::kErrorUtilizationPenalty);
    in.Check("oob_reporting_period", settings.oob_reporting_period, Bounds::kOobReportingPeriod);
  }
  void operator()(const PeakEwma& settings) const {
    in.Check("decay", settings.decay, PeakEwma::kDecay);
    CheckChoice(settings);
  }
  void operator()(const Prequal& settings) const {
    in.Check("pool_size", settings.pool_size, Prequal::kPoolSize);
    in.Check("max_age", settings.max_age, Prequal::kMaxAge);
    in.Check("max_uses", settings.max_uses, Prequal::kMaxUses);
    in.Check("rif_quantile", settings.rif_quantile, Prequal::kRifQuantile);
    in.Check("removal_rate", settings.removal_rate, Prequal::kRemovalRate);
    in.Check("failure_hold", settings.failure_hold, Prequal::kFailureHold);
    in.Check("oob_reporting_period", settings.oob_reporting_period, Prequal::kOobReportingPeriod);
  }
  void operator()(const RandomChoice&) const {}
  void operator()(const PickFirst&) const {}
  void operator()(const RingHash& settings) const {
    in.Check("min_ring_size", settings.min_ring_size, RingHash::kMinRingSize);
    in.Check("max_ring_size", settings.max_ring_size, RingHash::kMaxRingSize);
    in.Check("max_load_factor", settings.max_load_factor, RingHash::kMaxLoadFactor);
  }
  void operator()(const Maglev& settings) const {
    in.Check("table_size", settings.table_size, Maglev::kTableSize);
    in.Check("max_load_factor", settings.max_load_factor, Maglev::kMaxLoadFactor);
  }

 private:
  template <typename Settings>
  void CheckChoice(const Settings& settings) const {
    in.Check("choice_count", settings.choice_count, Settings::kChoiceCount);
    in.Check("full_scan_limit", settings.full_scan_limit, Settings::kFullScanLimit);
    in.Check("failure_hold", settings.failure_hold, Settings::kFailureHold);
  }
};

void CheckBalancing(const Numbers& in, const Balancing& balancing) {
  in.Check("panic_threshold", balancing.panic_threshold, Balancing::kPanicThreshold);
  in.Check("subset_size", balancing.subset_size, Balancing::kSubsetSize);
  const Numbers slow_start = in / "slow_start";
  slow_start.Check("window", balancing.slow_start.window, SlowStart::kWindow);
  slow_start.Check("aggression", balancing.slow_start.aggression, SlowStart::kAggression);
  slow_start.Check("min_weight", balancing.slow_start.min_weight, SlowStart::kMinWeight);
  const Numbers locality = in / "locality";
  locality.Check("min_endpoints_for_zone", balancing.tiers.min_endpoints_for_zone,
                 Tiers::kMinEndpointsForZone);
  locality.Check("overprovisioning", balancing.tiers.overprovisioning, Tiers::kOverprovisioning);
}

void CheckHealthCheck(const Numbers& in, const HealthCheck& check) {
  in.Check("interval", check.interval, HealthCheck::kInterval);
  in.Check("edge_interval", check.edge_interval, HealthCheck::kEdgeInterval);
  in.Check("jitter", check.jitter, HealthCheck::kJitter);
  in.Check("timeout", check.timeout, HealthCheck::kTimeout);
  in.Check("unhealthy_threshold", check.unhealthy_threshold, HealthCheck::kUnhealthyThreshold);
  in.Check("healthy_threshold", check.healthy_threshold, HealthCheck::kHealthyThreshold);
  in.Check("startup_grace", check.startup_grace, HealthCheck::kStartupGrace);
  in.Check("port", check.port, HealthCheck::kPort);
  in.Check("expected_status", check.expected_status, HealthCheck::kExpectedStatus);
}

template <typename Algorithm>
void CheckEnforcement(const Numbers& in, const Algorithm& algorithm) {
  in.Check("enforcement_percentage", algorithm.enforcement_percentage,
           Algorithm::kEnforcementPercentage);
}

template <typename Algorithm>
void CheckVolumes(const Numbers& in, const Algorithm& algorithm) {
  CheckEnforcement(in, algorithm);
  in.Check("minimum_hosts", algorithm.minimum_hosts, Algorithm::kMinimumHosts);
  in.Check("request_volume", algorithm.request_volume, Algorithm::kRequestVolume);
}

void CheckAlgorithms(const Numbers& in, const OutlierDetection& detection) {
  if (const auto& failures = detection.consecutive_failures) {
    const Numbers here = in / "consecutive_failures";
    here.Check("threshold", failures->threshold, ConsecutiveFailures::kThreshold);
    CheckEnforcement(here, *failures);
  }
  if (const auto& rate = detection.success_rate) {
    const Numbers here = in / "success_rate";
    here.Check("stdev_factor", rate->stdev_factor, SuccessRate::kStdevFactor);
    CheckVolumes(here, *rate);
  }
  if (const auto& share = detection.failure_percentage) {
    const Numbers here = in / "failure_percentage";
    here.Check("threshold", share->threshold, FailurePercentage::kThreshold);
    CheckVolumes(here, *share);
  }
  if (const auto& latency = detection.latency) {
    const Numbers here = in / "latency";
    here.Check("factor", latency->factor, LatencyOutlier::kFactor);
    here.Check("minimum", latency->minimum, LatencyOutlier::kMinimum);
    here.Check("intervals", latency->intervals, LatencyOutlier::kIntervals);
    CheckVolumes(here, *latency);
  }
}

void CheckOutlierDetection(const Numbers& in, const OutlierDetection& detection) {
  in.Check("interval", detection.interval, OutlierDetection::kInterval);
  in.Check("base_ejection_time", detection.base_ejection_time, OutlierDetection::kBaseEjectionTime);
  in.Check("max_ejection_time", detection.max_ejection_time, OutlierDetection::kMaxEjectionTime);
  in.Check("ejection_jitter", detection.ejection_jitter, OutlierDetection::kEjectionJitter);
  in.Check("max_ejection_percent", detection.max_ejection_percent,
           OutlierDetection::kMaxEjectionPercent);
  CheckAlgorithms(in, detection);
}

void CheckHealth(const Numbers& in, const Cluster& cluster) {
  if (cluster.health_check) CheckHealthCheck(in / "health_check", *cluster.health_check);
  if (cluster.outlier_detection) {
    CheckOutlierDetection(in / "outlier_detection", *cluster.outlier_detection);
  }
  if (cluster.keepalive) {
    const Numbers here = in / "keepalive";
    here.Check("time", cluster.keepalive->time, Keepalive::kTime);
    here.Check("timeout", cluster.keepalive->timeout, Keepalive::kTimeout);
  }
}

void CheckBrakes(const Numbers& in, const Cluster& cluster) {
  const bool is_own = !cluster.service_config || !cluster.service_config->sets_retry_throttling;
  if (cluster.retry_throttling && is_own) {
    const Numbers here = in / "retry_throttling";
    here.Check("max_tokens", cluster.retry_throttling->max_tokens, RetryThrottling::kMaxTokens);
    here.Check("token_ratio", cluster.retry_throttling->token_ratio, RetryThrottling::kTokenRatio);
  }
  if (cluster.retry_budget) {
    const Numbers here = in / "retry_budget";
    here.Check("percent", cluster.retry_budget->percent, RetryBudget::kPercent);
    here.Check("reserve", cluster.retry_budget->reserve, RetryBudget::kReserve);
  }
}

void CheckLimits(const Numbers& in, const Limits& limits) {
  in.Check("max_calls", limits.max_calls, Limits::kEach);
  in.Check("max_pending_calls", limits.max_pending_calls, Limits::kEach);
  in.Check("max_connections", limits.max_connections, Limits::kEach);
  in.Check("max_retries", limits.max_retries, Limits::kEach);
}

void CheckConcurrency(const Numbers& in, const AdaptiveConcurrency& settings) {
  in.Check("min_calls", settings.min_calls, AdaptiveConcurrency::kMinCalls);
  in.Check("max_calls", settings.max_calls, AdaptiveConcurrency::kMaxCalls);
  in.Check("tolerance", settings.tolerance, AdaptiveConcurrency::kTolerance);
  in.Check("interval", settings.interval, AdaptiveConcurrency::kInterval);
  in.Check("baseline_age", settings.baseline_age, AdaptiveConcurrency::kBaselineAge);
}

void CheckMoveStreams(const Numbers& in, const MoveStreams& settings) {
  in.Check("older_than", settings.older_than, MoveStreams::kOlderThan);
  in.Check("share_per_minute", settings.share_per_minute, MoveStreams::kSharePerMinute);
}

void CheckCluster(const Numbers& in, const Cluster& cluster) {
  CheckEndpointRanges(in.path() / "endpoints", cluster.endpoints, in.problems());
  CheckDns(in / "dns", cluster.dns);
  std::visit(PolicyNumbers{in / "policy" / PolicyName(cluster.policy)}, cluster.policy);
  CheckBalancing(in, cluster.balancing);
  CheckConnection(in / "connection", cluster.connection);
  CheckHttp2(in / "http2", cluster.http2);
  CheckHealth(in, cluster);
  in.Check("max_pending_calls", cluster.max_pending_calls, Cluster::kMaxPendingCalls);
  CheckBrakes(in, cluster);
  CheckLimits(in / "limits", cluster.limits);
  CheckLimits(in / "limits" / "endpoint", cluster.endpoint_limits);
  if (const auto& adaptive = cluster.adaptive_concurrency) {
    CheckConcurrency(in / "adaptive_concurrency", *adaptive);
  }
  if (cluster.move_streams) CheckMoveStreams(in / "move_streams", *cluster.move_streams);
}

}  // namespace

void CheckEndpointRanges(const KeyPath& path, const std::vector<Endpoint>& endpoints,
                         std::vector<Problem>& problems) {
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const Numbers in(path[i], problems);
    in.Check("weight", endpoints[i].weight, Endpoint::kWeight);
    in.Check("priority", endpoints[i].priority, Endpoint::kPriority);
  }
}

void CheckRanges(const Config& config, std::vector<Problem>& problems) {
  const Numbers root({}, problems);
  root.Check("workers", config.workers, Config::kWorkers);
  root.Check("replay_memory", config.replay_memory, Config::kReplayMemory);
  root.Check("memory_limit", config.memory_limit, Config::kMemoryLimit);
  for (const Cluster& each : config.clusters) CheckCluster(root / "clusters" / each.name, each);
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    CheckListener({(KeyPath() / "listeners")[i], problems}, *config.listeners[i]);
  }
}

}  // namespace evenkeel::config
