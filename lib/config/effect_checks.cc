#include "lib/config/effect_checks.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace evenkeel::config {
namespace {

class EffectChecks {
 public:
  EffectChecks(const Config& config, std::vector<Problem>& problems)
      : config_(config), problems_(problems) {}

  void Run() {
    for (const Cluster& each : config_.clusters) {
      CheckCluster(KeyPath() / "clusters" / each.name, each);
    }
    for (size_t i = 0; i < config_.listeners.size(); ++i) {
      CheckListener((KeyPath() / "listeners")[i], *config_.listeners[i]);
    }
    if (config_.admin.address) CheckAdmin(KeyPath() / "admin", config_.admin);
    CheckUse();
  }

 private:
  void CheckListener(const KeyPath& path, const Listener& listener) {
    CheckMode(path, listener.address, listener.mode);
    WarnIf(listener.proxy_protocol && listener.address.kind() == base::Address::Kind::kUnix,
           path / "proxy_protocol",
           "clients of a unix socket have no address to trust, so each "
           "of them is refused",
           "remove it, or listen on an IP address");
    CheckForwarding(path / "forward_client_certificate", listener);
    CheckAccess(path, listener);
    const ConnectionLifetime& lifetime = listener.lifetime;
    const bool show_certificates = listener.tls && !listener.tls->client_ca.path.empty();
    WarnIf(
        lifetime.max_age_grace.count() > 0 && lifetime.max_age.count() == 0 && !show_certificates,
        path / "max_connection_age_grace", "connections have no max_connection_age",
        "add it, or remove this");
    for (size_t i = 0; i < listener.routes.size(); ++i) {
      const Route& route = listener.routes[i];
      const KeyPath at = (path / "routes")[i];
      CheckTimes(at, route.calls);
      if (route.calls.retry) CheckRetry(at / "retry", route.calls);
      CheckHedging(at, route.calls);
      if (route.traffic.rate_limit) CheckRateLimit(at / "rate_limit", *route.traffic.rate_limit);
    }
  }

  void CheckMode(const KeyPath& path, const base::Address& address, std::optional<uint32_t> mode) {
    WarnIf(mode && address.kind() != base::Address::Kind::kUnix, path / "mode",
           "only the address of a unix socket has a file", "remove it");
  }

  void CheckForwarding(const KeyPath& path, const Listener& listener) {
    using Mode = ForwardClientCertificate::Mode;
    const ForwardClientCertificate& forward = listener.forward_client_certificate;
    const bool are_asked = listener.tls && !listener.tls->client_ca.path.empty();
    WarnIf(!are_asked && (forward.mode == Mode::kSet || forward.mode == Mode::kAppend),
           path / "mode", "clients are not asked for certificates here",
           "add tls.client_ca, or use strip or forward");
    WarnIf(!forward.trusted.empty() && (forward.mode == Mode::kStrip || forward.mode == Mode::kSet),
           path / "trusted", "with this mode nobody's field is kept", "remove it");
  }

  void CheckAccess(const KeyPath& path, const Listener& listener) {
    WarnIf(listener.guard_health_service && !listener.health_service, path / "guard_health_service",
           "there is no health_service", "add it, or remove this");
    WarnIf(listener.guard_health_service && listener.health_service && !listener.authentication &&
               !listener.authorization,
           path / "guard_health_service", "there is nothing that could guard it",
           "add authentication or authorization, or remove this");
    CheckRules(path / "authorization", listener, listener.authorization);
    for (size_t i = 0; i < listener.routes.size(); ++i) {
      CheckRules((path / "routes")[i] / "authorization", listener,
                 listener.routes[i].authorization);
    }
  }

  void CheckRules(const KeyPath& path, const Listener& listener,
                  const std::optional<Authorization>& authorization) {
    if (!authorization) return;
    for (size_t i = 0; i < authorization->deny.size(); ++i) {
      CheckRule((path / "deny")[i], listener, authorization->deny[i]);
    }
    for (size_t i = 0; i < authorization->allow.size(); ++i) {
      CheckRule((path / "allow")[i], listener, authorization->allow[i]);
    }
  }

  // A rule that fits no call is a hole where it denies, and an outage where it allows.
  void CheckRule(const KeyPath& path, const Listener& listener, const AccessRule& rule) {
    const bool asks_for_certificates = listener.tls && !listener.tls->client_ca.path.empty();
    WarnIf(!rule.identities.empty() && !asks_for_certificates, path / "identities",
           "clients show no certificates here, so the rule fits no call",
           "add tls.client_ca to the listener");
    const auto& authentication = listener.authentication;
    WarnIf(!rule.tokens.empty() && (!authentication || !authentication->bearer_tokens),
           path / "tokens", "clients show no tokens here, so the rule fits no call",
           "add authentication.bearer_tokens to the listener");
    WarnIf(!rule.claims.empty() && (!authentication || authentication->jwt.empty()),
           path / "claims", "clients show no JSON Web Tokens here, so the rule fits no call",
           "add authentication.jwt to the listener");
  }

  void CheckAdmin(const KeyPath& path, const Admin& admin) {
    CheckMode(path, *admin.address, admin.mode);
    WarnIf(admin.token_file.empty() && !admin.open.empty(), path / "open",
           "every page is open without a token_file", "add it, or remove this");
  }

  void CheckTimes(const KeyPath& path, const CallPolicy& calls) {
    const auto& longest = calls.max_stream_duration;
    WarnIf(longest && calls.timeout && *calls.timeout > *longest, path / "timeout",
           "max_stream_duration ends the call first", "make it shorter, or remove it");
    if (!calls.idle_timeout) return;
    const bool is_beyond_timeout = calls.timeout && *calls.idle_timeout > *calls.timeout;
    WarnIf(is_beyond_timeout, path / "idle_timeout", "timeout ends the call first",
           "make it shorter, or remove it");
    WarnIf(!is_beyond_timeout && longest && *calls.idle_timeout > *longest, path / "idle_timeout",
           "max_stream_duration ends the call first", "make it shorter, or remove it");
  }

  void CheckRetry(const KeyPath& path, const CallPolicy& calls) {
    const Retry& retry = *calls.retry;
    WarnIf(calls.timeout && retry.per_try_timeout && *retry.per_try_timeout >= *calls.timeout,
           path / "per_try_timeout", "timeout ends the call first",
           "make it shorter, or remove it");
    WarnIf(calls.timeout && retry.initial_backoff >= *calls.timeout, path / "initial_backoff",
           "timeout ends the call before another attempt", "make it shorter than timeout");
  }

  void CheckHedging(const KeyPath& path, const CallPolicy& calls) {
    if (!calls.hedging || !calls.timeout) return;
    const auto* delay = std::get_if<base::Duration>(&calls.hedging->delay);
    WarnIf(delay != nullptr && *delay >= *calls.timeout, path / "hedging" / "delay",
           "timeout ends the call before another attempt", "make it shorter than timeout");
  }

  void CheckRateLimit(const KeyPath& path, const RateLimit& limit) {
    WarnIf(limit.key.empty() && limit.max_keys != RateLimit{}.max_keys, path / "max_keys",
           "there is no key, so all calls share one limit", "add key:, or remove this");
  }

  void CheckCluster(const KeyPath& path, const Cluster& cluster) {
    const Balancing& balancing = cluster.balancing;
    WarnIf(balancing.slow_start.window.count() == 0 && balancing.slow_start != SlowStart{},
           path / "slow_start", "there is no window, so slow start is off",
           "add window:, or remove this");
    Tiers without_zone = balancing.tiers;
    without_zone.min_endpoints_for_zone = Tiers{}.min_endpoints_for_zone;
    WarnIf(balancing.tiers.zone.empty() && balancing.tiers != without_zone,
           path / "locality" / "min_endpoints_for_zone", "there is no zone, so zones do not count",
           "add zone:, or remove this");
    const bool listed = std::holds_alternative<std::monostate>(cluster.origin);
    WarnIf(listed && balancing.subset_size >= cluster.endpoints.size() && balancing.subset_size > 0,
           path / "subset_size", "the cluster has no more endpoints than that",
           "make it smaller, or remove it");
    CheckLimits(path, cluster);
    if (cluster.tls) CheckTls(path / "tls", *cluster.tls);
    if (cluster.outlier_detection) CheckEjection(path, *cluster.outlier_detection);
  }

  void CheckTls(const KeyPath& path, const ClusterTls& tls) {
    WarnIf(!tls.verify, path / "verify", "whoever answers at an endpoint's address is believed",
           "remove it, and say by ca whom to trust");
    const bool unused = !tls.verify && (!tls.ca.path.empty() || !tls.subjects.empty());
    WarnIf(unused, path / (tls.ca.path.empty() ? "subjects" : "ca"),
           "verify is false, so nothing is held against it", "remove verify, or this");
  }

  void CheckLimits(const KeyPath& path, const Cluster& cluster) {
    const Limits& whole = cluster.limits;
    const Limits& each = cluster.endpoint_limits;
    const KeyPath endpoint = path / "limits" / "endpoint";
    WarnIf(whole.max_calls > 0 && each.max_calls > whole.max_calls, endpoint / "max_calls",
           "the whole cluster takes no more than limits.max_calls", "make it smaller");
    WarnIf(each.max_pending_calls > cluster.max_pending_calls, endpoint / "max_pending_calls",
           "in the whole cluster no more than max_pending_calls wait", "make it smaller");
    WarnIf(whole.max_calls > 0 && cluster.adaptive_concurrency &&
               cluster.adaptive_concurrency->min_calls >= whole.max_calls,
           path / "adaptive_concurrency" / "min_calls",
           "limits.max_calls is reached first, so the limit never moves", "make it smaller");
  }

  void CheckEjection(const KeyPath& path, const OutlierDetection& detection) {
    const KeyPath at = path / "outlier_detection";
    WarnIf(detection.max_ejection_time < detection.base_ejection_time, at / "max_ejection_time",
           "base_ejection_time is longer and counts", "make it at least as long");
    WarnIf(!detection.consecutive_failures && !detection.success_rate &&
               !detection.failure_percentage && !detection.latency,
           at, "all its algorithms are off, so nothing is ejected",
           "turn one on, or write outlier_detection: off");
  }

  // Clusters that get no call.
  void CheckUse() {
    std::set<std::string_view> used;
    for (const Listener& listener : config_.listeners) {
      used.insert(listener.cluster);
      for (const Route& route : listener.routes) {
        used.insert(route.cluster);
        for (const SplitPart& each : route.traffic.split) used.insert(each.cluster);
        if (route.traffic.mirror) used.insert(route.traffic.mirror->cluster);
      }
    }
    for (const Cluster& each : config_.clusters) {
      WarnIf(!used.contains(each.name), KeyPath() / "clusters" / each.name,
             "no listener and no route sends calls here", "name it in one, or remove it");
    }
  }

  void WarnIf(bool applies, const KeyPath& path, std::string_view reason, std::string_view hint) {
    if (!applies) return;
    problems_.push_back({.path = path,
                         .reason = "has no effect: " + std::string(reason),
                         .hint = std::string(hint),
                         .kind = Problem::Kind::kWarning});
  }

  const Config& config_;
  std::vector<Problem>& problems_;
};

}  // namespace

void CheckEffects(const Config& config, std::vector<Problem>& problems) {
  EffectChecks(config, problems).Run();
}

}  // namespace evenkeel::config
