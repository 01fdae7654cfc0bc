#include "proxy/cluster/cluster_settings.h"

#include <algorithm>
#include <utility>

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
          http2.max_header_list, http2.max_resets};
}

pool::Pool::Settings PoolSettingsOf(const config::Cluster& cluster) {
  const config::Connection& connection = cluster.connection;
  return {.connection = {.http2 = SessionSettingsOf(cluster.http2),
                         .connect_timeout = connection.connect_timeout,
                         .keepalive = KeepaliveOf(cluster),
                         .user_timeout = connection.tcp_user_timeout,
                         .tcp_keepalive = connection.tcp_keepalive},
          .backoff = {.initial = connection.initial_backoff,
                      .max = connection.max_backoff,
                      .multiplier = connection.backoff_multiplier,
                      .jitter = connection.backoff_jitter},
          .max_connections = connection.max_connections};
}

std::string TlsHostOf(const config::Cluster& cluster, const std::string& address) {
  std::string host;
  if (const auto* dns = std::get_if<config::DnsName>(&cluster.origin)) {
    host = dns->name;
    // _service._proto.name (RFC 2782)
    while (host.starts_with('_') && host.find('.') != std::string::npos) {
      host.erase(0, host.find('.') + 1);
    }
  } else if (const auto parsed = base::Address::Parse(address);
             parsed && parsed->kind() != base::Address::Kind::kUnix) {
    host = parsed->host();
  }
  if (host.ends_with('.')) host.pop_back();  // complete names, which certificates have not
  return host;
}

std::shared_ptr<RetryState> RetryStateOf(const config::Cluster& cluster,
                                         telemetry::RetryCounters& counters,
                                         std::shared_ptr<pool::Limits> limits) {
  auto state = std::make_shared<RetryState>(counters, std::move(limits));
  if (const auto& tokens = cluster.retry_throttling) {
    state->throttle.emplace(tokens->max_tokens, tokens->token_ratio);
  }
  if (const auto& budget = cluster.retry_budget) {
    state->budget.emplace(budget->percent, budget->reserve);
  }
  return state;
}

void SetLimits(pool::Limits& limits, const config::Limits& config, uint32_t max_pending) {
  limits.calls.set_max(config.max_calls);
  limits.pending.set_max(max_pending);
  limits.connections.set_max(config.max_connections);
  limits.retries.set_max(config.max_retries);
}

std::shared_ptr<AdaptiveConcurrency> ConcurrencyOf(const config::Cluster& cluster,
                                                   base::Limit& calls, base::Time now) {
  if (!cluster.adaptive_concurrency) return nullptr;
  config::AdaptiveConcurrency settings = *cluster.adaptive_concurrency;
  const uint32_t hard = cluster.limits.max_calls;
  if (hard > 0) settings.max_calls = std::min(settings.max_calls, hard);
  settings.min_calls = std::min(settings.min_calls, settings.max_calls);
  return std::make_shared<AdaptiveConcurrency>(settings, calls, now);
}

Cluster::Settings ClusterSettingsOf(const config::Cluster& cluster) {
  return {.name = cluster.name,
          .hash = HashOf(cluster),
          .failures = FailuresOf(cluster),
          .mover = cluster.move_streams,
          .endpoint_max_calls = cluster.endpoint_limits.max_calls,
          .reports = config::LoadReportsOf(cluster.policy)};
}

}  // namespace evenkeel::proxy
