// Server: the whole sidecar but its admin port: clusters, listeners, workers, drain.
//
// Lives on the main thread, where all decisions for the process are made: what is configured, who
// is eligible, when to stop. Workers report to it and get new specs and pickers from it, by Post.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/net/event_loop.h"
#include "lib/net/listening_sockets.h"
#include "lib/net/timer.h"
#include "lib/telemetry/log.h"
#include "lib/telemetry/metrics.h"
#include "lib/telemetry/once_per_peer.h"
#include "proxy/route/rate_limits.h"
#include "proxy/server/certificate_files.h"
#include "proxy/server/certificate_watch.h"
#include "proxy/server/cluster_controller.h"
#include "proxy/server/snapshot_queue.h"
#include "proxy/server/worker.h"

namespace evenkeel::proxy {

/// What the admin port shows.
struct EndpointStatus {
  std::string address;
  health::EndpointFacts health;
  int ready_workers;  ///< workers with a connection that works
  int64_t in_flight;  ///< attempts, now
  uint64_t picked;    ///< attempts, ever
  /// In metrics; nothing of one that has left.
  std::optional<telemetry::EndpointId> number{};
};

struct ClusterStatus {
  std::string name;
  std::string policy;
  std::string trouble;  ///< what is wrong with where its endpoints come from; empty: nothing
  enum class Tls : uint8_t { kOff, kVerified, kUnverified } tls;
  std::vector<EndpointStatus> endpoints;
  std::vector<telemetry::NamedCount> calls;  ///< what became of its calls, since the start
  std::vector<telemetry::LimitValue> limits{};
  bool panic = false;
};

class Server final : private ClusterController::Owner {
 public:
  struct Options {
    unsigned workers;              ///< at least 1
    base::Duration drain_timeout;  ///< for calls in progress after Drain
    uint64_t seed;
    /// Makes what hears of the calls of a worker, on its thread; nothing: nothing does.
    std::function<std::unique_ptr<telemetry::CallSink>(unsigned worker)> make_sink = {};
  };

  /// Resolves, listens and starts to connect and accept. `sockets` has what is inherited, and keeps
  /// what can be handed over; it outlives the server. The error is a sentence for the operator.
  static base::Result<std::unique_ptr<Server>, std::string> Start(
      net::EventLoop& loop, const config::Config& config, const Options& options,
      net::ListeningSockets& sockets, telemetry::Metrics& metrics, telemetry::Log& log);

  /// Serves another configuration from now on: compares it with the present one, prepares what can
  /// fail, and then switches. What is equal in both keeps its objects, down to routes and the fill
  /// of their rate limits. Clusters of the same name stay, and so do their
  /// endpoints of the same address, with their connections and all that is known of them; so do
  /// the sockets of listeners of the same address. Calls in progress end with the routes they began
  /// with. `workers` and `admin` have no effect here. On an error, a sentence for the operator,
  /// nothing has changed. Does not wait for names of endpoints; one in a listener's address blocks.
  base::Result<void, std::string> Apply(const config::Config& config);

  /// The actual addresses, port 0 resolved, in the configuration's order.
  std::vector<std::string> listening_on() const;
  /// "users (3 endpoints)", in the configuration's order.
  std::vector<std::string> balancing_over() const;
  std::vector<ClusterStatus> Clusters() const;
  /// Where a call would go now, and why; nothing for a cluster that does not exist.
  std::optional<balancer::Explanation> Explain(std::string_view cluster,
                                               const balancer::CallFacts& call);
  /// Why the sidecar should get no traffic now; empty when it should.
  std::vector<std::string> NotReadyReasons() const;
  /// The same, with each cluster that has none of its own but is `to_serve` because another process
  /// serves it: `startup_grace` does not excuse those.
  std::vector<std::string> NotReadyReasons(const std::vector<std::string>& to_serve) const;
  /// The clusters that have an endpoint which can take calls.
  std::vector<std::string> Serving() const;
  /// `on_change` hears NotReadyReasons now, and again whenever the sidecar becomes ready or ceases
  /// to be so other than by draining.
  void WatchReadiness(std::function<void(const std::vector<std::string>& reasons)> on_change);
  /// What is wrong and does not make it unready: where clusters get no news of their endpoints.
  std::vector<std::string> Notes() const;

  /// Not ready from now on; no new connections or calls. When the last call has ended, or the drain
  /// timeout has ended those left with UNAVAILABLE, `on_done` runs. Once.
  void Drain(std::function<void()> on_done) { Drain(Worker::Queued::kAccept, std::move(on_done)); }
  /// The same after another process has taken over the listening sockets.
  void HandOver(std::function<void()> on_done) {
    Drain(Worker::Queued::kLeave, std::move(on_done));
  }
  /// `on_alive` runs once every worker's loop has turned; later calls before that have no effect.
  void CheckAlive(std::function<void()> on_alive);

 private:
  using ClusterPtr = std::shared_ptr<ClusterController>;

  void LogEnd(const Worker::Events::ClientEnded& end);

  struct Listening {
    ListenerId id;
    base::SharedValue<config::Listener> config;
    std::string bound_to;
    std::shared_ptr<const rpc::Transports> transports;
    std::shared_ptr<base::Limit> connections;   // of its clients
    std::vector<base::FileDescriptor> sockets;  // at least one a worker, until they have them
    std::shared_ptr<const RouteTable> routes;   // null: of a new one, until it is assigned
  };

  Server(net::EventLoop& loop, const Options& options, net::ListeningSockets& sockets,
         telemetry::Metrics& metrics, telemetry::Log& log);

  void AddWorkers();
  base::Result<std::vector<Listening>, std::string> PrepareListeners(const config::Config& config);
  base::Result<Listening, std::string> Listen(const base::SharedValue<config::Listener>& config,
                                              const std::vector<std::string>& leaving);
  /// `known` with another configuration.
  base::Result<Listening, std::string> Keep(
      const Listening& known, const base::SharedValue<config::Listener>& config) const;
  /// Those of now that the listeners of `config` go on with, each at its place; null: none.
  std::vector<const Listening*> FindStaying(const config::Config& config) const;
  void Commit(std::vector<Listening> listeners);
  /// `cluster`: the one of that name; null: there is none.
  ClusterPtr Configured(const base::SharedValue<config::Cluster>& config, ClusterPtr cluster,
                        Worker::ClusterPart& part);
  void MakeRoutes();
  void KnowMethods();
  void AssignWorkers(std::vector<Worker::ClusterPart> clusters);
  ClusterPtr FindCluster(std::string_view name) const;

  void OnSnapshotChanged(ClusterController& cluster) override { snapshots_.Add(cluster); }
  void OnPlanChanged(ClusterController& cluster) override;
  void SendSnapshot(ClusterController& cluster);
  void Drain(Worker::Queued queued, std::function<void()> on_done);
  void CloseRemoved(const std::vector<Listening>& staying);
  void OnWorkerDrained();
  void OnDrainTimeout();
  void SampleFairness();
  void TellReadiness();
  void LookAtMemory();
  void OnMemoryTight();
  void KeepDescriptors();
  void TellPause(std::string_view reason);
  void TellMemory();
  bool GiveMemoryBack();
  void FinishDrain();

  net::EventLoop& loop_;
  const Options options_;
  net::ListeningSockets& sockets_;
  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  base::Random random_;
  config::Config config_;              // what is served
  const uint32_t instance_;            // what sidecars know this one by, whatever the seed; not 0
  RateLimits rate_limits_{random_()};  // after random_
  EndpointTransports transports_;      // of config_
  std::vector<ClusterPtr> clusters_;   // in the configuration's order
  std::vector<Listening> listeners_;   // likewise
  uint64_t next_id_ = 0;               // of clusters and listeners
  const Cgroup cgroup_;
  MemoryGuard memory_;
  bool told_over_ = false;     // the log
  bool workers_wait_ = false;  // for what a look says, whatever it is
  base::Time memory_given_back_{};
  net::Timer memory_timer_;
  // What is left of what all workers may keep of requests for another attempt.
  const std::shared_ptr<ReplayMemory::Pool> replay_ = std::make_shared<ReplayMemory::Pool>(0);
  int64_t replay_limit_ = 0;
  net::DescriptorReserve descriptors_;
  CertificateFiles certificates_;
  CertificateWatch certificate_watch_{log_};
  const std::shared_ptr<tls::TicketKeys> ticket_keys_ = std::make_shared<tls::TicketKeys>();
  telemetry::OncePerPeer foreign_clients_;  // told of
  std::vector<std::unique_ptr<Worker>> workers_;
  std::function<void(const std::vector<std::string>&)> on_readiness_;
  HealthService::Ready told_ready_ = HealthService::Ready::kNo;
  bool serving_ = false;  // workers run
  bool draining_ = false;
  size_t drained_workers_ = 0;
  bool calls_ended_ = false;
  std::function<void()> on_drained_;
  size_t unanswered_ = 0;  // workers that have not turned since CheckAlive
  net::Timer drain_timer_;
  net::Timer sample_timer_;
  SnapshotQueue snapshots_;
};

}  // namespace evenkeel::proxy
