#include "sim/simulation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace evenkeel::sim {
namespace {

using Kind = balancer::AttemptResult::Kind;
using Health = balancer::EndpointSet::Health;

constexpr size_t kSlices = 60;
constexpr uint64_t kUsers = 10'000;  // keys that hash policies see
// After the last arrival, running calls get this long to end.
constexpr int64_t kGrace = 600'000'000'000;
// Out-of-band reports are sent in batches at least this far apart: one event for several reports.
constexpr double kReportStep = 50'000;

}  // namespace

Simulation::Simulation(const Scenario& scenario, const Contender& contender, uint64_t seed)
    : scenario_(scenario),
      contender_(contender),
      arrivals_(seed),
      accidents_(seed + 1),
      now_(clock_.Now().time_since_epoch().count()),
      begin_(now_),
      measure_from_(now_ + scenario.warm_up.count()),
      end_(measure_from_ + scenario.duration.count()) {
  for (const ReplicaGroup& group : scenario.replicas) {
    for (uint32_t i = 0; i < group.count; ++i) replicas_.emplace_back(group);
  }
  connected_.resize(replicas_.size());
  antagonist_here_.resize(replicas_.size());
  picks_.resize(replicas_.size());
  if (contender.omniscient) {
    omniscient_ = std::make_unique<Omniscient>(
        replicas_, contender.label == "omniscient_of_replicas" ? scenario.MeanWork() : 0);
  } else {
    for (uint32_t i = 0; i < scenario.sidecars; ++i) {
      sidecars_.push_back(
          std::make_unique<Sidecar>(scenario, contender.policy, seed + 1000 + i, clock_));
    }
  }
}

Result Simulation::Run() {
  const auto wall = std::chrono::steady_clock::now();
  Prepare();
  bool measuring = false;
  bool collected = false;
  while (!events_.empty()) {
    const Event event = events_.Pop();
    if (!measuring && event.at >= measure_from_) {
      for (Replica& each : replicas_) each.StartMeasuring(measure_from_);
      measuring = true;
    }
    if (!collected && event.at >= end_) {
      Collect();
      collected = true;
    }
    if (event.at > end_ && active_calls_ == 0) break;
    if (event.at > end_ + kGrace) break;
    clock_.Advance(base::Duration(event.at - now_));
    now_ = event.at;
    ++result_.events;
    Handle(event);
  }
  for (const Call& each : calls_) {
    if (each.stage != Stage::kFree && !each.client_gone) Record(each, Ending::kUnfinished);
  }
  if (result_.calls > 0) result_.below_threshold /= static_cast<double>(result_.calls);
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - wall;
  result_.wall_seconds = taken.count();
  return std::move(result_);
}

void Simulation::Prepare() {
  result_.policy = contender_.label;
  result_.slices.resize(kSlices);
  result_.slice_seconds = static_cast<double>(end_ - begin_) / 1e9 / kSlices;
  for (uint32_t i = 0; i < replicas_.size(); ++i) {
    if (replicas_[i].up()) BringUp(i);
  }
  events_.Push({.at = begin_, .kind = EventKind::kArrival});
  for (uint32_t i = 0; i < scenario_.changes.size(); ++i) {
    const int64_t at = begin_ + scenario_.changes[i].at.count();
    events_.Push({.at = at, .subject = i, .kind = EventKind::kChange});
  }
  for (uint32_t i = 0; i < sidecars_.size(); ++i) {
    const auto period = sidecars_[i]->RefreshPeriod();
    if (!period) break;
    const auto phase =
        static_cast<int64_t>(accidents_.Below(static_cast<uint64_t>(period->count())));
    events_.Push({.at = begin_ + phase, .subject = i, .kind = EventKind::kRefresh});
  }
  const auto with_antagonist =
      static_cast<uint32_t>(scenario_.antagonists.share * static_cast<double>(replicas_.size()));
  for (uint32_t i = 0; i < with_antagonist; ++i) {
    const int64_t first = Exponential(static_cast<double>(scenario_.antagonists.off.count()));
    events_.Push({.at = begin_ + first, .subject = i, .kind = EventKind::kAntagonist});
  }
  if (scenario_.out_of_band.count() > 0 && !sidecars_.empty()) {
    events_.Push({.at = begin_, .kind = EventKind::kReport});
  }
  if (scenario_.streams.count > 0) {
    events_.Push({.at = begin_ + scenario_.streams.at.count(), .kind = EventKind::kStreams});
  }
}

void Simulation::Handle(const Event& event) {
  const bool is_of_call = event.kind == EventKind::kAtReplica || event.kind == EventKind::kServed ||
                          event.kind == EventKind::kResponse || event.kind == EventKind::kDeadline;
  if (is_of_call && calls_[event.subject].generation != event.generation) return;
  switch (event.kind) {
    case EventKind::kArrival:
      return Arrive();
    case EventKind::kAtReplica:
      return AtReplica(event.subject);
    case EventKind::kServed:
      return Served(event.subject);
    case EventKind::kResponse:
      return Respond(event.subject);
    case EventKind::kDeadline:
      return Expire(event.subject);
    case EventKind::kReport:
      return SendReports();
    case EventKind::kChange:
      return Apply(scenario_.changes[event.subject]);
    case EventKind::kAntagonist:
      return ToggleAntagonist(event.subject);
    case EventKind::kStreams:
      return StartStreams();
    case EventKind::kRefresh:
      sidecars_[event.subject]->Refresh();
      events_.Push({.at = now_ + sidecars_[event.subject]->RefreshPeriod()->count(),
                    .subject = event.subject,
                    .kind = EventKind::kRefresh});
  }
}

void Simulation::Arrive() {
  if (now_ >= end_) return;
  // Bursts are geometric, so that a burst of 1 on average is one call each time.
  do {
    StartCall(false);
  } while (scenario_.burst > 1 && arrivals_.Unit() < 1 - 1 / scenario_.burst);
  const double gap = 1e9 * scenario_.burst / scenario_.rate;
  events_.Push({.at = now_ + Exponential(gap), .kind = EventKind::kArrival});
}

void Simulation::StartCall(bool is_stream) {
  const uint32_t number = NewCall();
  Call& call = calls_[number];
  call.start = now_;
  call.work = DrawWork();
  call.sidecar = static_cast<uint32_t>(arrivals_.Below(scenario_.sidecars));
  call.replica = PickReplica(call);
  if (call.replica == replicas_.size()) {
    if (!is_stream) Record(call, Ending::kNoEndpoint);
    return Free(number);
  }
  if (is_stream) {
    replicas_[call.replica].AddStream(scenario_.streams.cost);
    streams_.push_back(std::move(call.token));
    return Free(number);
  }
  if (IsMeasured(now_)) ++picks_[call.replica];
  call.stage = Stage::kToReplica;
  PushCall(EventKind::kAtReplica, number, now_ + Network());
  if (scenario_.timeout.count() > 0) {
    PushCall(EventKind::kDeadline, number, now_ + scenario_.timeout.count());
  }
}

uint32_t Simulation::PickReplica(Call& call) {
  const uint64_t user = arrivals_.Below(kUsers);
  if (omniscient_) return omniscient_->Pick(call.work, now_ + Network());
  const std::string key = std::to_string(user);  // short: no allocation
  Sidecar& sidecar = *sidecars_[call.sidecar];
  balancer::EndpointPtr endpoint =
      sidecar.Pick({.path = "/sim.Service/Call", .now = Now(), .avoid = {}, .hash_key = key});
  if (!endpoint) return static_cast<uint32_t>(replicas_.size());
  const uint32_t replica = sidecar.ReplicaOf(*endpoint);
  call.token = balancer::InFlight(std::move(endpoint));
  return replica;
}

void Simulation::AtReplica(uint32_t number) {
  Call& call = calls_[number];
  Replica& replica = replicas_[call.replica];
  if (call.client_gone) return Free(number);
  call.arrived = now_;
  call.level = replica.in_flight();
  if (!replica.up()) {
    call.failed = true;
    return Return(number);
  }
  if (replica.black_hole()) {
    call.stage = Stage::kSwallowed;
    return;
  }
  if (replica.fail_share() > 0 && accidents_.Unit() < replica.fail_share()) {
    replica.Failed(now_);
    call.failed = true;
    call.load = replica.Load(now_);
    call.has_load = true;
    return Return(number);
  }
  switch (replica.Add(number, now_)) {
    case Replica::Accept::kStart:
      return Serve(number);
    case Replica::Accept::kWait:
      call.stage = Stage::kWaiting;
      return;
    case Replica::Accept::kRefuse:
      call.failed = true;
      return Return(number);
  }
}

void Simulation::Serve(uint32_t number) {
  Call& call = calls_[number];
  call.stage = Stage::kInService;
  PushCall(EventKind::kServed, number, now_ + replicas_[call.replica].ServiceTime(call.work));
}

void Simulation::Served(uint32_t number) {
  Call& call = calls_[number];
  if (call.stage != Stage::kInService) return;  // the replica went down meanwhile
  Replica& replica = replicas_[call.replica];
  const uint32_t at = call.replica;
  replica.Done(now_, now_ - call.arrived, call.level);
  call.load = replica.Load(now_);
  call.has_load = true;
  if (call.client_gone) {
    Free(number);
  } else {
    Return(number);
  }
  FillSlots(at);
}

void Simulation::FillSlots(uint32_t replica) {
  uint32_t next = 0;
  while (replicas_[replica].TakeNext(next, now_)) Serve(next);
}

void Simulation::Return(uint32_t number) {
  calls_[number].stage = Stage::kReturning;
  PushCall(EventKind::kResponse, number, now_ + Network());
}

void Simulation::Respond(uint32_t number) {
  Call& call = calls_[number];
  if (call.client_gone) return Free(number);
  if (call.has_load && scenario_.in_band && call.token.endpoint()) {
    sidecars_[call.sidecar]->Report(*call.token.endpoint(), call.load, Now());
  }
  FinishToken(call, call.failed ? Kind::kFailure : Kind::kSuccess);
  Record(call, call.failed ? Ending::kFailed : Ending::kAnswered);
  Free(number);
}

void Simulation::Expire(uint32_t number) {
  Call& call = calls_[number];
  if (call.client_gone) return;
  FinishToken(call, Kind::kFailure);
  Record(call, Ending::kDeadline);
  call.client_gone = true;
  if (call.stage == Stage::kSwallowed) Free(number);
}

void Simulation::FinishToken(Call& call, Kind kind) {
  if (!call.token.endpoint()) return;
  const balancer::AttemptResult result{
      .kind = kind, .latency = base::Duration(now_ - call.start), .now = Now()};
  sidecars_[call.sidecar]->Finish(std::move(call.token), result);
}

void Simulation::Apply(const Change& change) {
  for (const uint32_t each : change.replicas) Apply(change, each);
}

void Simulation::Apply(const Change& change, uint32_t number) {
  Replica& replica = replicas_[number];
  switch (change.kind) {
    case Change::Kind::kSlow:
      if (omniscient_) omniscient_->Stretch(number, change.value / replica.slow(), now_);
      return replica.set_slow(change.value);
    case Change::Kind::kFixed:
      return replica.set_fixed(static_cast<int64_t>(change.value));
    case Change::Kind::kFail:
      return replica.set_fail_share(change.value);
    case Change::Kind::kBlackHole:
      return replica.set_black_hole(change.value != 0);
    case Change::Kind::kNotServing:
      for (const auto& each : sidecars_) each->SetHealth(number, Health::kNotServing);
      return;
    case Change::Kind::kDown:
      return TakeDown(number);
    case Change::Kind::kUp:
      return BringUp(number);
  }
}

void Simulation::TakeDown(uint32_t replica) {
  replicas_[replica].set_up(false);
  replicas_[replica].Clear(now_);
  for (uint32_t i = 0; i < calls_.size(); ++i) {
    Call& call = calls_[i];
    const bool is_in_it = call.stage == Stage::kWaiting || call.stage == Stage::kInService;
    if (!is_in_it || call.replica != replica) continue;
    if (call.client_gone) {
      Free(i);
    } else {
      call.failed = true;
      Return(i);
    }
  }
  if (!connected_[replica]) return;
  connected_[replica] = false;
  for (const auto& each : sidecars_) each->Disconnect(replica);
}

void Simulation::BringUp(uint32_t replica) {
  replicas_[replica].set_up(true);
  const bool connected = connected_[replica];
  connected_[replica] = true;
  for (const auto& each : sidecars_) {
    each->SetHealth(replica, Health::kServing);
    if (!connected) each->Connect(replica);
  }
}

void Simulation::ToggleAntagonist(uint32_t number) {
  const Antagonists& antagonists = scenario_.antagonists;
  const bool comes = !antagonist_here_[number];
  antagonist_here_[number] = comes;
  replicas_[number].set_antagonist(comes ? antagonists.slow : 1);
  if (omniscient_) {
    omniscient_->Stretch(number, comes ? antagonists.slow : 1 / antagonists.slow, now_);
  }
  const int64_t stays =
      Exponential(static_cast<double>((comes ? antagonists.on : antagonists.off).count()));
  events_.Push({.at = now_ + stays, .subject = number, .kind = EventKind::kAntagonist});
}

// Pairs of sidecar and replica take turns over the period, so reports come evenly.
void Simulation::SendReports() {
  const uint64_t pairs = sidecars_.size() * replicas_.size();
  const double step =
      static_cast<double>(scenario_.out_of_band.count()) / static_cast<double>(pairs);
  const auto batch = static_cast<uint64_t>(std::max(1.0, std::ceil(kReportStep / step)));
  for (uint64_t i = 0; i < batch; ++i, ++next_pair_) {
    const uint64_t sidecar = next_pair_ % sidecars_.size();
    // Each sidecar goes through the replicas from another start, in a scattered order.
    const uint64_t turn = next_pair_ / sidecars_.size() + sidecar;
    const auto replica = static_cast<uint32_t>(turn * 7919 % replicas_.size());
    if (!replicas_[replica].up() || replicas_[replica].black_hole()) continue;
    sidecars_[sidecar]->Report(replica, replicas_[replica].Load(now_), Now());
  }
  const auto gap = static_cast<int64_t>(step * static_cast<double>(batch));
  if (now_ < end_) events_.Push({.at = now_ + gap, .kind = EventKind::kReport});
}

void Simulation::StartStreams() {
  for (uint32_t i = 0; i < scenario_.streams.count; ++i) StartCall(true);
}

void Simulation::Record(const Call& call, Ending ending) {
  if (!IsMeasured(call.start)) return;
  const int64_t latency = now_ - call.start;
  ++result_.calls;
  ++result_.endings[static_cast<size_t>(ending)];
  const auto index =
      static_cast<size_t>(call.start - begin_) * kSlices / static_cast<size_t>(end_ - begin_);
  Slice& slice = result_.slices[index];
  ++slice.calls;
  if (ending != Ending::kAnswered) ++slice.errors;
  if (ending == Ending::kFailed || ending == Ending::kNoEndpoint) return;
  result_.latency.Add(latency);
  slice.latency.Add(latency);
  if (ending == Ending::kAnswered && latency < scenario_.threshold.count()) {
    result_.below_threshold += 1;
  }
}

// When the arrivals end: what follows is no longer the load that was asked for.
void Simulation::Collect() {
  double utilization = 0;
  double queue = 0;
  for (Replica& each : replicas_) {
    const ReplicaStats stats = each.Stats(end_);
    utilization += stats.utilization;
    queue += stats.queue;
    result_.max_utilization = std::max(result_.max_utilization, stats.utilization);
    result_.max_queue = std::max(result_.max_queue, stats.max_queue);
  }
  result_.mean_utilization = utilization / static_cast<double>(replicas_.size());
  result_.mean_queue = queue / static_cast<double>(replicas_.size());
  double picks = 0;
  double watched = 0;
  for (const uint64_t each : picks_) picks += static_cast<double>(each);
  for (const uint32_t each : scenario_.watch) watched += static_cast<double>(picks_[each]);
  result_.watched_share = picks > 0 ? watched / picks : 0;
  result_.fair_share =
      static_cast<double>(scenario_.watch.size()) / static_cast<double>(replicas_.size());
}

int64_t Simulation::Exponential(double mean) {
  return static_cast<int64_t>(-mean * std::log(1 - arrivals_.Unit()));
}

int64_t Simulation::DrawWork() {
  const auto mean = static_cast<double>(scenario_.work.mean.count());
  switch (scenario_.work.kind) {
    case Work::Kind::kExponential:
      return Exponential(mean);
    case Work::Kind::kFixed:
      return scenario_.work.mean.count();
    case Work::Kind::kLognormal: {
      const double radius = std::sqrt(-2 * std::log(1 - arrivals_.Unit()));  // Box-Muller
      const double normal = radius * std::cos(2 * M_PI * arrivals_.Unit());
      return static_cast<int64_t>(mean * std::exp(scenario_.work.sigma * normal));
    }
  }
  return 0;
}

uint32_t Simulation::NewCall() {
  ++active_calls_;
  if (free_calls_.empty()) {
    calls_.emplace_back();
    return static_cast<uint32_t>(calls_.size() - 1);
  }
  const uint32_t number = free_calls_.back();
  free_calls_.pop_back();
  return number;
}

void Simulation::Free(uint32_t number) {
  const auto generation = static_cast<uint16_t>(calls_[number].generation + 1);
  calls_[number] = Call{};
  calls_[number].generation = generation;
  free_calls_.push_back(number);
  --active_calls_;
}

void Simulation::PushCall(EventKind kind, uint32_t number, int64_t at) {
  events_.Push(
      {.at = at, .subject = number, .kind = kind, .generation = calls_[number].generation});
}

}  // namespace evenkeel::sim
