// Roster: keeps one worker's Cluster as its plan says: makes pools and health checks for endpoints
// that come, lets go of those that leave, and hands new settings to the rest.
//
// Owned by a Worker, used on its thread. Who leaves takes no new attempt; its pool ends with the
// last attempt that runs on it.
#pragma once

#include <memory>

#include "base/local_ptr.h"
#include "net/timer.h"
#include "proxy/cluster_plan.h"
#include "proxy/worker_context.h"

namespace evenkeel::proxy {

class Roster {
 public:
  /// `worker` is this worker's number; `context` must outlive it.
  Roster(WorkerContext& context, unsigned worker, std::shared_ptr<const ClusterPlan> plan,
         Cluster::Picture picture);
  /// The cluster is no longer wanted; it lives on while a call refers to it.
  ~Roster();
  Roster(const Roster&) = delete;
  Roster& operator=(const Roster&) = delete;

  const base::LocalPtr<Cluster>& cluster() const { return cluster_; }
  /// Another plan for the same cluster. No effect when it is the present one.
  void Update(std::shared_ptr<const ClusterPlan> plan);

 private:
  void RemoveGone(const ClusterPlan& next);
  void Refresh(Cluster::Member& member, const EndpointPlan& endpoint, bool asks_anew);
  /// Adds the next endpoints of the plan that are missing: not all of thousands in one turn.
  void AddSome(size_t most);
  void Add(const EndpointPlan& endpoint);
  void Ask(Cluster::Member& member, const EndpointPlan& endpoint);
  void AskForLoad(Cluster::Member& member);
  void AskForHealth(Cluster::Member& member, const EndpointPlan& endpoint);

  WorkerContext& context_;
  const unsigned worker_;
  std::shared_ptr<const ClusterPlan> plan_;
  const base::LocalPtr<Cluster> cluster_;
  size_t next_ = 0;  // of the plan's endpoints: those before are members
  net::Timer add_timer_;
};

}  // namespace evenkeel::proxy
