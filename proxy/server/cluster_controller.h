// ClusterController: main's side of a cluster: which endpoints it has, what is known of them, who
// may be picked; makes the spec and the snapshot that every worker gets.
//
// Owned by the Server, used on the main thread. Endpoints are known by their address: one that is
// named again is the same one, with its connections, counts, health and ejection.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "balancer/endpoint_set.h"
#include "balancer/fairness.h"
#include "health/cluster_health.h"
#include "lib/config/config.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "proxy/cluster/cluster_spec.h"
#include "proxy/cluster/endpoint_transports.h"
#include "proxy/discovery/endpoint_source.h"
#include "proxy/discovery/resolved_endpoint.h"
#include "proxy/server/limit_watch.h"

namespace evenkeel::proxy {

class ClusterController final : public std::enable_shared_from_this<ClusterController> {
 public:
  class Owner {
   public:
    /// Workers need a new snapshot.
    virtual void OnSnapshotChanged(ClusterController& cluster) = 0;
    /// Workers need a new spec, for the endpoints are others.
    virtual void OnPlanChanged(ClusterController& cluster) = 0;

   protected:
    ~Owner() = default;
  };

  /// What all clusters share.
  struct Context {
    net::EventLoop& loop;
    base::Random& random;
    telemetry::Metrics& metrics;
    telemetry::Log& log;
    unsigned workers;
    uint32_t instance;  ///< what sidecars know this one by
    /// Has those of each configuration that the cluster gets.
    const EndpointTransports& transports;
    Owner& owner;
  };

  /// To be made by std::make_shared.
  ClusterController(ClusterId id, base::SharedValue<config::Cluster> config,
                    const Context& context);
  ~ClusterController();

  ClusterId id() const { return id_; }
  const std::string& name() const { return config_->name; }
  const base::SharedValue<config::Cluster>& config() const { return config_; }
  const balancer::EndpointSet& endpoints() const { return endpoints_; }
  /// An endpoint that has left while calls run on it, which go on.
  struct Leaving {
    balancer::EndpointPtr endpoint;
    base::Time since;
  };
  std::vector<Leaving> LeavingEndpoints() const;
  health::ClusterHealth& health() { return health_; }
  const health::ClusterHealth& health() const { return health_; }
  balancer::Fairness& fairness() { return fairness_; }
  /// Why the cluster holds up readiness; nothing: it does not. Wherever its endpoints come from,
  /// one that never had any does so for its `startup_grace` and no longer.
  std::optional<std::string> WhyNotReady() const { return InWords(health_.WhyNotReady()); }
  /// Why none of its endpoints can take calls; nothing: one can.
  std::optional<std::string> WhyNotServing() const { return InWords(health_.WhyNotServing()); }
  /// What is wrong with where its endpoints come from, for people; empty: nothing.
  std::string trouble() const { return source_->trouble(); }
  /// Logs what has begun or ended since the last time: panic, limits reached, retries held back;
  /// and reminds of endpoints that stay down. To be called each second or so.
  void TellChanges();
  /// It came to a sidecar that is ready, and does not change that by having no endpoint yet.
  void SkipStartup() { health_.SkipStartupGrace(); }

  /// Another configuration of the same name. Endpoints that it lists come and go at once, but for
  /// names that are to be looked up; where they come from elsewhere, those known stay until it is
  /// heard of others. spec() and snapshot() are new ones afterwards; the caller hands them to the
  /// workers.
  void Update(base::SharedValue<config::Cluster> config);
  /// The number of one of its endpoints in metrics.
  telemetry::EndpointId NumberOf(const balancer::Endpoint& endpoint) const {
    return known_.at(endpoint.address()).spec.target.id;
  }
  /// How full it is, and what is left for retries.
  std::vector<telemetry::LimitValue> Limits() const;
  /// These are its endpoints. An address that is named twice counts once.
  void SetEndpoints(std::vector<discovery::ResolvedEndpoint> endpoints);

  /// The same object until something in it changes.
  std::shared_ptr<const ClusterSpec> spec();
  /// Made anew by each call: takes some microseconds for each endpoint.
  const Cluster::Snapshot& snapshot();
  /// Not to be made anew before: where thousands of endpoints come one by one, snapshots leave main
  /// time for the rest. The past for a cluster of usual size.
  base::Time snapshot_due() const { return snapshot_due_; }

 private:
  struct Known {
    EndpointSpec spec;
    std::vector<net::SocketAddress> addresses;
  };

  /// Hands all_ to endpoints_.
  void UpdateEndpoints();
  void Renew(const balancer::EndpointPtr& left);
  Known Keep(Known known, const discovery::ResolvedEndpoint& endpoint);
  Known Make(discovery::ResolvedEndpoint endpoint);
  std::shared_ptr<const ClusterSpec> MakeSpec();
  EndpointSpec SpecOf(const balancer::Endpoint& endpoint) const;
  Cluster::Events MakeEvents();
  std::shared_ptr<RetryState> MakeRetries();
  void TakeLimits();
  void StartTimers();
  void StartSource();
  std::optional<std::string> InWords(std::optional<std::string> why) const;
  bool IsWaiting() const { return source_->waiting_for() && known_.empty(); }
  void Tell(bool changed);
  void TellPanic();

  const ClusterId id_;
  base::SharedValue<config::Cluster> config_;
  const Context context_;
  const uint64_t subset_seed_;
  std::unordered_map<std::string, Known> known_;  // by address
  std::vector<balancer::EndpointPtr> all_;        // in the source's order, before subsetting
  unsigned next_asker_;
  balancer::EndpointSet endpoints_;
  // Those that have left and may still have calls.
  std::vector<std::pair<std::weak_ptr<balancer::Endpoint>, base::Time>> left_;
  health::ClusterHealth health_;
  std::shared_ptr<const ClusterSpec> spec_;  // null: to be made anew
  Cluster::Snapshot snapshot_;  // the last one: to free it with its thousands is not for a worker
  base::Time snapshot_due_{};
  std::optional<net::Timer> refresh_;  // for policies that deal their turns anew
  std::optional<net::Timer> sweep_;    // for outlier detection
  balancer::Fairness fairness_;
  bool told_panic_ = false;
  LimitWatch limit_watch_;
  const std::shared_ptr<pool::Limits> limits_ = std::make_shared<pool::Limits>();
  std::shared_ptr<AdaptiveConcurrency> concurrency_;  // null: not adaptive
  std::optional<net::Timer> turn_;                    // of its windows
  std::shared_ptr<RetryState> retries_ = MakeRetries();
  std::unique_ptr<discovery::EndpointSource> source_;
};

}  // namespace evenkeel::proxy
