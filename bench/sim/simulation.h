// Simulation: one scenario with one policy, from its first to its last event.
//
// Discrete events in virtual time, one thread. The same seed gives each policy the same arrivals
// and the same work, and the same run each time.
//
// The life of a call:
//   kArrival -> picked -> kAtReplica -> waits or works -> kServed -> kResponse
// with kDeadline at any point, if the clients have one. What a client gave up on the replica still
// does, as servers do.
#pragma once

#include <memory>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "sim/event_queue.h"
#include "sim/omniscient.h"
#include "sim/replica.h"
#include "sim/result.h"
#include "sim/scenario.h"
#include "sim/sidecar.h"

namespace evenkeel::sim {

class Simulation {
 public:
  /// Both must outlive this.
  Simulation(const Scenario& scenario, const Contender& contender, uint64_t seed);

  Result Run();

 private:
  enum class Stage : uint8_t { kFree, kToReplica, kWaiting, kInService, kReturning, kSwallowed };

  struct Call {
    balancer::InFlight token;
    int64_t start = 0;
    int64_t work = 0;
    int64_t arrived = 0;  // at the replica
    ReplicaLoad load;
    uint32_t sidecar = 0;
    uint32_t replica = 0;
    uint32_t level = 0;  // calls in flight at the replica when it arrived
    Stage stage = Stage::kFree;
    uint16_t generation = 0;
    bool client_gone = false;
    bool failed = false;
    bool has_load = false;
  };

  void Prepare();
  void Handle(const Event& event);
  void Arrive();
  void StartCall(bool is_stream);
  uint32_t PickReplica(Call& call);
  void AtReplica(uint32_t number);
  void Serve(uint32_t number);
  void Served(uint32_t number);
  void FillSlots(uint32_t replica);
  void Return(uint32_t number);
  void Respond(uint32_t number);
  void Expire(uint32_t number);
  void FinishToken(Call& call, balancer::AttemptResult::Kind kind);
  void Apply(const Change& change);
  void Apply(const Change& change, uint32_t replica);
  void TakeDown(uint32_t replica);
  void BringUp(uint32_t replica);
  void ToggleAntagonist(uint32_t replica);
  void SendReports();
  void StartStreams();
  void Record(const Call& call, Ending ending);
  void Collect();

  int64_t Exponential(double mean);
  int64_t DrawWork();
  uint32_t NewCall();
  void Free(uint32_t number);
  void PushCall(EventKind kind, uint32_t number, int64_t at);
  base::Time Now() const { return base::Time(base::Duration(now_)); }
  int64_t Network() const { return scenario_.network.count(); }
  bool IsMeasured(int64_t start) const { return start >= measure_from_ && start < end_; }

  const Scenario& scenario_;
  const Contender& contender_;
  base::Random arrivals_;   // when, whose and how much work: alike for all policies
  base::Random accidents_;  // antagonists and failures
  base::ManualClock clock_;
  EventQueue events_;
  int64_t now_;
  int64_t begin_;
  int64_t measure_from_;
  int64_t end_;
  std::vector<Replica> replicas_;
  std::vector<bool> connected_;
  std::vector<bool> antagonist_here_;
  std::vector<std::unique_ptr<Sidecar>> sidecars_;
  std::unique_ptr<Omniscient> omniscient_;
  std::vector<Call> calls_;
  std::vector<uint32_t> free_calls_;
  size_t active_calls_ = 0;
  std::vector<uint64_t> picks_;  // by replica, measured
  std::vector<balancer::InFlight> streams_;
  uint64_t next_pair_ = 0;  // of sidecar and replica, for out-of-band reports
  Result result_;
};

}  // namespace evenkeel::sim
