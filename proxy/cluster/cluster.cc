#include "proxy/cluster/cluster.h"

#include <algorithm>
#include <utility>

namespace evenkeel::proxy {
namespace {

// More than this many troubles in one grpc-message help nobody.
constexpr size_t kReasonsShown = 5;

// Whether the client's deadline ended it, while it was for the endpoint to act.
bool IsLate(rpc::Cause cause) {
  return cause == rpc::Cause::kDeadline || cause == rpc::Cause::kNoRoom;
}

}  // namespace

Cluster::Member& Cluster::AddMember(std::unique_ptr<pool::Pool> pool,
                                    std::shared_ptr<health::OutcomeCounters> outcomes) {
  base::LocalPtr<Member>& member = members_[pool->endpoint().get()];
  member = base::MakeLocal<Member>();
  member->pool = std::move(pool);
  member->outcomes = std::move(outcomes);
  return *member;
}

Cluster::Member* Cluster::Find(const balancer::Endpoint& endpoint) {
  const auto found = members_.find(&endpoint);
  return found == members_.end() ? nullptr : found->second.get();
}

void Cluster::RemoveMember(const balancer::Endpoint& endpoint) {
  const auto found = members_.find(&endpoint);
  if (found == members_.end()) return;
  const base::LocalPtr<Member> member = std::move(found->second);
  members_.erase(found);
  member->check.reset();
  member->load_stream.reset();
  deadlines_.Leave(member->deadlines);
  member->pool->Retire();
}

void Cluster::Retire() {
  retired_ = true;
  while (!members_.empty()) RemoveMember(*members_.begin()->first);
  health::Availability availability;
  availability.summary = "it was removed from the configuration";
  SetSnapshot(
      {snapshot_.picker, std::make_shared<const health::Availability>(std::move(availability))});
}

std::function<void(health::ProbeReport)> Cluster::ReporterOf(
    const balancer::EndpointPtr& endpoint) {
  return [this, endpoint](health::ProbeReport report) {
    events_.on_probe(endpoint, std::move(report));
  };
}

health::LoadStream::ReportHandler Cluster::LoadReporterOf(const balancer::EndpointPtr& endpoint,
                                                          const base::Clock& clock) {
  return [this, endpoint, &clock](const balancer::LoadReport& report) {
    picker().Reported(*endpoint, report, clock.Now());
  };
}

void Cluster::SetSettings(Settings settings, ClusterShared shared) {
  settings_ = std::move(settings);
  shared_ = std::move(shared);
  if (retries_->state != shared_.retries) {
    retries_ = base::MakeLocal<const RetryShare>(shared_.retries);
  }
}

void Cluster::SetSnapshot(Snapshot snapshot) {
  snapshot_ = std::move(snapshot);
  WakeAll();
}

// Those who find nothing again queue up anew.
void Cluster::WakeAll() {
  base::IntrusiveList<Waiter> woken;
  woken.TakeAll(waiting_);
  while (!woken.empty()) {
    Waiter& each = woken.front();
    each.StopWaiting();
    each.OnSnapshot();
  }
}

Cluster::Member* Cluster::Pick(balancer::CallFacts facts) {
  const auto avoid = facts.avoid;
  unusable_.clear();
  found_full_ = false;
  Member* without_room = nullptr;
  while (const balancer::EndpointPtr endpoint = snapshot_.picker->Pick(facts, random_)) {
    Member* const member = Find(*endpoint);
    if (member != nullptr && IsUsable(*endpoint, *member->pool)) {
      if (!member->pool->full()) return member;
      if (without_room == nullptr) without_room = member;
    }
    if (unusable_.empty()) unusable_.assign(avoid.begin(), avoid.end());
    unusable_.push_back(endpoint.get());
    facts.avoid = unusable_;
  }
  return without_room;  // the policy's first choice: it waits there
}

bool Cluster::IsUsable(const balancer::Endpoint& endpoint, const pool::Pool& pool) {
  // Broken here, and the news has not been everywhere yet.
  if (pool.state() == pool::Pool::State::kFailing) return false;
  const uint32_t max = settings_.endpoint_max_calls;
  if (max == 0 || endpoint.in_flight() < int64_t{max}) return true;
  found_full_ = true;
  return false;
}

bool Cluster::Wait(Waiter& waiter, WaitFor what) {
  if (retired_ || (what == WaitFor::kExpected && !ExpectsEndpoint())) return false;
  waiter.place_ = base::Permit(shared_.limits->pending);
  if (!waiter.place_) return false;
  waiting_.PushBack(waiter);
  return true;
}

std::string Cluster::WhyNone() const {
  std::string text =
      "no endpoint of cluster " + name() + " can take the call: " + snapshot_.availability->summary;
  if (ExpectsEndpoint()) text += "; an answer is still awaited";
  size_t shown = 0;
  for (const auto& [endpoint, member] : members_) {
    if (member->pool->state() == pool::Pool::State::kReady) continue;
    if (shown++ == kReasonsShown) return text + "; and so on";
    text += "; " + endpoint->address() + ": ";
    text += member->pool->last_failure().empty() ? "not connected" : member->pool->last_failure();
  }
  return text;
}

rpc::Verdict Cluster::Learn(Member& member, const rpc::AttemptOutcome& outcome,
                            telemetry::MethodId method, base::Duration allowed) {
  rpc::Verdict verdict = rpc::VerdictOf(outcome, settings_.failures);
  bool speaks = verdict != rpc::Verdict::kNeutral;  // of how the endpoint, or all of them, fare
  uint32_t times = 1;
  if (outcome.cause == rpc::Cause::kAnswered && verdict == rpc::Verdict::kSuccess) {
    if (ordinary_.Answered(method, allowed, outcome.duration)) deadlines_.Met(member.deadlines);
  } else if (verdict == rpc::Verdict::kFailure && IsLate(outcome.cause)) {
    speaks = ordinary_.Missed(method, allowed);
    if (outcome.cause == rpc::Cause::kNoRoom) {
      // It has said so itself: there is nothing to compare.
      speaks = speaks || method == telemetry::kUnsettledMethod;
    } else if (speaks) {
      times = deadlines_.Missed(member.deadlines);
    }
    if (!speaks || times == 0) verdict = rpc::Verdict::kNeutral;
  }
  if (shared_.concurrency && speaks) shared_.concurrency->Observe(outcome.latency);
  if (!member.outcomes) return verdict;
  bool has_run = member.outcomes->Record(verdict, outcome.status, outcome.latency);
  for (; times > 1; --times) {
    has_run |= member.outcomes->Record(verdict, outcome.status, outcome.latency);
  }
  if (has_run) events_.on_consecutive_failures(member.pool->endpoint());
  return verdict;
}

rpc::LatencyWindow& Cluster::TrackLatency() {
  if (!latencies_) latencies_ = std::make_unique<rpc::LatencyWindow>();
  return *latencies_;
}

void Cluster::LearnLoad(const Member& member, const http2::HeaderList& trailers, base::Time now) {
  if (settings_.reports.use == config::LoadReports::Use::kNone) return;
  const auto field = trailers.Find("endpoint-load-metrics-bin");
  if (!field) return;
  if (const balancer::LoadReport* report = orca_.ParseTrailer(*field)) {
    picker().Reported(*member.pool->endpoint(), *report, now);
  }
}

void Cluster::OnReadyChanged(pool::Pool& pool, const std::string& reason) {
  if (!IsMembers(pool)) return;
  const bool ready = pool.state() == pool::Pool::State::kReady;
  // First that it is asked, so that there is hope in it all the time.
  health::ActiveCheck* check = CheckOf(pool);
  if (ready && check != nullptr) check->PoolReady();
  events_.on_connection(pool.endpoint(), ready ? +1 : -1, reason);
  // Main may have known the endpoint as eligible all the while: then no snapshot follows.
  if (ready) WakeAll();
}

void Cluster::OnFailing(pool::Pool& pool, const std::string& reason) {
  if (!IsMembers(pool)) return;
  events_.on_connection(pool.endpoint(), 0, reason);
  if (health::ActiveCheck* check = CheckOf(pool)) check->PoolFailed(reason);
}

void Cluster::OnDraining(pool::Pool& pool) {
  if (!IsMembers(pool)) return;
  if (health::ActiveCheck* check = CheckOf(pool)) check->PoolDraining();
  Member* const member = Find(*pool.endpoint());
  if (member != nullptr && member->load_stream) member->load_stream->Restart();
}

// A pool that was removed lives on under its last attempts; its endpoint may have come back and
// have another one, and main counts that one's connections.
bool Cluster::IsMembers(const pool::Pool& pool) {
  const Member* const member = Find(*pool.endpoint());
  return member != nullptr && member->pool.get() == &pool;
}

health::ActiveCheck* Cluster::CheckOf(const pool::Pool& pool) {
  Member* const member = Find(*pool.endpoint());
  return member == nullptr ? nullptr : member->check.get();
}

}  // namespace evenkeel::proxy
