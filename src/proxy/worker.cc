#include "proxy/worker.h"

#include <utility>

namespace evenkeel::proxy {

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
  auto cluster = std::make_unique<Cluster>(plan.name, std::move(plan.picker), random_);
  pool::Pool::Observer& observer = *this;
  for (pool::Pool::Target& target : plan.targets) {
    cluster->AddPool(std::make_unique<pool::Pool>(loop_, random_, context_.metrics,
                                                  std::move(target), plan.settings, observer));
  }
  context_.clusters.push_back(std::move(cluster));
}

void Worker::AddListener(ListenerPlan plan) {
  plans_.push_back(std::make_unique<ListenerPlan>(std::move(plan)));
  ListenerPlan& kept = *plans_.back();
  listeners_.push_back(std::make_unique<net::Listener>(
      loop_, std::move(kept.socket),
      [this, &kept](net::FileDescriptor socket) { Accept(kept, std::move(socket)); }));
}

void Worker::Start() {
  thread_ = std::thread([this] { loop_.Run(); });
}

void Worker::SetPicker(size_t cluster, std::shared_ptr<const balancer::Picker> picker) {
  loop_.Post([this, cluster, picker = std::move(picker)]() mutable {
    context_.clusters[cluster]->SetPicker(std::move(picker));
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
  auto connection = std::make_unique<ClientConnection>(context_, *plan.routes, plan.settings,
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

void Worker::OnReadyChanged(pool::Pool& pool, const std::string& reason) {
  events_.on_ready_changed(pool.endpoint(), pool.state() == pool::Pool::State::kReady, reason);
}

void Worker::ReportIfDrained() {
  if (draining_ && connections_.empty()) events_.on_drained();
}

}  // namespace evenkeel::proxy
