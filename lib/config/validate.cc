#include "lib/config/validate.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <set>
#include <utility>

#include "lib/base/prime.h"
#include "lib/config/address_checks.h"
#include "lib/config/effect_checks.h"
#include "lib/config/quantity.h"
#include "lib/config/range_checks.h"
#include "lib/config/route_checks.h"

namespace evenkeel::config {
namespace {

using namespace std::chrono_literals;

constexpr char kAtLeastAsLong[] =
    "make it at least as long; a key that is not written has its default";
constexpr char kAtLeastAsLarge[] =
    "make it at least as large; a key that is not written has its default";

template <typename Duration>
std::string Text(Duration duration) {
  return DurationUnit::Format(std::chrono::duration_cast<std::chrono::milliseconds>(duration));
}
std::string Text(uint32_t number) { return std::to_string(number); }

// A value and the key that says it.
template <typename T>
struct Named {
  const char* key;
  T value;
};

// `low` may not be above `high`, both below `path`.
template <typename T>
void CheckOrder(const KeyPath& path, const Named<T>& low, const Named<T>& high, const char* hint,
                std::vector<Problem>& problems) {
  if (low.value <= high.value) return;
  problems.push_back({.path = path,
                      .reason = std::string(high.key) + ", " + Text(high.value) +
                                ", is less than " + low.key + ", " + Text(low.value),
                      .hint = hint,
                      .subject = Problem::Subject::kNumbersOfMap});
}

void CheckDurations(const KeyPath& path, const Named<base::Duration>& low,
                    const Named<base::Duration>& high, std::vector<Problem>& problems) {
  CheckOrder(path, low, high, kAtLeastAsLong, problems);
}

void CheckNumbers(const KeyPath& path, const Named<uint32_t>& low, const Named<uint32_t>& high,
                  std::vector<Problem>& problems) {
  CheckOrder(path, low, high, kAtLeastAsLarge, problems);
}

// 0 for never, or at least a second.
void CheckNeverOrSecond(const KeyPath& path, base::Duration value, std::vector<Problem>& problems) {
  if (value <= 0s || value >= 1s) return;
  problems.push_back({path, "is shorter than 1s", "write 1s or more, or 0s for never"});
}

void CheckLoadFactor(const KeyPath& path, double factor, std::vector<Problem>& problems) {
  if (factor <= 0 || factor > 1) return;
  problems.push_back({path / "max_load_factor", "leaves no room above the average",
                      "write more than 1, or 0 for no bound"});
}

struct PolicyCheck {
  KeyPath path;
  std::vector<Problem>& problems;

  template <typename Settings>
  void operator()(const Settings&) const {}
  void operator()(const WeightedRoundRobin& settings) const {
    CheckNeverOrSecond(path / "oob_reporting_period", settings.oob_reporting_period, problems);
  }
  void operator()(const Prequal& settings) const {
    CheckNeverOrSecond(path / "oob_reporting_period", settings.oob_reporting_period, problems);
  }
  void operator()(const RingHash& settings) const {
    CheckNumbers(path, {"min_ring_size", settings.min_ring_size},
                 {"max_ring_size", settings.max_ring_size}, problems);
    CheckLoadFactor(path, settings.max_load_factor, problems);
  }
  void operator()(const Maglev& settings) const {
    if (!base::IsPrime(settings.table_size)) {
      problems.push_back(
          {path / "table_size", "is not a prime number", "write one, such as 65537 or 655373"});
    }
    CheckLoadFactor(path, settings.max_load_factor, problems);
  }
};

// A certificate is for a host name or an IP address, which the path of a socket is not.
void CheckTlsNames(const KeyPath& path, const Cluster& cluster, std::vector<Problem>& problems) {
  const auto& tls = cluster.tls;
  if (!tls || !tls->verify || !tls->name.empty() || !tls->subjects.empty()) return;
  const bool has_socket = std::ranges::any_of(cluster.endpoints, [](const Endpoint& each) {
    return each.address.kind() == base::Address::Kind::kUnix;
  });
  if (!has_socket) return;
  problems.push_back({path / "tls", "a unix socket has no name that a certificate could be for",
                      "add name: HOST, or subjects"});
}

void CheckCluster(const KeyPath& path, const Cluster& cluster, std::vector<Problem>& problems) {
  const Connection& connection = cluster.connection;
  CheckDurations(path / "connection", {"initial_backoff", connection.initial_backoff},
                 {"max_backoff", connection.max_backoff}, problems);
  CheckNeverOrSecond(path / "connection" / "tcp_user_timeout", connection.tcp_user_timeout,
                     problems);
  CheckNeverOrSecond(path / "connection" / "tcp_keepalive", connection.tcp_keepalive, problems);
  CheckDurations(path / "dns", {"min_ttl", cluster.dns.min_ttl}, {"max_ttl", cluster.dns.max_ttl},
                 problems);
  const std::string policy(PolicyName(cluster.policy));
  std::visit(PolicyCheck{path / "policy" / policy, problems}, cluster.policy);
  if (const auto& adaptive = cluster.adaptive_concurrency) {
    CheckNumbers(path / "adaptive_concurrency", {"min_calls", adaptive->min_calls},
                 {"max_calls", adaptive->max_calls}, problems);
  }
  CheckEndpointAddresses(path / "endpoints", cluster.endpoints, problems);
  CheckTlsNames(path, cluster, problems);
  CheckResolverAddresses(path / "dns" / "resolvers", cluster.dns.resolvers, problems);
}

void CheckListener(const KeyPath& path, const Listener& listener, std::vector<Problem>& problems) {
  const ConnectionLifetime& lifetime = listener.lifetime;
  CheckNeverOrSecond(path / "max_connection_idle", lifetime.max_idle, problems);
  CheckNeverOrSecond(path / "max_connection_age", lifetime.max_age, problems);
  CheckNeverOrSecond(path / "max_connection_age_grace", lifetime.max_age_grace, problems);
  for (size_t i = 0; i < listener.routes.size(); ++i) {
    if (const auto& retry = listener.routes[i].calls.retry) {
      CheckDurations((path / "routes")[i] / "retry", {"initial_backoff", retry->initial_backoff},
                     {"max_backoff", retry->max_backoff}, problems);
    }
  }
}

void CheckMemory(const Config& config, std::vector<Problem>& problems) {
  if (!config.memory_limit || *config.memory_limit == 0 ||
      *config.memory_limit >= Config::kLeastMemory) {
    return;
  }
  const std::string least = SizeUnit::Format(static_cast<int64_t>(Config::kLeastMemory));
  problems.push_back({KeyPath() / "memory_limit",
                      SizeUnit::Format(static_cast<int64_t>(*config.memory_limit)) +
                          " is less than an idle sidecar needs",
                      "write " + least + " or more, or 0 for no limit"});
}

// Drops of the problems after the first `known`, each with a number, those that are about the same
// number, or about how those of its map go together: they would be other ones with a good number.
void DropConsequences(size_t known, std::vector<Problem>& problems) {
  std::set<std::string> numbers;
  std::set<std::string> maps;
  for (size_t i = 0; i < known; ++i) {
    numbers.insert(problems[i].path.ToString());
    maps.insert(problems[i].path.Parent().ToString());
  }
  const auto is_consequence = [&](const Problem& problem) {
    const std::string path = problem.path.ToString();
    return numbers.contains(path) ||
           (problem.subject == Problem::Subject::kNumbersOfMap && maps.contains(path));
  };
  const auto others = problems.begin() + static_cast<std::ptrdiff_t>(known);
  problems.erase(std::remove_if(others, problems.end(), is_consequence), problems.end());
}

}  // namespace

std::vector<Problem> Validate(const Config& config) {
  std::vector<Problem> problems;
  CheckRanges(config, problems);
  const size_t out_of_range = problems.size();
  CheckMemory(config, problems);
  for (const Cluster& each : config.clusters) {
    CheckCluster(KeyPath() / "clusters" / each.name, each, problems);
  }
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    CheckListener((KeyPath() / "listeners")[i], *config.listeners[i], problems);
  }
  CheckRoutes(config, problems);
  CheckListenAddresses(config, problems);
  CheckEffects(config, problems);
  if (out_of_range > 0) DropConsequences(out_of_range, problems);
  return problems;
}

std::vector<Problem> ValidateEndpoints(const std::vector<Endpoint>& endpoints) {
  std::vector<Problem> problems;
  CheckEndpointRanges(KeyPath() / "endpoints", endpoints, problems);
  CheckEndpointAddresses(KeyPath() / "endpoints", endpoints, problems);
  return problems;
}

}  // namespace evenkeel::config
