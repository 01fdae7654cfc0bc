#include "proxy/server.h"

#include <algorithm>
#include <utility>

#include "balancer/least_request.h"
#include "balancer/round_robin.h"
#include "discovery/static_endpoints.h"
#include "net/listener.h"

namespace evenkeel::proxy {
namespace {

using base::Error;
using base::Result;

// After the drain timeout has ended the calls, their last bytes get this long to leave.
constexpr auto kLastWords = std::chrono::seconds(2);

std::unique_ptr<balancer::Policy> MakePolicy(const config::Policy& policy, base::Random& random) {
  switch (policy.kind) {
    case config::Policy::Kind::kRoundRobin:
      return std::make_unique<balancer::RoundRobin>(random());
    case config::Policy::Kind::kLeastRequest:
      return std::make_unique<balancer::LeastRequest>(balancer::LeastRequest::Settings{
          .choice_count = policy.choice_count, .full_scan_limit = policy.full_scan_limit});
  }
  return nullptr;
}

std::string PolicyName(config::Policy::Kind kind) {
  return kind == config::Policy::Kind::kRoundRobin ? "round_robin" : "least_request";
}

http2::SessionSettings SessionSettingsOf(const config::Http2& http2) {
  return {http2.stream_window, http2.connection_window, http2.max_concurrent_streams,
          http2.max_header_list};
}

pool::Pool::Settings PoolSettingsOf(const config::Cluster& cluster) {
  const config::Connection& connection = cluster.connection;
  return {.http2 = SessionSettingsOf(cluster.http2),
          .backoff = {.initial = connection.initial_backoff,
                      .max = connection.max_backoff,
                      .multiplier = connection.backoff_multiplier,
                      .jitter = connection.backoff_jitter},
          .connect_timeout = connection.connect_timeout,
          .max_connections = connection.max_connections,
          .max_pending = cluster.max_pending_calls};
}

}  // namespace

Result<std::unique_ptr<Server>, std::string> Server::Start(net::EventLoop& loop,
                                                           const config::Config& config,
                                                           const Options& options,
                                                           telemetry::Metrics& metrics,
                                                           telemetry::Log& log) {
  std::unique_ptr<Server> server(new Server(loop, options, log));
  if (auto added = server->AddClusters(config, metrics); !added) return Error(added.error());
  if (auto added = server->AddListeners(config); !added) return Error(added.error());
  for (const auto& worker : server->workers_) worker->Start();
  return server;
}

Server::Server(net::EventLoop& loop, const Options& options, telemetry::Log& log)
    : loop_(loop), options_(options), log_(log), drain_timer_(loop, [this] { OnDrainTimeout(); }) {}

Server::~Server() = default;

Result<void, std::string> Server::AddClusters(const config::Config& config,
                                              telemetry::Metrics& metrics) {
  base::Random random(options_.seed);
  const Worker::Events events = {
      .on_ready_changed =
          [this](const balancer::EndpointPtr& endpoint, bool ready, std::string reason) {
            loop_.Post([this, endpoint, ready, reason = std::move(reason)] {
              OnReadyChanged(endpoint, ready, reason);
            });
          },
      .on_drained = [this] { loop_.Post([this] { OnWorkerDrained(); }); }};
  for (unsigned i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(random(), metrics.AddWorker(), events));
  }
  for (const config::Cluster& each : config.clusters) {
    const auto resolved = discovery::ResolveEndpoints(each);
    if (!resolved) return Error(resolved.error());
    std::vector<balancer::EndpointPtr> endpoints;
    std::vector<pool::Pool::Target> targets;
    for (const auto& [endpoint, addresses] : *resolved) {
      endpoints.push_back(endpoint);
      targets.push_back(
          {endpoint, metrics.RegisterEndpoint(each.name, endpoint->address()), addresses});
    }
    clusters_.emplace_back(new Cluster{each.name,
                                       PolicyName(each.policy.kind),
                                       {MakePolicy(each.policy, random), std::move(endpoints)},
                                       {}});
    for (const auto& worker : workers_) {
      worker->AddCluster(
          {each.name, clusters_.back()->endpoints.picker(), targets, PoolSettingsOf(each)});
    }
  }
  return {};
}

Result<void, std::string> Server::AddListeners(const config::Config& config) {
  for (const config::Listener& each : config.listeners) {
    auto sockets = net::OpenListeners(each.address, workers_.size());
    if (!sockets) return Error(sockets.error());
    listening_on_.push_back(net::SocketAddress::OfSocket(sockets->front().get()).ToString());
    const auto routes = std::make_shared<const RouteTable>(each, config.clusters);
    for (size_t i = 0; i < workers_.size(); ++i) {
      workers_[i]->AddListener({std::move((*sockets)[i]), routes, SessionSettingsOf(each.http2)});
    }
  }
  return {};
}

std::vector<ClusterStatus> Server::Clusters() const {
  std::vector<ClusterStatus> result;
  for (const auto& cluster : clusters_) {
    ClusterStatus status{cluster->name, cluster->policy, {}};
    for (const balancer::EndpointPtr& each : cluster->endpoints.endpoints()) {
      const auto reason = cluster->reasons.find(each.get());
      status.endpoints.push_back({each->address(), cluster->endpoints.IsEligible(*each),
                                  reason == cluster->reasons.end() ? "" : reason->second,
                                  cluster->endpoints.Connections(*each), each->in_flight(),
                                  each->picked()});
    }
    result.push_back(std::move(status));
  }
  return result;
}

std::vector<std::string> Server::NotReadyReasons() const {
  std::vector<std::string> reasons;
  if (draining_) reasons.push_back("draining");
  for (const auto& cluster : clusters_) {
    if (cluster->endpoints.EligibleCount() > 0) continue;
    reasons.push_back("cluster " + cluster->name + " has no endpoint that can take calls");
  }
  return reasons;
}

void Server::OnReadyChanged(const balancer::EndpointPtr& endpoint, bool ready,
                            const std::string& reason) {
  for (size_t i = 0; i < clusters_.size(); ++i) {
    if (std::ranges::count(clusters_[i]->endpoints.endpoints(), endpoint) > 0) {
      ApplyReadyChange(i, endpoint, ready, reason);
    }
  }
}

void Server::ApplyReadyChange(size_t index, const balancer::EndpointPtr& endpoint, bool ready,
                              const std::string& reason) {
  Cluster& cluster = *clusters_[index];
  if (!cluster.endpoints.ConnectionsChanged(*endpoint, ready ? +1 : -1)) return;
  cluster.reasons[endpoint.get()] = reason;
  for (const auto& worker : workers_) worker->SetPicker(index, cluster.endpoints.picker());
  if (ready) {
    log_.Info("endpoint up", {{"cluster", cluster.name}, {"endpoint", endpoint->address()}});
  } else if (!draining_) {
    log_.Warning(
        "endpoint down",
        {{"cluster", cluster.name}, {"endpoint", endpoint->address()}, {"reason", reason}});
  }
}

void Server::Drain(std::function<void()> on_done) {
  if (std::exchange(draining_, true)) return;
  on_drained_ = std::move(on_done);
  for (const auto& worker : workers_) worker->Drain();
  drain_timer_.StartAfter(options_.drain_timeout);
}

void Server::OnWorkerDrained() {
  if (++drained_workers_ == workers_.size()) FinishDrain();
}

void Server::OnDrainTimeout() {
  if (std::exchange(calls_ended_, true)) return FinishDrain();
  log_.Warning("drain timeout: ending the calls that are left");
  for (const auto& worker : workers_) {
    worker->FinishCalls(
        {rpc::StatusCode::kUnavailable, "evenkeel is shutting down: the drain timeout has passed"});
  }
  drain_timer_.StartAfter(kLastWords);
}

void Server::FinishDrain() {
  drain_timer_.Stop();
  if (on_drained_) std::exchange(on_drained_, nullptr)();
}

}  // namespace evenkeel::proxy
