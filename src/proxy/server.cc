#include "proxy/server.h"

#include <algorithm>
#include <utility>

#include "balancer/policy_settings.h"
#include "discovery/static_endpoints.h"
#include "net/listener.h"

namespace evenkeel::proxy {
namespace {

using base::Error;
using base::Result;

// After the drain timeout has ended the calls, their last bytes get this long to leave.
constexpr auto kLastWords = std::chrono::seconds(2);

// What the fairness metric looks back over.
constexpr base::Duration kFairnessWindow = std::chrono::seconds(10);

http2::SessionSettings SessionSettingsOf(const config::Http2& http2) {
  return {http2.stream_window, http2.connection_window, http2.max_concurrent_streams,
          http2.max_header_list};
}

config::Balancing WithSubsetSeed(config::Balancing balancing, uint64_t seed) {
  balancing.subset_seed = seed;
  return balancing;
}

ClientConnection::Settings ConnectionSettingsOf(const config::Listener& listener) {
  using KeepaliveWithoutCalls = rpc::Keepalive::Settings::WithoutCalls;
  using PingsWithoutCalls = PingEnforcement::Settings::WithoutCalls;
  const config::ClientKeepalive& keepalive = listener.keepalive;
  return {.http2 = SessionSettingsOf(listener.http2),
          .keepalive = {.time = keepalive.time,
                        .timeout = keepalive.timeout,
                        .without_calls = KeepaliveWithoutCalls::kYes},
          .pings = {.min_time = keepalive.permit_time,
                    .without_calls = keepalive.permit_without_calls ? PingsWithoutCalls::kYes
                                                                    : PingsWithoutCalls::kNo,
                    .max_strikes = keepalive.max_ping_strikes},
          .lifetime = {.max_idle = listener.lifetime.max_idle,
                       .max_age = listener.lifetime.max_age,
                       .max_age_grace = listener.lifetime.max_age_grace}};
}

rpc::Keepalive::Settings KeepaliveOf(const config::Cluster& cluster) {
  using WithoutCalls = rpc::Keepalive::Settings::WithoutCalls;
  if (!cluster.keepalive) return {};
  return {
      .time = cluster.keepalive->time,
      .timeout = cluster.keepalive->timeout,
      .without_calls = cluster.keepalive->without_calls ? WithoutCalls::kYes : WithoutCalls::kNo};
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
          .max_pending = cluster.max_pending_calls,
          .keepalive = KeepaliveOf(cluster)};
}

rpc::FailureSet FailuresOf(const config::Cluster& cluster) {
  return cluster.outlier_detection ? rpc::FailureSetOf(cluster.outlier_detection->statuses)
                                   : rpc::DefaultFailures();
}

// Health checks that do not go over the connections of the calls.
bool IsAskedElsewhere(const config::HealthCheck& check) {
  return check.port || check.type != config::HealthCheck::Type::kGrpc;
}

std::vector<net::SocketAddress> AtPort(std::vector<net::SocketAddress> addresses,
                                       std::optional<uint16_t> port) {
  if (port) {
    for (net::SocketAddress& each : addresses) each.set_port(*port);
  }
  return addresses;
}

}  // namespace

Result<std::unique_ptr<Server>, std::string> Server::Start(net::EventLoop& loop,
                                                           const config::Config& config,
                                                           const Options& options,
                                                           telemetry::Metrics& metrics,
                                                           telemetry::Log& log) {
  std::unique_ptr<Server> server(new Server(loop, options, metrics, log));
  if (auto added = server->AddClusters(config, metrics); !added) return Error(added.error());
  if (auto added = server->AddListeners(config); !added) return Error(added.error());
  for (const auto& worker : server->workers_) worker->Start();
  server->SampleFairness();
  return server;
}

Server::Cluster::Cluster(const config::Cluster& config,
                         std::vector<balancer::EndpointPtr> endpoints, base::Random& random,
                         const base::Clock& clock, telemetry::HealthMetrics& metrics,
                         telemetry::Log& log)
    : name(config.name),
      policy(config::PolicyName(config.policy)),
      endpoints([policy = config.policy, &random] { return balancer::MakePolicy(policy, random); },
                std::move(endpoints), WithSubsetSeed(config.balancing, random()), clock),
      health(config, this->endpoints, clock, random, metrics, log) {}

Server::Server(net::EventLoop& loop, const Options& options, telemetry::Metrics& metrics,
               telemetry::Log& log)
    : loop_(loop),
      options_(options),
      metrics_(metrics),
      log_(log),
      random_(options.seed),
      drain_timer_(loop, [this] { OnDrainTimeout(); }),
      sample_timer_(loop, [this] { SampleFairness(); }) {}

Server::~Server() {
  loop_.CancelFlush(*this);
  workers_.clear();  // their threads refer to the clusters
}

Result<void, std::string> Server::AddClusters(const config::Config& config,
                                              telemetry::Metrics& metrics) {
  AddWorkers(metrics);
  for (const config::Cluster& each : config.clusters) {
    const auto resolved = discovery::ResolveEndpoints(each);
    if (!resolved) return Error(resolved.error());
    AddCluster(each, *resolved, metrics);
  }
  return {};
}

void Server::AddWorkers(telemetry::Metrics& metrics) {
  const Worker::Events events = {
      .on_drained = [this] { loop_.Post([this] { OnWorkerDrained(); }); }};
  for (unsigned i = 0; i < options_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(random_(), metrics.AddWorker(), events));
  }
}

void Server::AddCluster(const config::Cluster& config,
                        const std::vector<discovery::ResolvedEndpoint>& resolved,
                        telemetry::Metrics& metrics) {
  std::vector<balancer::EndpointPtr> endpoints;
  for (const auto& each : resolved) endpoints.push_back(each.endpoint);
  clusters_.push_back(std::make_unique<Cluster>(config, std::move(endpoints), random_, loop_,
                                                metrics.health(), log_));
  Cluster& cluster = *clusters_.back();
  std::optional<balancer::HashInput> hash;
  if (const auto* input = balancer::HashInputOf(config.policy)) hash = *input;
  Worker::ClusterPlan plan{.settings = {.name = config.name,
                                        .hash = hash,
                                        .failures = FailuresOf(config),
                                        .max_waiting = config.max_pending_calls,
                                        .reports = config::LoadReportsOf(config.policy),
                                        .events = EventsOf(cluster)},
                           .picture = PictureOf(cluster),
                           .endpoints = PlanEndpoints(config, cluster, resolved, metrics),
                           .pools = PoolSettingsOf(config),
                           .health_check = config.health_check};
  for (size_t worker = 0; worker < workers_.size(); ++worker) {
    using Asks = Worker::EndpointPlan::Asks;
    for (size_t i = 0; i < plan.endpoints.size(); ++i) {
      const bool asks = (clusters_.size() + i) % workers_.size() == worker;
      plan.endpoints[i].asks = asks ? Asks::kYes : Asks::kNo;
    }
    workers_[worker]->AddCluster(plan);
  }
  StartTimers(cluster);
}

std::vector<Worker::EndpointPlan> Server::PlanEndpoints(
    const config::Cluster& config, Cluster& cluster,
    const std::vector<discovery::ResolvedEndpoint>& resolved, telemetry::Metrics& metrics) {
  std::vector<Worker::EndpointPlan> plans;
  for (const auto& [endpoint, addresses] : resolved) {
    // Only those that are left after subsetting get connections.
    if (std::ranges::count(cluster.endpoints.endpoints(), endpoint) == 0) continue;
    Worker::EndpointPlan plan{
        .target = {endpoint, metrics.RegisterEndpoint(config.name, endpoint->address()), addresses},
        .outcomes = cluster.health.OutcomesOf(*endpoint),
        .asked_at = {}};
    if (config.health_check && IsAskedElsewhere(*config.health_check)) {
      plan.asked_at = {endpoint, plan.target.id, AtPort(addresses, config.health_check->port)};
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

proxy::Cluster::Events Server::EventsOf(Cluster& cluster) {
  return {
      .on_connection =
          [this, &cluster](const balancer::EndpointPtr& endpoint, int change, std::string reason) {
            loop_.Post([this, &cluster, endpoint, change, reason = std::move(reason)] {
              if (cluster.health.OnConnection(*endpoint, change, reason)) Distribute(cluster);
            });
          },
      .on_probe =
          [this, &cluster](const balancer::EndpointPtr& endpoint, health::ProbeReport report) {
            loop_.Post([this, &cluster, endpoint, report = std::move(report)] {
              if (cluster.health.OnProbe(*endpoint, report)) Distribute(cluster);
            });
          },
      .on_consecutive_failures =
          [this, &cluster](const balancer::EndpointPtr& endpoint) {
            loop_.Post([this, &cluster, endpoint] {
              if (cluster.health.OnConsecutiveFailures(*endpoint)) Distribute(cluster);
            });
          }};
}

void Server::StartTimers(Cluster& cluster) {
  if (const auto period = cluster.endpoints.RefreshPeriod()) {
    cluster.refresh.emplace(loop_, [this, &cluster, period = *period] {
      if (cluster.endpoints.Refresh()) Distribute(cluster);
      cluster.refresh->StartAfter(period);
    });
    cluster.refresh->StartAfter(*period);
  }
  if (const auto interval = cluster.health.sweep_interval()) {
    cluster.sweep.emplace(loop_, [this, &cluster, interval = *interval] {
      if (cluster.health.Sweep()) Distribute(cluster);
      cluster.sweep->StartAfter(interval);
    });
    cluster.sweep->StartAfter(*interval);
  }
}

proxy::Cluster::Picture Server::PictureOf(const Cluster& cluster) const {
  return {cluster.endpoints.picker(),
          std::make_shared<const health::Outlook>(cluster.health.LookOut())};
}

void Server::SampleFairness() {
  using Panic = telemetry::BalancerMetrics::Panic;
  for (const auto& cluster : clusters_) {
    std::vector<balancer::EndpointPtr> eligible;
    for (const balancer::EndpointPtr& each : cluster->endpoints.endpoints()) {
      if (cluster->endpoints.IsEligible(*each)) eligible.push_back(each);
    }
    cluster->fairness.Sample(eligible);
    metrics_.balancer().Set(cluster->name, cluster->fairness.value(),
                            cluster->endpoints.InPanic() ? Panic::kYes : Panic::kNo);
  }
  sample_timer_.StartAfter(kFairnessWindow / balancer::Fairness::kWindow);
}

void Server::Distribute(Cluster& cluster) {
  cluster.changed = true;
  loop_.ScheduleFlush(*this);
}

void Server::Flush() {
  for (size_t i = 0; i < clusters_.size(); ++i) {
    if (!std::exchange(clusters_[i]->changed, false)) continue;
    const proxy::Cluster::Picture picture = PictureOf(*clusters_[i]);
    for (const auto& worker : workers_) worker->SetPicture(i, picture);
  }
}

Result<void, std::string> Server::AddListeners(const config::Config& config) {
  for (const config::Listener& each : config.listeners) {
    auto sockets = net::OpenListeners(each.address, workers_.size());
    if (!sockets) return Error(sockets.error());
    listening_on_.push_back(net::SocketAddress::OfSocket(sockets->front().get()).ToString());
    const auto routes = std::make_shared<const RouteTable>(each, config.clusters);
    for (size_t i = 0; i < workers_.size(); ++i) {
      workers_[i]->AddListener({std::move((*sockets)[i]), routes, ConnectionSettingsOf(each)});
    }
  }
  return {};
}

std::vector<ClusterStatus> Server::Clusters() const {
  std::vector<ClusterStatus> result;
  for (const auto& cluster : clusters_) {
    ClusterStatus status{cluster->name, cluster->policy, {}};
    for (const balancer::EndpointPtr& each : cluster->endpoints.endpoints()) {
      status.endpoints.push_back({each->address(), cluster->health.FactsOf(*each),
                                  cluster->endpoints.Connections(*each), each->in_flight(),
                                  each->picked()});
    }
    result.push_back(std::move(status));
  }
  return result;
}

std::optional<balancer::Explanation> Server::Explain(std::string_view cluster,
                                                     const balancer::CallFacts& call) {
  const auto found = std::ranges::find(
      clusters_, cluster, [](const auto& each) { return std::string_view(each->name); });
  if (found == clusters_.end()) return std::nullopt;
  return (*found)->endpoints.Explain(call, random_);
}

std::vector<std::string> Server::NotReadyReasons() const {
  std::vector<std::string> reasons;
  if (draining_) reasons.push_back("draining");
  for (const auto& cluster : clusters_) {
    if (auto reason = cluster->health.WhyNotReady()) reasons.push_back(std::move(*reason));
  }
  return reasons;
}

void Server::Drain(std::function<void()> on_done) {
  if (std::exchange(draining_, true)) return;
  on_drained_ = std::move(on_done);
  for (const auto& cluster : clusters_) cluster->health.StopLogging();
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
