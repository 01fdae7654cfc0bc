#include "proxy/worker.h"

#include <algorithm>
#include <utility>

namespace evenkeel::proxy {
namespace {

// How often old streams may be moved.
constexpr auto kMovePeriod = std::chrono::seconds(1);

}  // namespace

Worker::Worker(unsigned number, uint64_t seed, telemetry::WorkerMetrics& metrics,
               std::shared_ptr<ReplayMemory::Pool> replay, Events events)
    : number_(number),
      events_(std::move(events)),
      random_(seed),
      context_{loop_, random_, metrics, ReplayMemory(std::move(replay))},
      move_timer_(loop_, [this] { MoveStreams(); }) {}

Worker::~Worker() {
  if (thread_.joinable()) {
    loop_.Post([this] { loop_.Stop(); });
    thread_.join();
  }
  for (const auto& each : entrances_) each->listeners.clear();
  // Calls let go of their streams before the pools, which have them, go.
  connections_.clear();
  context_.mirrored.clear();
}

void Worker::Start() {
  thread_ = std::thread([this] { loop_.Run(); });
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

void Worker::SetPicture(ClusterId cluster, Cluster::Picture picture) {
  loop_.Post([this, cluster, picture = std::move(picture)]() mutable {
    const auto found = rosters_.find(cluster);
    if (found != rosters_.end()) found->second->cluster()->SetPicture(std::move(picture));
    context_.health.LookAgain();
  });
}

void Worker::SetReady(HealthService::Ready ready) {
  loop_.Post([this, ready] { context_.health.SetReady(ready); });
}

void Worker::Take(Assignment& assignment) {
  const auto clusters = TakeClusters(assignment.clusters);
  std::vector<base::LocalPtr<Entrance>> entrances;
  for (ListenerPart& each : assignment.listeners) {
    entrances.push_back(TakeListener(each));
    entrances.back()->routes = base::MakeLocal<const Routes>(each.routes, clusters);
    entrances.back()->settings = each.settings;
  }
  CloseRemoved(entrances);
  entrances_ = std::move(entrances);
  context_.health.LookAgain();
}

std::vector<base::LocalPtr<Cluster>> Worker::TakeClusters(std::vector<ClusterPart>& parts) {
  std::vector<base::LocalPtr<Cluster>> clusters;
  for (ClusterPart& each : parts) clusters.push_back(TakeCluster(each));
  std::erase_if(rosters_, [&parts](const auto& roster) {
    return std::ranges::none_of(
        parts, [&roster](const ClusterPart& part) { return part.plan->id == roster.first; });
  });
  return clusters;
}

base::LocalPtr<Cluster> Worker::TakeCluster(ClusterPart& part) {
  std::unique_ptr<Roster>& roster = rosters_[part.plan->id];
  if (!roster) {
    roster = std::make_unique<Roster>(context_, number_, part.plan, std::move(part.picture));
  } else {
    roster->Update(part.plan);
    roster->cluster()->SetPicture(std::move(part.picture));
  }
  if (part.plan->settings.mover && !move_timer_.running()) move_timer_.StartAfter(kMovePeriod);
  return roster->cluster();
}

base::LocalPtr<Entrance> Worker::TakeListener(ListenerPart& part) {
  const auto known =
      std::ranges::find(entrances_, part.id, [](const auto& each) { return each->id; });
  if (known != entrances_.end()) return *known;
  auto entrance = base::MakeLocal<Entrance>(part.id);
  for (net::FileDescriptor& each : part.sockets) {
    entrance->listeners.push_back(std::make_unique<net::Listener>(
        loop_, std::move(each), [this, at = entrance.get()](net::FileDescriptor socket) {
          Accept(*at, std::move(socket));
        }));
  }
  return entrance;
}

void Worker::CloseRemoved(const std::vector<base::LocalPtr<Entrance>>& staying) {
  for (const auto& entrance : entrances_) {
    const bool stays = std::ranges::any_of(
        staying, [&entrance](const auto& each) { return each.get() == entrance.get(); });
    if (stays) continue;
    entrance->listeners.clear();  // takes what has connected already
    for (const auto& each : connections_) {
      if (each->entrance() == entrance.get()) each->Drain();
    }
  }
}

void Worker::Drain(Queued queued) {
  loop_.Post([this, queued] {
    for (const auto& entrance : entrances_) {
      if (queued == Queued::kLeave) {
        for (const auto& each : entrance->listeners) each->LeaveQueue();
      }
      entrance->listeners.clear();
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
  std::erase_if(movers_, [this](const auto& each) { return !rosters_.contains(each.first); });
  for (const auto& [id, roster] : rosters_) {
    const auto& settings = roster->cluster()->mover();
    if (!settings) {
      movers_.erase(id);
      continue;
    }
    StreamMover& mover = movers_.try_emplace(id, *settings, loop_.Now()).first->second;
    mover.set_settings(*settings);
    MoveStreams(*roster->cluster(), mover);
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

void Worker::Accept(Entrance& entrance, net::FileDescriptor socket) {
  ClientConnection::Owner& owner = *this;
  auto connection = std::make_unique<ClientConnection>(
      context_, base::LocalPtr<Entrance>(&entrance), std::move(socket), owner);
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
