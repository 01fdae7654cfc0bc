#include "proxy/server/worker.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace evenkeel::proxy {
namespace {

// How often old streams may be moved.
constexpr auto kMovePeriod = std::chrono::seconds(1);

// How much more is taken before the worker looks again at who holds how much.
constexpr int64_t kLookStep = 1024 * 1024;

// Connections closed for good in one of the loop's deferred pieces of work.
constexpr size_t kClosedAtOnce = 2;

}  // namespace

Worker::Worker(unsigned number, uint64_t seed, telemetry::WorkerMetrics& metrics,
               std::shared_ptr<ReplayMemory::Pool> replay, Events events)
    : number_(number),
      events_(std::move(events)),
      random_(seed),
      context_{loop_, random_, metrics, ReplayMemory(std::move(replay))},
      move_timer_(loop_, [this] { MoveStreams(); }) {}

Worker::~Worker() {
  thread_.reset();
  for (const auto& each : bindings_) each->listeners.clear();
  // Calls let go of their streams before the pools, which have them, go.
  connections_.Clear();
  context_.mirrors.reset();
}

void Worker::WatchMemory(MemoryGuard& memory) {
  context_.memory = &memory;
  memory_relief_.emplace(memory);
}

void Worker::Start() {
  const auto begin = [this] {
    if (memory_relief_) base::BlockPool::SetWatch(this);
  };
  const auto end = [this] {
    dying_.clear();
    base::BlockPool::SetWatch(nullptr);
  };
  thread_.emplace(loop_, net::LoopThread::Events{.on_start = begin, .on_end = end});
}

// A peer may fill a turn with more than there is room for: what to do about it is done before the
// next read.
void Worker::OnGrowth(int64_t taken) noexcept {
  if (context_.memory->OnTaken(taken) == MemoryGuard::Level::kEnough) {
    next_look_ = 0;  // it is of the last time that memory was tight
    return;
  }
  if (taken < next_look_) return;
  next_look_ = taken + kLookStep;
  loop_.ScheduleFlush(*this);
  loop_.EndTurnSoon();
}

// Main looks when those that have ended are gone.
void Worker::Flush() {
  RelieveMemory(context_.memory->IsOver() ? MemoryRelief::Ends::kWhoHoldsMost
                                          : MemoryRelief::Ends::kNobody);
  loop_.Post([this] {
    if (events_.on_memory_tight) events_.on_memory_tight();
  });
}

void Worker::LookAtMemory(MemoryRelief::Ends ends) {
  if (ends == MemoryRelief::Ends::kWhoHoldsMost) ends_wanted_ = true;
  if (look_wanted_.exchange(true)) return;
  loop_.Post([this] {
    look_wanted_ = false;
    RelieveMemory(ends_wanted_.exchange(false) ? MemoryRelief::Ends::kWhoHoldsMost
                                               : MemoryRelief::Ends::kNobody);
  });
}

void Worker::RelieveMemory(MemoryRelief::Ends ends) {
  const bool ended = memory_relief_->Look(connections_, ends);
  next_look_ = base::BlockPool::taken() + kLookStep;
  if (ended) ReleaseBlocks();
}

// When those that have ended are gone, and with them the reason to keep blocks for the next.
void Worker::ReleaseBlocks() {
  loop_.Post([this] {
    if (!dying_.empty()) return ReleaseBlocks();
    base::BlockPool::Release();
  });
}

void Worker::Assign(Assignment assignment) {
  // In a shared_ptr because what is posted can be copied, and sockets cannot.
  auto shared = std::make_shared<Assignment>(std::move(assignment));
  loop_.Post([this, shared = std::move(shared)] { Take(*shared); });
}

void Worker::Update(ClusterPart cluster) {
  loop_.Post([this, cluster = std::move(cluster)]() mutable {
    TakeCluster(cluster);
    context_.health.LookAgain();
  });
}

void Worker::SetSnapshot(ClusterId cluster, Cluster::Snapshot snapshot) {
  loop_.Post([this, cluster, snapshot = std::move(snapshot)]() mutable {
    const auto found = clusters_.find(cluster);
    if (found != clusters_.end()) found->second->cluster()->SetSnapshot(std::move(snapshot));
    context_.health.LookAgain();
  });
}

void Worker::SetReady(HealthService::Ready ready) {
  loop_.Post([this, ready] { context_.health.SetReady(ready); });
}

void Worker::Take(Assignment& assignment) {
  TakeClusters(assignment.clusters);
  std::vector<base::LocalPtr<ListenerBinding>> bindings;
  for (ListenerPart& each : assignment.listeners) bindings.push_back(TakeListener(each));
  CloseRemoved(bindings);
  bindings_ = std::move(bindings);
  context_.health.LookAgain();
}

void Worker::TakeClusters(std::vector<ClusterPart>& parts) {
  std::unordered_set<ClusterId> staying;
  for (ClusterPart& each : parts) {
    staying.insert(each.spec->id);
    TakeCluster(each);
  }
  std::erase_if(clusters_, [&staying](const auto& each) { return !staying.contains(each.first); });
}

void Worker::TakeCluster(ClusterPart& part) {
  std::unique_ptr<WorkerCluster>& worker_cluster = clusters_[part.spec->id];
  if (!worker_cluster) {
    worker_cluster = std::make_unique<WorkerCluster>(
        WorkerCluster::Context{number_, loop_, random_, context_.metrics}, part.spec,
        std::move(part.snapshot).value());
  } else {
    worker_cluster->Update(part.spec);
    if (part.snapshot) worker_cluster->cluster()->SetSnapshot(std::move(*part.snapshot));
  }
  if (part.spec->settings.mover && !move_timer_.running()) move_timer_.StartAfter(kMovePeriod);
}

base::LocalPtr<ListenerBinding> Worker::TakeListener(ListenerPart& part) {
  base::LocalPtr<ListenerBinding> binding = BindingOf(part);
  binding->settings = part.settings;
  if (!binding->routes || binding->routes->table != part.routes) {
    binding->routes = MakeRoutes(part.routes);
  }
  return binding;
}

CurrentRoutes Worker::MakeRoutes(std::shared_ptr<const RouteTable> table) const {
  std::vector<base::LocalPtr<Cluster>> clusters;
  for (const std::optional<ClusterId>& each : table->clusters()) {
    clusters.push_back(each ? clusters_.at(*each)->cluster() : base::LocalPtr<Cluster>());
  }
  return base::MakeLocal<const Routes>(std::move(table), std::move(clusters));
}

base::LocalPtr<ListenerBinding> Worker::BindingOf(ListenerPart& part) {
  const auto known =
      std::ranges::find(bindings_, part.id, [](const auto& each) { return each->id; });
  if (known != bindings_.end()) return *known;
  auto binding = base::MakeLocal<ListenerBinding>(part.id);
  binding->connections = part.connections;
  const net::Listener::Brakes brakes = {
      .descriptors = descriptors_,
      .connections = binding->connections.get(),
      .closed = context_.memory == nullptr ? nullptr : &context_.memory->tight(),
      .most_deferred = &binding->settings.max_handshakes};
  for (base::FileDescriptor& each : part.sockets) {
    binding->listeners.push_back(std::make_unique<net::Listener>(
        loop_, std::move(each),
        [this, at = binding.get()](base::FileDescriptor socket) { Accept(*at, std::move(socket)); },
        brakes, events_.on_accept_paused));
  }
  return binding;
}

void Worker::CloseRemoved(const std::vector<base::LocalPtr<ListenerBinding>>& staying) {
  for (const auto& binding : bindings_) {
    const bool stays = std::ranges::any_of(
        staying, [&binding](const auto& each) { return each.get() == binding.get(); });
    if (stays) continue;
    binding->listeners.clear();  // takes what has connected already
    for (const auto& each : connections_) {
      if (each->binding() == binding.get()) each->Drain();
    }
  }
}

void Worker::Drain(Queued queued) {
  loop_.Post([this, queued] {
    for (const auto& binding : bindings_) {
      if (queued == Queued::kLeave) {
        for (const auto& each : binding->listeners) each->LeaveQueue();
      }
      binding->listeners.clear();
    }
    draining_ = true;
    context_.health.Drain();
    for (const auto& each : connections_) each->Drain();
    ReportIfDrained();
  });
}

void Worker::Ask(std::function<void()> on_turn) { loop_.Post(std::move(on_turn)); }

void Worker::FinishCalls(const rpc::Status& status) {
  loop_.Post([this, status] {
    for (const auto& each : connections_) each->FinishCalls(status);
  });
}

void Worker::MoveStreams() {
  std::erase_if(movers_, [this](const auto& each) { return !clusters_.contains(each.first); });
  for (const auto& [id, worker_cluster] : clusters_) {
    const auto& settings = worker_cluster->cluster()->mover();
    if (!settings) {
      movers_.erase(id);
      continue;
    }
    StreamMover& mover = movers_.try_emplace(id, *settings, loop_.Now()).first->second;
    mover.set_settings(*settings);
    MoveStreams(*worker_cluster->cluster(), mover);
  }
  if (!movers_.empty() && !draining_) move_timer_.StartAfter(kMovePeriod);
}

void Worker::MoveStreams(const Cluster& cluster, StreamMover& mover) {
  std::vector<Call*> calls;
  for (const auto& each : connections_) each->CollectCalls(cluster, calls);
  std::erase_if(calls, [](const Call* each) { return each->stream().endpoint == nullptr; });
  std::vector<StreamMover::Stream> streams;
  for (const Call* each : calls) streams.push_back(each->stream());
  std::vector<StreamMover::Load> loads;
  for (const balancer::EndpointPtr& each : cluster.eligible()) {
    loads.push_back({each.get(), each->in_flight()});
  }
  for (const size_t chosen : mover.Choose(loop_.Now(), streams, loads)) calls[chosen]->Move();
}

void Worker::Accept(ListenerBinding& binding, base::FileDescriptor socket) {
  ClientConnection::Owner& owner = *this;
  connections_.Add(std::make_unique<ClientConnection>(
      context_, base::LocalPtr<ListenerBinding>(&binding), std::move(socket), owner));
}

void Worker::OnConnectionGone(ClientConnection& connection) {
  dying_.push_back(connections_.Take(connection));
  loop_.Defer(*this);
  ReportIfDrained();
}

// It takes some ten microseconds to close a socket, and thousands may end in one turn: calls of
// others come in between.
void Worker::RunDeferred() {
  for (size_t i = 0; i < kClosedAtOnce && !dying_.empty(); ++i) dying_.pop_front();
  if (!dying_.empty()) loop_.Defer(*this);
}

void Worker::OnClientEnded(telemetry::ClientEnd reason, const std::string& client_host,
                           const std::string& detail) {
  if (events_.on_client_ended) events_.on_client_ended({reason, client_host, detail});
}

void Worker::ReportIfDrained() {
  if (draining_ && connections_.empty()) events_.on_drained();
}

}  // namespace evenkeel::proxy
