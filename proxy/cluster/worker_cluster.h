// WorkerCluster: keeps one worker's Cluster as its spec says: makes pools and health checks for
// endpoints that come, lets go of those that leave, and hands new settings to the rest.
//
// Owned by a Worker, used on its thread. Who leaves takes no new attempt; its pool ends with the
// last attempt that runs on it.
#pragma once

#include <memory>

#include "lib/base/local_ptr.h"
#include "lib/base/random.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"
#include "lib/telemetry/worker_metrics.h"
#include "proxy/cluster/cluster_spec.h"

namespace evenkeel::proxy {

class WorkerCluster {
 public:
  /// Of the worker it belongs to; all must outlive it.
  struct Context {
    unsigned worker;  ///< its number
    net::EventLoop& loop;
    base::Random& random;
    telemetry::WorkerMetrics& metrics;
  };

  WorkerCluster(Context context, std::shared_ptr<const ClusterSpec> spec,
                Cluster::Snapshot snapshot);
  /// The cluster is no longer wanted; it lives on while a call refers to it.
  ~WorkerCluster();
  WorkerCluster(const WorkerCluster&) = delete;
  WorkerCluster& operator=(const WorkerCluster&) = delete;

  const base::LocalPtr<Cluster>& cluster() const { return cluster_; }
  /// Another spec for the same cluster. No effect when it is the present one.
  void Update(std::shared_ptr<const ClusterSpec> spec);

 private:
  void RemoveGone(const ClusterSpec& next);
  void Refresh(Cluster::Member& member, const EndpointSpec& endpoint, bool asks_anew);
  /// Adds the next endpoints of the spec that are missing: not all of thousands in one turn.
  void AddSome(size_t most);
  void Add(const EndpointSpec& endpoint);
  void Ask(Cluster::Member& member, const EndpointSpec& endpoint);
  void AskForLoad(Cluster::Member& member);
  void AskForHealth(Cluster::Member& member, const EndpointSpec& endpoint);

  const Context context_;
  std::shared_ptr<const ClusterSpec> spec_;
  const base::LocalPtr<Cluster> cluster_;
  size_t next_ = 0;  // of the spec's endpoints: those before are members
  net::Timer add_timer_;
};

}  // namespace evenkeel::proxy
