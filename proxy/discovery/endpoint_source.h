// EndpointSource: something outside the configuration that says which endpoints a cluster has, now
// and whenever that changes.
//
// Made for one cluster, owned by Discovery, used on the main thread. Destroying it ends it. What it
// fails to learn it logs and counts, and its owner keeps what it had.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/random.h"
#include "lib/config/config.h"
#include "lib/net/event_loop.h"
#include "lib/telemetry/discovery_metrics.h"
#include "lib/telemetry/log.h"
#include "proxy/discovery/resolved_endpoint.h"

namespace evenkeel::discovery {

class EndpointSource {
 public:
  /// Both come in later turns than the one that made the source.
  struct Events {
    /// All endpoints, each time the list differs from the last. No address twice, and sorted, so
    /// that the same answer is the same list; at least one, or it would have been a failure.
    std::function<void(std::vector<ResolvedEndpoint>)> on_found;
    /// A try failed before there was any list: calls that wait for one should fail.
    std::function<void()> on_no_hope;
  };

  /// What every source needs; outlives it.
  struct Context {
    net::EventLoop& loop;
    base::Random& random;
    telemetry::DiscoveryMetrics& metrics;
    telemetry::Log& log;
  };

  /// The source that the cluster is configured with; null when it lists its endpoints.
  static std::unique_ptr<EndpointSource> Make(const config::Cluster& cluster,
                                              const Context& context, Events events);

  virtual ~EndpointSource() = default;

  /// Why there was no list so far, for people; nothing: there was one.
  const std::optional<std::string>& waiting_for() const { return waiting_for_; }
  /// Whether the first try is still under way.
  bool expects_endpoint() const { return waiting_for_ && failing_.empty(); }

 protected:
  EndpointSource(std::string cluster, std::string what, const Context& context, Events events);

  /// A try came to this list.
  void Found(std::vector<ResolvedEndpoint> endpoints);
  /// A try failed: `result` for the metric, `reason` for the log, where one failure that goes on
  /// stands once.
  void Failed(std::string_view result, const std::string& reason);

  const std::string& cluster() const { return cluster_; }
  const Context& context() const { return context_; }

 private:
  const std::string cluster_;
  const std::string what_;  // "dns:///users:50051"
  const Context context_;
  const Events events_;
  std::optional<std::string> waiting_for_;
  std::string failing_;  // the reason that was logged last; empty: the last try was good
  std::vector<ResolvedEndpoint> endpoints_;
};

}  // namespace evenkeel::discovery
