#include "proxy/cluster/worker_cluster.h"

#include <unordered_set>
#include <utility>

namespace evenkeel::proxy {
namespace {

// A connection takes a worker some 90 µs to start: thousands that come at once take a tenth of its
// time, and the calls have the rest.
constexpr size_t kAddedAtOnce = 16;
constexpr size_t kAddedPerPause = 4;
constexpr auto kPause = std::chrono::milliseconds(4);

}  // namespace

WorkerCluster::WorkerCluster(Context context, std::shared_ptr<const ClusterSpec> spec,
                             Cluster::Snapshot snapshot)
    : context_(context),
      spec_(std::move(spec)),
      cluster_(base::MakeLocal<Cluster>(spec_->settings, spec_->shared, spec_->events,
                                        std::move(snapshot), context.random)),
      add_timer_(context.loop, [this] { AddSome(kAddedPerPause); }) {
  AddSome(kAddedAtOnce);
}

WorkerCluster::~WorkerCluster() { cluster_->Retire(); }

void WorkerCluster::Update(std::shared_ptr<const ClusterSpec> spec) {
  if (spec == spec_) return;
  const bool asks_anew = spec->health_check != spec_->health_check ||
                         spec->settings.reports != spec_->settings.reports;
  RemoveGone(*spec);
  spec_ = std::move(spec);
  cluster_->SetSettings(spec_->settings, spec_->shared);
  for (const EndpointSpec& each : spec_->endpoints) {
    if (Cluster::Member* member = cluster_->Find(*each.target.endpoint)) {
      Refresh(*member, each, asks_anew);
    }
  }
  next_ = 0;
  AddSome(kAddedAtOnce);
}

void WorkerCluster::RemoveGone(const ClusterSpec& next) {
  std::unordered_set<const balancer::Endpoint*> staying;
  for (const EndpointSpec& each : next.endpoints) staying.insert(each.target.endpoint.get());
  for (const EndpointSpec& each : spec_->endpoints) {
    const balancer::Endpoint& endpoint = *each.target.endpoint;
    if (!staying.contains(&endpoint)) cluster_->RemoveMember(endpoint);
  }
}

void WorkerCluster::Refresh(Cluster::Member& member, const EndpointSpec& endpoint, bool asks_anew) {
  member.outcomes = endpoint.outcomes;
  member.pool->SetSettings(spec_->pools);
  if (!asks_anew) return;
  member.check.reset();
  member.load_stream.reset();
  Ask(member, endpoint);
}

void WorkerCluster::AddSome(size_t most) {
  for (size_t added = 0; next_ < spec_->endpoints.size(); ++next_) {
    const EndpointSpec& endpoint = spec_->endpoints[next_];
    if (cluster_->Find(*endpoint.target.endpoint) != nullptr) continue;
    if (added++ == most) return add_timer_.StartAfter(kPause);
    Add(endpoint);
  }
}

void WorkerCluster::Add(const EndpointSpec& endpoint) {
  Cluster::Member& member = cluster_->AddMember(
      std::make_unique<pool::Pool>(context_.loop, context_.random, context_.metrics,
                                   endpoint.target, spec_->pools, cluster_->observer()),
      endpoint.outcomes);
  Ask(member, endpoint);
}

void WorkerCluster::Ask(Cluster::Member& member, const EndpointSpec& endpoint) {
  if (endpoint.asker != context_.worker) return;
  if (spec_->settings.reports.oob_reporting_period > base::Duration::zero()) AskForLoad(member);
  if (spec_->health_check) AskForHealth(member, endpoint);
}

void WorkerCluster::AskForLoad(Cluster::Member& member) {
  member.load_stream = std::make_unique<health::LoadStream>(
      context_.loop, context_.random, *member.pool, spec_->settings.reports.oob_reporting_period,
      cluster_->LoadReporterOf(member.pool->endpoint(), context_.loop));
  member.load_stream->Start();
}

void WorkerCluster::AskForHealth(Cluster::Member& member, const EndpointSpec& endpoint) {
  auto report = cluster_->ReporterOf(member.pool->endpoint());
  const config::HealthCheck& settings = *spec_->health_check;
  if (endpoint.asked_at) {
    member.check = std::make_unique<health::ActiveCheck>(context_.loop, context_.random, settings,
                                                         context_.metrics, *endpoint.asked_at,
                                                         spec_->pools, std::move(report));
    return;
  }
  member.check = std::make_unique<health::ActiveCheck>(context_.loop, context_.random, settings,
                                                       *member.pool, std::move(report));
  if (member.pool->state() == pool::Pool::State::kReady) member.check->PoolReady();
}

}  // namespace evenkeel::proxy
