// Metrics: everything that this process counts, for Prometheus to scrape. docs/metrics.md explains
// each metric to users and is tested against this class.
//
// Owned by the program and used on the main thread, but for the WorkerMetrics it hands out: each of
// those belongs to one worker. A scrape reads the workers' counters while they count.
#pragma once

#include <prometheus/collectable.h>

#include <array>
#include <chrono>
#include <compare>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/clock.h"
#include "lib/telemetry/access_metrics.h"
#include "lib/telemetry/balancer_metrics.h"
#include "lib/telemetry/discovery_metrics.h"
#include "lib/telemetry/event.h"
#include "lib/telemetry/health_metrics.h"
#include "lib/telemetry/latency_histogram.h"
#include "lib/telemetry/method_table.h"
#include "lib/telemetry/reload_metrics.h"
#include "lib/telemetry/retry_metrics.h"
#include "lib/telemetry/samples.h"
#include "lib/telemetry/shed_metrics.h"
#include "lib/telemetry/tls_metrics.h"
#include "lib/telemetry/worker_metrics.h"

namespace evenkeel::telemetry {

/// How many different label values there may be; what comes later is folded into "other".
struct MetricLimits {
  size_t methods = MethodTable::kDefaultLimit;  ///< 0 to 65,535
  size_t endpoints = 64 * 1024;                 ///< 1 to 65,536, the fold included
};

/// What became of attempts on an endpoint, over all workers.
struct AttemptCounts {
  uint64_t ended = 0;
  uint64_t failed = 0;  ///< as rpc::DefaultFailures has it, but for what clients cancelled
  std::array<uint64_t, kLatencyBucketCount> latencies{};
};

class Metrics final : public prometheus::Collectable {
 public:
  explicit Metrics(MetricLimits limits = {});

  /// For a new worker; lives as long as the Metrics.
  WorkerMetrics& AddWorker();

  /// The number of an endpoint; the same for the same cluster and address. May be called while
  /// workers run. Numbers are never reused; endpoints beyond the limit share one, with both labels
  /// "other".
  EndpointId RegisterEndpoint(std::string_view cluster, std::string_view address);

  /// Reads what the workers have counted: a microsecond or two.
  AttemptCounts Attempts(EndpointId endpoint) const;

  /// Main thread, like all else here.
  HealthMetrics& health() { return health_; }
  BalancerMetrics& balancer() { return balancer_; }
  ReloadMetrics& reload() { return reload_; }
  RetryMetrics& retries() { return retries_; }
  DiscoveryMetrics& discovery() { return discovery_; }
  ShedMetrics& shed() { return shed_; }
  AccessMetrics& access() { return access_; }
  TlsMetrics& tls() { return tls_; }
  /// CPU time of each turn of the main thread's loop.
  LatencyHistogram& main_turns() { return main_turns_; }

  /// Asked at each scrape: Log::dropped().
  void CountLogDropsBy(std::function<uint64_t()> dropped) { log_drops_ = std::move(dropped); }

  /// Asked at each scrape, for each event: EventBook::count().
  void CountEventsBy(std::function<uint64_t(Event)> count) { count_events_ = std::move(count); }

  /// Every family, also those without a sample so far.
  std::vector<prometheus::MetricFamily> Collect() const override;

  /// The same in Prometheus's text format, version 0.0.4.
  std::string Text() const;

  /// A method that the configuration names: it need not be answered to have a label.
  void KnowMethod(const std::string& service, const std::string& method) {
    methods_.Settle(service + "/" + method);
  }

  /// Once there is no more room for methods, those that have not been called for so long lose their
  /// labels, and with them their counts; sooner where no call has ever been answered OK.
  static constexpr std::chrono::hours kMethodMemory{1};
  static constexpr std::chrono::minutes kRefusedMethodMemory{1};

  /// An endpoint that has been of no cluster for so long, and has neither a call nor a connection
  /// left, is exported no more, until it comes back; then its counters go on.
  static constexpr std::chrono::minutes kEndpointMemory{10};

  /// Leaves out what is no longer there, and makes room for what has come. Asked before each
  /// scrape.
  void Forget(base::Time now);

 private:
  struct Endpoint {
    std::string cluster;
    std::string address;
    auto operator<=>(const Endpoint&) const = default;
  };

  struct Absence {
    std::optional<base::Time> since;  ///< the first scrape without it; nothing: it is there
    bool is_forgotten = false;
  };

  struct MethodUse {
    uint64_t started = 0;
    std::optional<base::Time> seen;  ///< when it was last seen to be called
  };

  struct RetiredMethod {
    MethodId method;
    base::Time since;
  };

  CallTotals MethodTotals(MethodId method) const;
  CallTotals CountedAs(MethodId method) const;
  void RetireMethods(base::Time now);
  void FreeMethods(base::Time now);
  bool IsThere(size_t endpoint) const;
  bool IsForgotten(size_t endpoint) const { return absences_[endpoint].is_forgotten; }
  void ForgetEndpoints(base::Time now);
  CallTotals AttemptTotals(size_t endpoint) const;
  void CollectMethods(std::vector<prometheus::MetricFamily>& families) const;
  void CollectClients(std::vector<prometheus::MetricFamily>& families) const;
  void CollectHandshakes(std::vector<prometheus::MetricFamily>& families) const;
  void CollectAttempts(std::vector<prometheus::MetricFamily>& families) const;
  void CollectEndpointConnections(std::vector<prometheus::MetricFamily>& families) const;
  void CollectEndpointTraffic(std::vector<prometheus::MetricFamily>& families) const;
  void CollectFaults(std::vector<prometheus::MetricFamily>& families) const;
  void CollectEvents(std::vector<prometheus::MetricFamily>& families) const;
  void CollectProcess(std::vector<prometheus::MetricFamily>& families) const;

  /// `value(worker)` of all workers added up.
  template <typename Value>
  double Sum(Value value) const;
  /// `value(counters)` of one endpoint, over the workers that use it.
  template <typename Value>
  double SumEndpoint(size_t endpoint, Value value) const;
  /// `family` with one counter for each endpoint.
  template <typename Value>
  prometheus::MetricFamily PerEndpoint(prometheus::MetricFamily family, Value value) const;

  const size_t endpoint_limit_;
  const std::chrono::system_clock::time_point start_ = std::chrono::system_clock::now();
  MethodTable methods_;
  std::vector<MethodUse> method_uses_;  ///< by MethodId
  std::vector<RetiredMethod> retired_;
  std::unordered_map<MethodId, CallTotals> earlier_;  ///< counted under the number's former names
  HealthMetrics health_;
  BalancerMetrics balancer_;
  ReloadMetrics reload_;
  RetryMetrics retries_;
  DiscoveryMetrics discovery_;
  ShedMetrics shed_;
  AccessMetrics access_;
  TlsMetrics tls_;
  LatencyHistogram main_turns_;
  std::function<uint64_t()> log_drops_ = [] { return uint64_t{0}; };
  std::function<uint64_t(Event)> count_events_ = [](Event) { return uint64_t{0}; };
  std::vector<Endpoint> endpoints_;  ///< by EndpointId
  std::vector<Absence> absences_;    ///< by EndpointId
  std::map<Endpoint, EndpointId> endpoint_ids_;
  std::vector<std::unique_ptr<WorkerMetrics>> workers_;
};

}  // namespace evenkeel::telemetry
