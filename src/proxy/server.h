// Server: the whole sidecar but its admin port: clusters, workers, drain.
//
// Lives on the main thread, where all decisions for the process are made: who is eligible, when to
// stop. Workers report to it and get new pickers from it, by Post.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "balancer/endpoint_set.h"
#include "balancer/fairness.h"
#include "base/result.h"
#include "config/config.h"
#include "discovery/static_endpoints.h"
#include "health/cluster_health.h"
#include "net/event_loop.h"
#include "net/timer.h"
#include "proxy/worker.h"
#include "telemetry/log.h"
#include "telemetry/metrics.h"

namespace evenkeel::proxy {

/// What the admin port shows.
struct EndpointStatus {
  std::string address;
  health::EndpointFacts health;
  int ready_workers;  ///< workers with a connection that works
  int64_t in_flight;  ///< attempts, now
  uint64_t picked;    ///< attempts, ever
};

struct ClusterStatus {
  std::string name;
  std::string policy;
  std::vector<EndpointStatus> endpoints;
};

class Server final : private net::Flushable {
 public:
  struct Options {
    unsigned workers;              ///< at least 1
    base::Duration drain_timeout;  ///< for calls in progress after Drain
    uint64_t seed;
  };

  /// Resolves, listens and starts to connect and accept. The error is a sentence for the operator.
  static base::Result<std::unique_ptr<Server>, std::string> Start(net::EventLoop& loop,
                                                                  const config::Config& config,
                                                                  const Options& options,
                                                                  telemetry::Metrics& metrics,
                                                                  telemetry::Log& log);
  ~Server();

  /// The actual addresses, port 0 resolved, in the configuration's order.
  const std::vector<std::string>& listening_on() const { return listening_on_; }
  std::vector<ClusterStatus> Clusters() const;
  /// Where a call would go now, and why; nothing for a cluster that does not exist.
  std::optional<balancer::Explanation> Explain(std::string_view cluster,
                                               const balancer::CallFacts& call);
  /// Why the sidecar should get no traffic now; empty when it should.
  std::vector<std::string> NotReadyReasons() const;

  /// Not ready from now on; no new connections or calls. When the last call has ended, or the drain
  /// timeout has ended those left with UNAVAILABLE, `on_done` runs. Once.
  void Drain(std::function<void()> on_done);

 private:
  struct Cluster {
    Cluster(const config::Cluster& config, std::vector<balancer::EndpointPtr> endpoints,
            base::Random& random, const base::Clock& clock, telemetry::HealthMetrics& metrics,
            telemetry::Log& log);

    const std::string name;
    const std::string policy;
    balancer::EndpointSet endpoints;
    health::ClusterHealth health;
    std::optional<net::Timer> refresh;  // for policies that deal their turns anew
    std::optional<net::Timer> sweep;    // for outlier detection
    balancer::Fairness fairness;
    bool changed = false;  // workers are to get a new picture at the turn's end
  };

  Server(net::EventLoop& loop, const Options& options, telemetry::Metrics& metrics,
         telemetry::Log& log);

  base::Result<void, std::string> AddClusters(const config::Config& config,
                                              telemetry::Metrics& metrics);
  void AddWorkers(telemetry::Metrics& metrics);
  void AddCluster(const config::Cluster& config,
                  const std::vector<discovery::ResolvedEndpoint>& resolved,
                  telemetry::Metrics& metrics);
  base::Result<void, std::string> AddListeners(const config::Config& config);
  std::vector<Worker::EndpointPlan> PlanEndpoints(
      const config::Cluster& config, Cluster& cluster,
      const std::vector<discovery::ResolvedEndpoint>& resolved, telemetry::Metrics& metrics);
  proxy::Cluster::Events EventsOf(Cluster& cluster);
  void StartTimers(Cluster& cluster);
  proxy::Cluster::Picture PictureOf(const Cluster& cluster) const;
  /// Has the workers get a new picture of `cluster` at the end of the turn: many changes in one
  /// turn cost one.
  void Distribute(Cluster& cluster);
  void Flush() override;
  void OnWorkerDrained();
  void OnDrainTimeout();
  void SampleFairness();
  void FinishDrain();

  net::EventLoop& loop_;
  const Options options_;
  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  base::Random random_;
  std::vector<std::unique_ptr<Cluster>> clusters_;
  std::vector<std::string> listening_on_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool draining_ = false;
  size_t drained_workers_ = 0;
  bool calls_ended_ = false;
  std::function<void()> on_drained_;
  net::Timer drain_timer_;
  net::Timer sample_timer_;
};

}  // namespace evenkeel::proxy
