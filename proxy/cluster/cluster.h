// Cluster: one worker's side of a cluster: the current picker, and a pool for each endpoint.
//
// Who may be picked is decided for the process, on the main thread, and arrives here as a new
// snapshot. What only this worker knows, that its own connections just broke, it heeds at once.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "balancer/hash_input.h"
#include "balancer/policy.h"
#include "health/active_check.h"
#include "health/cluster_health.h"
#include "health/load_stream.h"
#include "health/orca_report.h"
#include "lib/base/intrusive_list.h"
#include "lib/base/local_ptr.h"
#include "lib/rpc/latency_window.h"
#include "lib/rpc/outcome.h"
#include "pool/pool.h"
#include "proxy/cluster/cluster_shared.h"
#include "proxy/cluster/missed_deadlines.h"
#include "proxy/cluster/ordinary_durations.h"
#include "proxy/cluster/stream_mover.h"

namespace evenkeel::proxy {

class Cluster final : public base::LocalCounted, private pool::Pool::Observer {
 public:
  /// What main hears of; called on the worker's thread.
  struct Events {
    /// This worker's pool for the endpoint got its first connection that works (+1), lost its last
    /// (-1), or could not make one (0).
    std::function<void(const balancer::EndpointPtr&, int change, std::string reason)> on_connection;
    std::function<void(const balancer::EndpointPtr&, health::ProbeReport)> on_probe;
    /// A run of failures on the endpoint has reached the threshold.
    std::function<void(const balancer::EndpointPtr&)> on_consecutive_failures;
  };

  /// What main has decided.
  struct Snapshot {
    std::shared_ptr<const balancer::Picker> picker;
    std::shared_ptr<const health::Availability> availability;
    /// The eligible endpoints, where StreamMover is to know them.
    std::vector<balancer::EndpointPtr> eligible{};
  };

  struct Settings {
    std::string name;
    std::optional<balancer::HashInput> hash;  ///< what of a call the policy hashes, if it does
    rpc::FailureSet failures;                 ///< what is held against an endpoint
    std::optional<StreamMover::Settings> mover{};
    uint32_t endpoint_max_calls = 0;  ///< in flight on one endpoint; 0: no limit
    config::LoadReports reports;      ///< what the policy wants of them
  };

  /// An endpoint as this worker sees it. Attempts hold theirs, also after its removal; the cluster
  /// must outlive them.
  struct Member : base::LocalCounted {
    std::unique_ptr<pool::Pool> pool;
    std::shared_ptr<health::OutcomeCounters> outcomes;  // null: not counted
    std::unique_ptr<health::ActiveCheck> check;         // where this worker asks it
    std::unique_ptr<health::LoadStream> load_stream;    // likewise, for its load
    MissedDeadlines::Record deadlines;
  };

  /// A call for which there is no endpoint yet, but may be one any moment.
  class Waiter : private base::ListNode {
   public:
    Waiter() = default;
    /// There is a new snapshot: try again. Comes once for each Wait.
    virtual void OnSnapshot() = 0;

   protected:
    ~Waiter() = default;
    void StopWaiting() {
      Unlink();
      place_.Release();
    }
    bool waits() const { return linked(); }

   private:
    friend class Cluster;
    friend class base::IntrusiveList<Waiter>;
    base::Permit place_{};
  };

  Cluster(Settings settings, ClusterShared shared, Events events, Snapshot snapshot,
          base::Random& random)
      : settings_(std::move(settings)),
        shared_(std::move(shared)),
        events_(std::move(events)),
        retries_(base::MakeLocal<const RetryShare>(shared_.retries)),
        snapshot_(std::move(snapshot)),
        random_(random) {}

  const std::string& name() const { return settings_.name; }
  const std::optional<balancer::HashInput>& hash() const { return settings_.hash; }
  /// The current one; it also takes what the ends of attempts teach.
  const balancer::Picker& picker() const { return *snapshot_.picker; }
  pool::Pool::Observer& observer() { return *this; }

  /// Null: there is none.
  Member* Find(const balancer::Endpoint& endpoint);
  Member& AddMember(std::unique_ptr<pool::Pool> pool,
                    std::shared_ptr<health::OutcomeCounters> outcomes);
  /// The endpoint takes no new attempts and is no longer asked for anything; those that run on it
  /// keep its pool. No effect where there is none.
  void RemoveMember(const balancer::Endpoint& endpoint);
  /// The cluster has been removed: the same for all members, and nobody waits any more.
  void Retire();
  void SetSettings(Settings settings, ClusterShared shared);
  /// For reports of the endpoint's active check.
  std::function<void(health::ProbeReport)> ReporterOf(const balancer::EndpointPtr& endpoint);
  /// For reports of the endpoint's load out of band; handed to the policy.
  health::LoadStream::ReportHandler LoadReporterOf(const balancer::EndpointPtr& endpoint,
                                                   const base::Clock& clock);
  void SetSnapshot(Snapshot snapshot);

  /// The endpoint for an attempt: the policy's choice among those whose connections work, and have
  /// room where any has. Null when none outside `facts.avoid` can be had.
  Member* Pick(balancer::CallFacts facts);
  /// Whether the last Pick passed over an endpoint only for having endpoint_max_calls.
  bool found_full() const { return found_full_; }
  const std::vector<balancer::EndpointPtr>& eligible() const { return snapshot_.eligible; }
  /// Nothing: streams stay.
  const std::optional<StreamMover::Settings>& mover() const { return settings_.mover; }
  pool::Limits& limits() const { return *shared_.limits; }
  /// Null: not adaptive.
  const AdaptiveConcurrency* concurrency() const { return shared_.concurrency.get(); }
  /// A call was refused to protect the cluster, or us.
  void CountShed(telemetry::Shed reason) { shared_.shed->Add(reason); }
  void CountMoved() { shared_.shed->AddMoved(); }
  bool HasEligible() const { return snapshot_.availability->has_eligible; }
  /// Whether an endpoint may become eligible any moment.
  bool ExpectsEndpoint() const { return snapshot_.availability->expects_endpoint; }
  /// Whom to wait for: an endpoint that may come any moment, or any that ever comes.
  enum class WaitFor : bool { kExpected, kAny };
  /// After Pick found nothing: whether `waiter` now waits for the next snapshot. False: there is
  /// nothing to wait for, or too many wait already (has_room()).
  bool Wait(Waiter& waiter, WaitFor what);
  bool has_room() const { return !shared_.limits->pending.full(); }
  /// Why Pick found nothing: how things stand with the endpoints, and what ails connections.
  std::string WhyNone() const;

  /// What the end of an attempt on `member` says of its endpoint; counts it. `allowed`: from the
  /// pick to the client's deadline; OrdinaryDurations::kNoDeadline or more: it had none. A deadline
  /// says nothing where an ordinary call of `method` would not have been answered by then either,
  /// or the others miss as many.
  rpc::Verdict Learn(Member& member, const rpc::AttemptOutcome& outcome, telemetry::MethodId method,
                     base::Duration allowed);
  RetryState& retries() { return *shared_.retries; }
  const base::LocalPtr<const RetryShare>& retry_share() const { return retries_; }
  /// How long attempts take until their first message; kept from the first use on.
  rpc::LatencyWindow& TrackLatency();
  void AddLatency(base::Duration latency) {
    if (latencies_) latencies_->Add(latency);
  }
  /// Takes the load report out of an answer's last fields, if the policy uses reports.
  void LearnLoad(const Member& member, const http2::HeaderList& trailers, base::Time now);

 private:
  void OnReadyChanged(pool::Pool& pool, const std::string& reason) override;
  void OnFailing(pool::Pool& pool, const std::string& reason) override;
  void OnDraining(pool::Pool& pool) override;
  bool IsUsable(const balancer::Endpoint& endpoint, const pool::Pool& pool);
  bool IsMembers(const pool::Pool& pool);
  health::ActiveCheck* CheckOf(const pool::Pool& pool);
  void WakeAll();

  Settings settings_;
  ClusterShared shared_;
  const Events events_;
  base::LocalPtr<const RetryShare> retries_;  // of shared_
  Snapshot snapshot_;
  base::Random& random_;
  std::unordered_map<const balancer::Endpoint*, base::LocalPtr<Member>> members_;
  std::vector<const balancer::Endpoint*> unusable_;  // scratch for Pick
  bool found_full_ = false;
  OrdinaryDurations ordinary_;
  MissedDeadlines deadlines_;
  health::OrcaReport orca_;
  std::unique_ptr<rpc::LatencyWindow> latencies_;
  bool retired_ = false;                 // nothing waits any more
  base::IntrusiveList<Waiter> waiting_;  // in the order they came
};

}  // namespace evenkeel::proxy
