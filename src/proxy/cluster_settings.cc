#include "proxy/cluster_settings.h"

#include "balancer/policy_settings.h"

namespace evenkeel::proxy {
namespace {

rpc::Keepalive::Settings KeepaliveOf(const config::Cluster& cluster) {
  using WithoutCalls = rpc::Keepalive::Settings::WithoutCalls;
  if (!cluster.keepalive) return {};
  return {
      .time = cluster.keepalive->time,
      .timeout = cluster.keepalive->timeout,
      .without_calls = cluster.keepalive->without_calls ? WithoutCalls::kYes : WithoutCalls::kNo};
}

rpc::FailureSet FailuresOf(const config::Cluster& cluster) {
  return cluster.outlier_detection ? rpc::StatusSetOf(cluster.outlier_detection->statuses)
                                   : rpc::DefaultFailures();
}

std::optional<balancer::HashInput> HashOf(const config::Cluster& cluster) {
  const auto* input = balancer::HashInputOf(cluster.policy);
  return input == nullptr ? std::nullopt : std::optional(*input);
}

}  // namespace

http2::SessionSettings SessionSettingsOf(const config::Http2& http2) {
  return {http2.stream_window, http2.connection_window, http2.max_concurrent_streams,
          http2.max_header_list};
}

pool::Pool::Settings PoolSettingsOf(const config::Cluster& cluster) {
  const config::Connection& connection = cluster.connection;
  return {.http2 = SessionSettingsOf(cluster.http2),
          .backoff = {.initial = connection.initial_backoff,
                      .max = connection.max_backoff,
                      .multiplier = connection.backoff_multiplier,
                      .jitter = connection.backoff_jitter},
          .connect_timeout = connection.connect_timeout,
          .max_connections = connection.max_connections,
          .max_pending = cluster.max_pending_calls,
          .keepalive = KeepaliveOf(cluster)};
}

std::shared_ptr<RetryState> RetryStateOf(const config::Cluster& cluster,
                                         telemetry::RetryCounters& counters) {
  auto state = std::make_shared<RetryState>(counters);
  if (const auto& tokens = cluster.retry_throttling) {
    state->throttle.emplace(tokens->max_tokens, tokens->token_ratio);
  }
  if (const auto& budget = cluster.retry_budget) {
    state->budget.emplace(budget->percent, budget->reserve);
  }
  return state;
}

Cluster::Settings ClusterSettingsOf(const config::Cluster& cluster) {
  return {.name = cluster.name,
          .hash = HashOf(cluster),
          .failures = FailuresOf(cluster),
          .max_waiting = cluster.max_pending_calls,
          .reports = config::LoadReportsOf(cluster.policy),
          .retries = nullptr,
          .events = {}};
}

}  // namespace evenkeel::proxy
