// EndpointSource: says which endpoints a cluster has, now and whenever that changes: a list in the
// configuration, DNS, or a file.
//
// Made for one cluster, owned by its ClusterController, used on the main thread. Destroying it ends
// it. It never blocks. What it fails to learn it logs and counts, and its owner keeps what it had.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
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
    /// All endpoints, each time the list differs from the last; no address twice, at least one.
    std::function<void(std::vector<ResolvedEndpoint>)> on_found;
    /// A try failed before there was any list: calls need not wait for one any longer.
    std::function<void()> on_failed;
  };

  /// What every source needs; outlives it.
  struct Context {
    net::EventLoop& loop;
    base::Random& random;
    telemetry::DiscoveryMetrics& metrics;
    telemetry::Log& log;
  };

  /// The addresses that the cluster's endpoint of this name has already; null: there is none.
  using KnownAddresses =
      std::function<const std::vector<net::SocketAddress>*(const std::string& address)>;

  /// The source that the cluster is configured with. `known` is asked before Make returns.
  static std::unique_ptr<EndpointSource> Make(const config::Cluster& cluster,
                                              const KnownAddresses& known, const Context& context,
                                              Events events);

  virtual ~EndpointSource() = default;

  /// What needs no look-up, for whoever has just made the source; nothing: all is yet to be found,
  /// and the endpoints of before stay meanwhile.
  virtual std::optional<std::vector<ResolvedEndpoint>> AtOnce() const { return std::nullopt; }

  /// Why there was no list so far, for people; nothing: there was one.
  const std::optional<std::string>& waiting_for() const { return waiting_for_; }
  /// What the last try did not find out, for people; empty: nothing.
  std::string trouble() const { return failing_.empty() ? "" : what_ + ": " + failing_; }
  /// Whether the first try is still under way.
  bool expects_endpoint() const { return waiting_for_ && failing_.empty(); }

 protected:
  /// A try that failed, or found not all: `result` for the metric, `reason` for the log, where one
  /// failure that goes on stands once.
  struct Failure {
    std::string_view result;
    std::string reason;
  };

  EndpointSource(std::string cluster, std::string what, const Context& context, Events events);

  /// These need no try, and nobody is told of them.
  void Has(std::vector<ResolvedEndpoint> endpoints);
  /// A try came to this list, without an address twice; with `failure` not to all of it.
  void Found(std::vector<ResolvedEndpoint> endpoints, const std::optional<Failure>& failure = {});
  void Failed(const Failure& failure);
  /// For sources whose order means nothing: sorted, so that the same answer is the same list. Of
  /// several entries for one address, the one with the lowest priority number stays.
  static std::vector<ResolvedEndpoint> Sorted(std::vector<ResolvedEndpoint> endpoints);

  /// Says once of each endpoint that it has several addresses of one family, but is one endpoint.
  void WarnOfSeveral(const std::vector<ResolvedEndpoint>& endpoints);

  const std::string& cluster() const { return cluster_; }
  const Context& context() const { return context_; }
  /// The last list.
  const std::vector<ResolvedEndpoint>& endpoints() const { return endpoints_; }

 private:
  void Log(const Failure& failure);

  const std::string cluster_;
  const std::string what_;  // "dns:///users:50051"
  const Context context_;
  const Events events_;
  std::optional<std::string> waiting_for_;
  std::string failing_;  // the reason that was logged last; empty: the last try was good
  std::vector<ResolvedEndpoint> endpoints_;
  std::set<std::string> several_;  // endpoints that WarnOfSeveral has named
};

}  // namespace evenkeel::discovery
