#include "proxy/server/server.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <unordered_map>
#include <utility>

#include "lib/base/block_pool.h"
#include "lib/config/own_listener.h"
#include "lib/net/resolver.h"
#include "lib/net/socket_address.h"
#include "lib/telemetry/process_facts.h"
#include "proxy/clients/client_settings.h"

namespace evenkeel::proxy {
namespace {

using base::Error;
using base::Result;

// After the drain timeout has ended the calls, their last bytes get this long to leave.
constexpr auto kLastWords = std::chrono::seconds(2);

// Descriptors that neither clients nor endpoints have: the admin port's, probes', files'.
constexpr size_t kOtherDescriptors = 64;

// What the fairness metric looks back over.
constexpr base::Duration kFairnessWindow = std::chrono::seconds(10);

ClusterStatus::Tls TlsOf(const config::Cluster& cluster) {
  if (!cluster.tls) return ClusterStatus::Tls::kOff;
  return cluster.tls->verify ? ClusterStatus::Tls::kVerified : ClusterStatus::Tls::kUnverified;
}

}  // namespace

Result<std::unique_ptr<Server>, std::string> Server::Start(
    net::EventLoop& loop, const config::Config& config, const Options& options,
    net::ListeningSockets& sockets, telemetry::Metrics& metrics, telemetry::Log& log) {
  std::unique_ptr<Server> server(new Server(loop, options, sockets, metrics, log));
  server->AddWorkers();
  if (auto applied = server->Apply(config); !applied) return Error(applied.error());
  for (const auto& worker : server->workers_) worker->Start();
  server->serving_ = true;
  server->SampleFairness();
  return server;
}

Server::Server(net::EventLoop& loop, const Options& options, net::ListeningSockets& sockets,
               telemetry::Metrics& metrics, telemetry::Log& log)
    : loop_(loop),
      options_(options),
      sockets_(sockets),
      metrics_(metrics),
      log_(log),
      random_(options.seed),
      instance_(std::random_device()() | 1),
      memory_({.used = [this] { return UsedMemory(cgroup_, telemetry::ResidentBytes()); },
               .taken = [] { return base::BlockPool::taken(); },
               .trim = [this] { return GiveMemoryBack(); }}),
      memory_timer_(loop, [this] { LookAtMemory(); }),
      drain_timer_(loop, [this] { OnDrainTimeout(); }),
      sample_timer_(loop, [this] { SampleFairness(); }),
      snapshots_(
          loop, [this](ClusterController& cluster) { SendSnapshot(cluster); },
          [this] { TellReadiness(); }) {}

void Server::AddWorkers() {
  const Worker::Events events = {
      .on_drained = [this] { loop_.Post([this] { OnWorkerDrained(); }); },
      .on_accept_paused = [this](std::string_view reason) { TellPause(reason); },
      .on_memory_tight = [this] { loop_.Post([this] { OnMemoryTight(); }); },
      .on_client_ended = [this](const auto& end) { loop_.Post([this, end] { LogEnd(end); }); }};
  for (unsigned i = 0; i < options_.workers; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(i, random_(), metrics_.AddWorker(), replay_, events));
    workers_.back()->WatchMemory(memory_);
    if (options_.make_sink) workers_.back()->SetSink(options_.make_sink(i));
    workers_.back()->KeepDescriptors(descriptors_);
  }
}

void Server::LogEnd(const Worker::Events::ClientEnded& end) {
  // Such as a load balancer that asks for a page each second, a client without a certificate that
  // tries and tries.
  const bool is_foreign =
      end.reason == telemetry::ClientEnd::kNotHttp2 || end.reason == telemetry::ClientEnd::kTls;
  if (is_foreign && !foreign_clients_.Admit(end.client_host, loop_.Now())) return;
  log_.Tell(telemetry::Event::kClientEnded, {{"client", end.client_host},
                                             {"reason", telemetry::ClientEndName(end.reason)},
                                             {"detail", end.detail}});
}

Result<void, std::string> Server::Apply(const config::Config& config) {
  if (draining_) return Error(std::string("draining: nothing is changed any more"));
  if (auto ours = config::FindOwnListener(config)) return Error(std::move(*ours));
  config::Config next = config;
  config::ShareEqual(config_, next);
  auto transports = transports_.Next(next.clusters);
  if (!transports) return Error(transports.error());
  auto listeners = PrepareListeners(next);
  if (!listeners) return Error(listeners.error());
  config_ = std::move(next);
  transports_ = std::move(*transports);
  Commit(std::move(*listeners));
  return {};
}

// A listener is known by its address as configured; of several at port 0, by their order. One that
// is only spelled otherwise stays, too.
std::vector<const Server::Listening*> Server::FindStaying(const config::Config& config) const {
  std::vector<const Listening*> known;
  for (const Listening& each : listeners_) known.push_back(&each);
  std::vector<const Listening*> staying(config.listeners.size(), nullptr);
  const auto take = [&](size_t i, const auto& is_it) {
    const auto found =
        std::ranges::find_if(known, [&](const Listening* each) { return is_it(*each); });
    if (found == known.end()) return;
    staying[i] = *found;
    known.erase(found);
  };
  for (size_t i = 0; i < staying.size(); ++i) {
    take(i, [&](const Listening& each) {
      return each.config->address == config.listeners[i]->address;
    });
  }
  for (size_t i = 0; i < staying.size() && !known.empty(); ++i) {
    if (staying[i] != nullptr) continue;
    const auto resolved = net::Resolve(config.listeners[i]->address);  // a name's blocks
    if (!resolved) continue;
    take(i, [bound = resolved->front().ToString()](const Listening& each) {
      return each.bound_to == bound;
    });
  }
  return staying;
}

Result<std::vector<Server::Listening>, std::string> Server::PrepareListeners(
    const config::Config& config) {
  const std::vector<const Listening*> staying = FindStaying(config);
  std::vector<std::string> leaving;
  for (const Listening& each : listeners_) {
    if (std::ranges::count(staying, &each) == 0) leaving.push_back(each.bound_to);
  }
  std::vector<Listening> prepared;
  for (size_t i = 0; i < staying.size(); ++i) {
    const base::SharedValue<config::Listener>& each = config.listeners[i];
    auto ready = staying[i] != nullptr ? Keep(*staying[i], each) : Listen(each, leaving);
    if (!ready) {
      for (const Listening& other : prepared) {
        if (!other.sockets.empty()) sockets_.Close(other.bound_to);
      }
      return Error(ready.error());
    }
    prepared.push_back(std::move(*ready));
  }
  return prepared;
}

// What does not change keeps its TLS, so that clients may resume their sessions.
Result<Server::Listening, std::string> Server::Keep(
    const Listening& known, const base::SharedValue<config::Listener>& config) const {
  Listening kept{known.id,          config, known.bound_to, known.transports,
                 known.connections, {},     known.routes};
  if (HaveSameTransports(*known.config, *config)) return kept;
  auto transports = ClientTransports(*config, ticket_keys_);
  if (!transports) return Error(transports.error());
  kept.transports = std::move(*transports);
  return kept;
}

Result<Server::Listening, std::string> Server::Listen(
    const base::SharedValue<config::Listener>& config, const std::vector<std::string>& leaving) {
  auto transports = ClientTransports(*config, ticket_keys_);
  if (!transports) return Error(transports.error());
  auto sockets =
      sockets_.Open(config->address, workers_.size(), {.mode = config->mode, .leaving = leaving});
  if (!sockets) return Error(sockets.error());
  return Listening{ListenerId{next_id_++},
                   config,
                   net::SocketAddress::OfSocket(sockets->front().get()).ToString(),
                   std::move(*transports),
                   std::make_shared<base::Limit>(),
                   std::move(*sockets),
                   nullptr};
}

void Server::Commit(std::vector<Listening> listeners) {
  memory_.set_limit(config_.memory_limit.value_or(DefaultMemoryLimit(cgroup_)));
  LookAtMemory();
  const auto replay_limit = static_cast<int64_t>(config_.replay_memory);
  replay_->fetch_add(replay_limit - std::exchange(replay_limit_, replay_limit));
  std::vector<ClusterPtr> clusters;
  std::vector<Worker::ClusterPart> parts;
  std::unordered_map<std::string_view, ClusterPtr> known;
  for (const ClusterPtr& each : clusters_) known.emplace(each->name(), each);
  for (const base::SharedValue<config::Cluster>& each : config_.clusters) {
    const auto found = known.find(each->name);
    clusters.push_back(
        Configured(each, found == known.end() ? nullptr : found->second, parts.emplace_back()));
  }
  clusters_ = std::move(clusters);
  snapshots_.KeepOnly(clusters_);
  CloseRemoved(listeners);
  listeners_ = std::move(listeners);
  for (const Listening& each : listeners_) {
    sockets_.Configure(each.bound_to, each.config->address, each.config->mode);
  }
  MakeRoutes();
  KnowMethods();
  AssignWorkers(std::move(parts));
  KeepDescriptors();
  auto certificates = certificates_.Read(config_);
  certificate_watch_.Set(certificates);
  metrics_.tls().SetCertificates(std::move(certificates));
  TellReadiness();
}

void Server::CloseRemoved(const std::vector<Listening>& staying) {
  for (const Listening& each : listeners_) {
    if (std::ranges::count(staying, each.id, &Listening::id) == 0) sockets_.Close(each.bound_to);
  }
}

Server::ClusterPtr Server::Configured(const base::SharedValue<config::Cluster>& config,
                                      ClusterPtr cluster, Worker::ClusterPart& part) {
  const bool stays = cluster && cluster->config() == config;
  if (!cluster) {
    const ClusterController::Context context{
        loop_,     random_,     metrics_, log_, static_cast<unsigned>(workers_.size()),
        instance_, transports_, *this};
    cluster = std::make_shared<ClusterController>(ClusterId{next_id_++}, config, context);
    if (serving_) cluster->SkipStartup();
  } else if (!stays) {
    cluster->Update(config);
  }
  part.spec = cluster->spec();
  if (!stays) part.snapshot = cluster->snapshot();
  return cluster;
}

void Server::MakeRoutes() {
  NamedClusters named;
  for (const ClusterPtr& each : clusters_) {
    named.emplace(each->name(), NamedCluster{each->id(), each->config()});
  }
  for (Listening& each : listeners_) {
    each.routes = RouteTable::Make(static_cast<uint64_t>(each.id), each.config, named, rate_limits_,
                                   metrics_.access(), loop_.Now(), std::move(each.routes));
  }
  rate_limits_.DropUnused();
}

void Server::KnowMethods() {
  const auto know = [this](const std::string& service, const std::string& method) {
    if (!method.empty()) metrics_.KnowMethod(service, method);
  };
  for (const config::Listener& listener : config_.listeners) {
    for (const config::Route& each : listener.routes) know(each.match.service, each.match.method);
    if (!listener.health_service) continue;
    for (const char* const method : {"Check", "Watch"}) know("grpc.health.v1.Health", method);
  }
  for (const config::Cluster& cluster : config_.clusters) {
    if (!cluster.service_config) continue;
    for (const config::ServiceConfig::Method& each : cluster.service_config->methods) {
      for (const auto& name : each.names) know(name.service, name.method);
    }
  }
}

void Server::AssignWorkers(std::vector<Worker::ClusterPart> clusters) {
  for (size_t worker = 0; worker < workers_.size(); ++worker) {
    Worker::Assignment assignment{clusters, {}};
    for (Listening& listening : listeners_) {
      Worker::ListenerPart& part = assignment.listeners.emplace_back();
      part.id = listening.id;
      part.routes = listening.routes;
      part.settings = ClientSettingsOf(*listening.config, listening.transports);
      part.settings.http2.instance = instance_;
      part.connections = listening.connections;
      for (size_t socket = worker; socket < listening.sockets.size(); socket += workers_.size()) {
        part.sockets.push_back(std::move(listening.sockets[socket]));
      }
    }
    workers_[worker]->Assign(std::move(assignment));
  }
  for (Listening& each : listeners_) {
    each.connections->set_max(each.config->max_connections);
    each.sockets.clear();
  }
}

// Each worker has a connection to each endpoint, and may have to make a new one.
void Server::KeepDescriptors() {
  size_t wanted = kOtherDescriptors;
  for (const ClusterPtr& each : clusters_) {
    wanted += each->endpoints().endpoints().size() * workers_.size();
  }
  descriptors_.Keep(wanted);
}

// On a worker's thread. Connections wait meanwhile.
void Server::TellPause(std::string_view reason) {
  log_.Tell(telemetry::Event::kAcceptingPaused, {{"reason", reason}});
}

void Server::OnPlanChanged(ClusterController& cluster) {
  for (const auto& worker : workers_) worker->Update({cluster.spec(), cluster.snapshot()});
  KeepDescriptors();
  TellReadiness();
}

Server::ClusterPtr Server::FindCluster(std::string_view name) const {
  const auto found = std::ranges::find(
      clusters_, name, [](const ClusterPtr& each) { return std::string_view(each->name()); });
  return found == clusters_.end() ? nullptr : *found;
}

void Server::SampleFairness() {
  for (const auto& cluster : clusters_) {
    const balancer::EndpointSet& endpoints = cluster->endpoints();
    std::vector<balancer::EndpointPtr> eligible;
    for (const balancer::EndpointPtr& each : endpoints.endpoints()) {
      if (endpoints.IsEligible(*each)) eligible.push_back(each);
    }
    cluster->fairness().Sample(eligible);
    metrics_.balancer().Set(cluster->name(), cluster->fairness().value(),
                            telemetry::BalancerMetrics::Panic{endpoints.InPanic()});
    metrics_.balancer().SetLimits(cluster->name(), cluster->Limits());
    if (!draining_) cluster->TellChanges();
  }
  if (!draining_) certificate_watch_.Look(std::chrono::system_clock::now());
  TellReadiness();  // the start-up grace ends without any event
  sample_timer_.StartAfter(kFairnessWindow / balancer::Fairness::kWindow);
}

void Server::SendSnapshot(ClusterController& cluster) {
  const Cluster::Snapshot& snapshot = cluster.snapshot();
  for (const auto& worker : workers_) worker->SetSnapshot(cluster.id(), snapshot);
}

void Server::WatchReadiness(
    std::function<void(const std::vector<std::string>& reasons)> on_change) {
  TellReadiness();
  on_readiness_ = std::move(on_change);
  on_readiness_(NotReadyReasons());
}

void Server::TellReadiness() {
  if (draining_) return;  // which everybody is told otherwise
  const bool waits = std::ranges::any_of(
      clusters_, [](const ClusterPtr& each) { return each->WhyNotReady().has_value(); });
  const auto ready = waits ? HealthService::Ready::kNo : HealthService::Ready::kYes;
  if (std::exchange(told_ready_, ready) == ready) return;
  for (const auto& worker : workers_) worker->SetReady(ready);
  if (on_readiness_) on_readiness_(NotReadyReasons());
}

std::vector<std::string> Server::listening_on() const {
  std::vector<std::string> addresses;
  for (const Listening& each : listeners_) addresses.push_back(each.bound_to);
  return addresses;
}

std::vector<std::string> Server::balancing_over() const {
  std::vector<std::string> names;
  for (const ClusterPtr& each : clusters_) {
    const size_t endpoints = each->endpoints().endpoints().size();
    names.push_back(each->name() + " (" + std::to_string(endpoints) + " endpoints)");
  }
  return names;
}

std::vector<ClusterStatus> Server::Clusters() const {
  std::vector<ClusterStatus> result;
  for (const auto& cluster : clusters_) {
    ClusterStatus status{cluster->name(),
                         std::string(config::PolicyName(cluster->config()->policy)),
                         cluster->trouble(),
                         TlsOf(cluster->config()),
                         {},
                         metrics_.retries().Of(cluster->name()).Named()};
    for (const balancer::EndpointPtr& each : cluster->endpoints().endpoints()) {
      status.endpoints.push_back({each->address(), cluster->health().FactsOf(*each),
                                  cluster->endpoints().Connections(*each), each->in_flight(),
                                  each->picked(), cluster->NumberOf(*each)});
    }
    status.limits = cluster->Limits();
    status.panic = cluster->endpoints().InPanic();
    uint64_t attempts = 0;
    for (const EndpointStatus& each : status.endpoints) attempts += each.picked;
    for (const auto& [endpoint, since] : cluster->LeavingEndpoints()) {
      health::EndpointFacts facts;
      facts.state = "draining";
      facts.age = loop_.Now() - since;
      facts.why = "it has left the cluster; its calls go on";
      status.endpoints.push_back(
          {endpoint->address(), std::move(facts), 0, endpoint->in_flight(), endpoint->picked()});
    }
    status.calls.push_back({"attempts", "", attempts});
    const auto shed = metrics_.shed().Of(cluster->name());
    for (size_t i = 0; i < telemetry::kShedCount; ++i) {
      const auto reason = static_cast<telemetry::Shed>(i);
      const uint64_t count = shed->value(reason);
      if (count > 0)
        status.calls.push_back({"shed", std::string(telemetry::ShedName(reason)), count});
    }
    result.push_back(std::move(status));
  }
  return result;
}

std::optional<balancer::Explanation> Server::Explain(std::string_view cluster,
                                                     const balancer::CallFacts& call) {
  const ClusterPtr found = FindCluster(cluster);
  if (!found) return std::nullopt;
  return found->endpoints().Explain(call, random_);
}

std::vector<std::string> Server::NotReadyReasons() const {
  std::vector<std::string> reasons;
  if (draining_) reasons.push_back("draining");
  for (const auto& cluster : clusters_) {
    if (auto reason = cluster->WhyNotReady()) reasons.push_back(std::move(*reason));
  }
  return reasons;
}

std::vector<std::string> Server::NotReadyReasons(const std::vector<std::string>& to_serve) const {
  std::vector<std::string> reasons = NotReadyReasons();
  for (const std::string& each : to_serve) {
    const ClusterPtr cluster = FindCluster(each);
    if (!cluster || cluster->WhyNotReady()) continue;  // not served any more; has been told
    if (auto reason = cluster->WhyNotServing()) reasons.push_back(std::move(*reason));
  }
  return reasons;
}

std::vector<std::string> Server::Serving() const {
  std::vector<std::string> names;
  for (const ClusterPtr& each : clusters_) {
    if (!each->WhyNotServing()) names.push_back(each->name());
  }
  return names;
}

std::vector<std::string> Server::Notes() const {
  std::vector<std::string> notes;
  for (const auto& cluster : clusters_) {
    auto trouble = cluster->trouble();
    if (!trouble.empty() && !cluster->WhyNotReady()) {
      notes.push_back("cluster " + cluster->name() + ": " + trouble);
    }
  }
  return notes;
}

void Server::CheckAlive(std::function<void()> on_alive) {
  if (unanswered_ > 0) return;
  unanswered_ = workers_.size();
  for (const auto& worker : workers_) {
    worker->Ask([this, on_alive] {
      loop_.Post([this, on_alive] {
        if (--unanswered_ == 0) on_alive();
      });
    });
  }
}

void Server::Drain(Worker::Queued queued, std::function<void()> on_done) {
  if (std::exchange(draining_, true)) return;
  on_drained_ = std::move(on_done);
  for (const auto& cluster : clusters_) cluster->health().StopLogging();
  if (queued == Worker::Queued::kAccept) sockets_.RemoveFiles();
  sockets_.CloseAll();  // so that the workers' are the last ones
  for (const auto& worker : workers_) worker->Drain(queued);
  drain_timer_.StartAfter(options_.drain_timeout);
}

void Server::OnWorkerDrained() {
  if (++drained_workers_ == workers_.size()) FinishDrain();
}

void Server::OnDrainTimeout() {
  if (std::exchange(calls_ended_, true)) return FinishDrain();
  log_.Tell(telemetry::Event::kDrainTimeout);
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
