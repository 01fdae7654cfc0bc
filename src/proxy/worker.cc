#include "proxy/worker.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

// The same table with a reference count of its own: every call counts, and workers must not pass a
// cache line around for that.
std::shared_ptr<const RouteTable> WithOwnCount(const std::shared_ptr<const RouteTable>& table) {
  using Holder = std::shared_ptr<const RouteTable>;
  return {std::make_shared<const Holder>(table), table.get()};
}

}  // namespace

Worker::Worker(uint64_t seed, telemetry::WorkerMetrics& metrics, Events events)
    : events_(std::move(events)), random_(seed), context_{loop_, random_, metrics, {}} {}

Worker::~Worker() {
  if (thread_.joinable()) {
    loop_.Post([this] { loop_.Stop(); });
    thread_.join();
  }
  // Calls let go of their streams before the pools, which have them, go.
  listeners_.clear();
  connections_.clear();
}

void Worker::AddCluster(ClusterPlan plan) {
  auto cluster = std::make_unique<Cluster>(plan.settings, plan.picture, random_);
  for (const EndpointPlan& each : plan.endpoints) AddEndpoint(*cluster, each, plan);
  context_.clusters.push_back(std::move(cluster));
}

void Worker::AddEndpoint(Cluster& cluster, const EndpointPlan& endpoint, const ClusterPlan& plan) {
  Cluster::Member& member = cluster.AddMember(
      std::make_unique<pool::Pool>(loop_, random_, context_.metrics, endpoint.target, plan.pools,
                                   cluster.observer()),
      endpoint.outcomes);
  if (endpoint.asks == EndpointPlan::Asks::kNo) return;
  if (plan.settings.reports.oob_reporting_period > base::Duration::zero()) {
    member.load_stream = std::make_unique<health::LoadStream>(
        loop_, random_, *member.pool, plan.settings.reports.oob_reporting_period,
        cluster.LoadReporterOf(endpoint.target.endpoint, loop_));
    member.load_stream->Start();
  }
  if (!plan.health_check) return;
  auto report = cluster.ReporterOf(endpoint.target.endpoint);
  if (endpoint.asked_at) {
    member.check =
        std::make_unique<health::ActiveCheck>(loop_, random_, *plan.health_check, context_.metrics,
                                              *endpoint.asked_at, plan.pools, std::move(report));
  } else {
    member.check = std::make_unique<health::ActiveCheck>(loop_, random_, *plan.health_check,
                                                         *member.pool, std::move(report));
  }
}

void Worker::AddListener(ListenerPlan plan) {
  plans_.push_back(std::make_unique<ListenerPlan>(std::move(plan)));
  ListenerPlan& kept = *plans_.back();
  kept.routes = WithOwnCount(kept.routes);
  listeners_.push_back(std::make_unique<net::Listener>(
      loop_, std::move(kept.socket),
      [this, &kept](net::FileDescriptor socket) { Accept(kept, std::move(socket)); }));
}

void Worker::Start() {
  thread_ = std::thread([this] { loop_.Run(); });
}

void Worker::SetPicture(size_t cluster, Cluster::Picture picture) {
  loop_.Post([this, cluster, picture = std::move(picture)]() mutable {
    context_.clusters[cluster]->SetPicture(std::move(picture));
  });
}

void Worker::Drain() {
  loop_.Post([this] {
    listeners_.clear();  // takes what has connected already
    draining_ = true;
    for (const auto& each : connections_) each->Drain();
    ReportIfDrained();
  });
}

void Worker::FinishCalls(const rpc::Status& status) {
  loop_.Post([this, status] {
    for (const auto& each : connections_) each->FinishCalls(status);
  });
}

void Worker::Accept(const ListenerPlan& plan, net::FileDescriptor socket) {
  ClientConnection::Owner& owner = *this;
  auto connection = std::make_unique<ClientConnection>(context_, plan.routes, plan.settings,
                                                       std::move(socket), owner);
  connection->index = connections_.size();
  connections_.push_back(std::move(connection));
}

void Worker::OnConnectionGone(ClientConnection& connection) {
  const size_t index = connection.index;
  loop_.DeleteLater(std::move(connections_[index]));
  if (index + 1 < connections_.size()) {
    connections_[index] = std::move(connections_.back());
    connections_[index]->index = index;
  }
  connections_.pop_back();
  ReportIfDrained();
}

void Worker::ReportIfDrained() {
  if (draining_ && connections_.empty()) events_.on_drained();
}

}  // namespace evenkeel::proxy
