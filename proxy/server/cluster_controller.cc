#include "proxy/server/cluster_controller.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "balancer/policy_settings.h"
#include "proxy/cluster/cluster_settings.h"

namespace evenkeel::proxy {
namespace {

balancer::EndpointSet::PolicyFactory FactoryOf(const config::Cluster& config,
                                               base::Random& random) {
  return [policy = config.policy, &random] { return balancer::MakePolicy(policy, random); };
}

config::Balancing WithSubsetSeed(config::Balancing balancing, uint64_t seed) {
  balancing.subset_seed = seed;
  return balancing;
}

// A snapshot takes about a microsecond for each endpoint: a tenth of main's time at most.
constexpr auto kPauseForEachEndpoint = std::chrono::microseconds(10);
constexpr size_t kWorthAPause = 500;  // endpoints: fewer are done before a timer can tell

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

// What an endpoint is for life: pickers read it on every thread. Only its weight may change.
bool IsSameButForWeight(const balancer::EndpointTraits& a, const balancer::EndpointTraits& b) {
  return a.priority == b.priority && a.zone == b.zone && a.hash_key == b.hash_key;
}

}  // namespace

ClusterController::ClusterController(ClusterId id, base::SharedValue<config::Cluster> config,
                                     const Context& context)
    : id_(id),
      config_(std::move(config)),
      context_(context),
      subset_seed_(context.random()),
      next_asker_(static_cast<unsigned>(id)),
      endpoints_(FactoryOf(config_, context.random), {},
                 WithSubsetSeed(config_->balancing, subset_seed_), context.loop),
      health_(config_, endpoints_, context.loop, context.random, context.metrics.health(),
              context.log),
      limit_watch_(config_->name, context.metrics.shed().Of(config_->name),
                   context.metrics.retries().Of(config_->name), context.log) {
  TakeLimits();
  StartSource();
  StartTimers();
}

ClusterController::~ClusterController() {
  endpoints_.Update({});
  health_.Update(config_);  // its metrics go with its endpoints
  context_.metrics.balancer().Forget(config_->name);
  context_.metrics.discovery().Forget(config_->name);
}

void ClusterController::Update(base::SharedValue<config::Cluster> config) {
  const bool other_policy =
      config->policy != config_->policy || config->balancing != config_->balancing;
  const bool other_brakes = config->retry_throttling != config_->retry_throttling ||
                            config->retry_budget != config_->retry_budget;
  const bool other_source = config->origin != config_->origin || config->dns != config_->dns ||
                            config->endpoints != config_->endpoints;
  const bool other_limits = config->limits != config_->limits ||
                            config->endpoint_limits != config_->endpoint_limits ||
                            config->max_pending_calls != config_->max_pending_calls ||
                            config->adaptive_concurrency != config_->adaptive_concurrency;
  config_ = std::move(config);
  if (other_limits) TakeLimits();
  if (other_brakes) retries_ = MakeRetries();
  if (other_policy) {
    endpoints_.Configure(FactoryOf(config_, context_.random),
                         WithSubsetSeed(config_->balancing, subset_seed_));
  }
  if (other_policy && !other_source) UpdateEndpoints();  // subset_size may be another
  health_.Update(config_);
  spec_ = nullptr;
  if (other_source) StartSource();
  StartTimers();
}

void ClusterController::StartSource() {
  source_.reset();
  context_.metrics.discovery().Forget(config_->name);
  const auto known_addresses = [this](const std::string& address) {
    const auto found = known_.find(address);
    return found == known_.end() ? nullptr : &found->second.addresses;
  };
  source_ = discovery::EndpointSource::Make(
      config_, known_addresses,
      {context_.loop, context_.random, context_.metrics.discovery(), context_.log},
      {.on_found =
           [this](std::vector<discovery::ResolvedEndpoint> endpoints) {
             SetEndpoints(std::move(endpoints));
             context_.owner.OnPlanChanged(*this);
           },
       .on_failed = [this] { Tell(true); }});
  if (auto endpoints = source_->AtOnce()) SetEndpoints(std::move(*endpoints));
}

void ClusterController::TellChanges() {
  TellPanic();
  limit_watch_.Look(context_.loop.Now());
  health_.Remind();
}

void ClusterController::TellPanic() {
  const bool panic = endpoints_.InPanic();
  if (std::exchange(told_panic_, panic) == panic) return;
  using telemetry::Event;
  if (!panic) return context_.log.Tell(Event::kPanicOver, {{"cluster", name()}});
  context_.log.Tell(Event::kPanic, {{"cluster", name()},
                                    {"endpoints", health_.GetAvailability().summary},
                                    {"detail", "calls go to all endpoints that are connected"}});
}

std::optional<std::string> ClusterController::InWords(std::optional<std::string> why) const {
  if (why && IsWaiting()) why = "cluster " + name() + ": " + *source_->waiting_for();
  return why;
}

void ClusterController::SetEndpoints(std::vector<discovery::ResolvedEndpoint> endpoints) {
  std::unordered_map<std::string, Known> before = std::exchange(known_, {});
  all_.clear();
  all_.reserve(endpoints.size());
  for (discovery::ResolvedEndpoint& each : endpoints) {
    if (known_.contains(each.address)) continue;
    const auto found = before.find(each.address);
    const std::string address = each.address;
    Known known =
        found == before.end() ? Make(std::move(each)) : Keep(std::move(found->second), each);
    all_.push_back(known.spec.target.endpoint);
    known_.emplace(address, std::move(known));
  }
  UpdateEndpoints();
  health_.Update(config_);
  spec_ = nullptr;
}

std::vector<telemetry::LimitValue> ClusterController::Limits() const {
  std::vector<telemetry::LimitValue> limits;
  const auto add = [&limits](std::string_view name, const base::Limit& limit) {
    limits.push_back({name, static_cast<double>(limit.used()), static_cast<double>(limit.max())});
  };
  add("calls", limits_->calls);
  add("pending_calls", limits_->pending);
  add("connections", limits_->connections);
  add("retries", limits_->retries);
  if (retries_->throttle && config_->retry_throttling) {
    limits.push_back(
        {"retry_tokens", retries_->throttle->tokens(), config_->retry_throttling->max_tokens});
  }
  if (retries_->budget && config_->retry_budget) {
    limits.push_back({"retry_budget", retries_->budget->left(),
                      static_cast<double>(config_->retry_budget->reserve)});
  }
  return limits;
}

void ClusterController::UpdateEndpoints() {
  const auto former = endpoints_.endpoints();
  std::unordered_set<balancer::EndpointPtr> gone(former.begin(), former.end());
  endpoints_.Update(all_);
  std::unordered_set<balancer::EndpointPtr> back;
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    if (gone.erase(each) == 0) back.insert(each);
  }
  std::erase_if(left_, [&back](const auto& each) {
    return each.first.expired() || back.contains(each.first.lock());
  });
  for (const balancer::EndpointPtr& each : gone) {
    left_.emplace_back(each, context_.loop.Now());
    Renew(each);
  }
}

// One that subsetting leaves out comes back as another: what workers still have to say of it, that
// a connection has ended, is not about what it then is.
void ClusterController::Renew(const balancer::EndpointPtr& left) {
  const auto found = known_.find(left->address());
  if (found == known_.end() || found->second.spec.target.endpoint != left) return;
  Known& known = found->second;
  balancer::EndpointTraits traits = left->traits();
  traits.weight = left->weight();
  known = Make({left->address(), std::move(traits), std::move(known.addresses)});
  std::ranges::replace(all_, left, known.spec.target.endpoint);
}

std::vector<ClusterController::Leaving> ClusterController::LeavingEndpoints() const {
  std::vector<Leaving> leaving;
  for (const auto& [weak, since] : left_) {
    balancer::EndpointPtr endpoint = weak.lock();
    if (endpoint && endpoint->in_flight() > 0) leaving.push_back({std::move(endpoint), since});
  }
  return leaving;
}

ClusterController::Known ClusterController::Keep(Known known,
                                                 const discovery::ResolvedEndpoint& endpoint) {
  balancer::Endpoint& kept = *known.spec.target.endpoint;
  // Another source may lead to the same address, for another name.
  const bool is_same = IsSameButForWeight(kept.traits(), endpoint.traits) &&
                       known.spec.target.host == TlsHostOf(config_, endpoint.address);
  if (!is_same) return Make(endpoint);
  endpoints_.SetWeight(kept, endpoint.traits.weight);
  return known;
}

ClusterController::Known ClusterController::Make(discovery::ResolvedEndpoint endpoint) {
  Known known;
  known.spec.target = {
      std::make_shared<balancer::Endpoint>(endpoint.address, std::move(endpoint.traits)),
      context_.metrics.RegisterEndpoint(config_->name, endpoint.address), endpoint.addresses,
      TlsHostOf(config_, endpoint.address)};
  SetLimits(*known.spec.target.limits, config_->endpoint_limits,
            config_->endpoint_limits.max_pending_calls);
  known.spec.target.cluster_limits = limits_;
  known.spec.asker = next_asker_++ % context_.workers;
  known.addresses = std::move(endpoint.addresses);
  return known;
}

std::shared_ptr<RetryState> ClusterController::MakeRetries() {
  return RetryStateOf(config_, context_.metrics.retries().Of(config_->name), limits_);
}

void ClusterController::TakeLimits() {
  SetLimits(*limits_, config_->limits, config_->max_pending_calls);
  concurrency_ = ConcurrencyOf(config_, limits_->calls, context_.loop.Now());
  for (auto& [address, known] : known_) {
    SetLimits(*known.spec.target.limits, config_->endpoint_limits,
              config_->endpoint_limits.max_pending_calls);
  }
}

std::shared_ptr<const ClusterSpec> ClusterController::spec() {
  if (!spec_) spec_ = MakeSpec();
  return spec_;
}

std::shared_ptr<const ClusterSpec> ClusterController::MakeSpec() {
  auto spec = std::make_shared<ClusterSpec>();
  spec->id = id_;
  spec->settings = ClusterSettingsOf(config_);
  spec->shared = {.limits = limits_,
                  .concurrency = concurrency_,
                  .shed = context_.metrics.shed().Of(config_->name),
                  .retries = retries_};
  spec->events = MakeEvents();
  spec->pools = PoolSettingsOf(config_);
  spec->pools.connection.http2.instance = context_.instance;
  spec->pools.connection.transports = context_.transports.Of(config_->tls);
  spec->health_check = config_->health_check;
  // Only those that are left after subsetting get connections.
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    spec->endpoints.push_back(SpecOf(*each));
  }
  return spec;
}

EndpointSpec ClusterController::SpecOf(const balancer::Endpoint& endpoint) const {
  EndpointSpec spec = known_.at(endpoint.address()).spec;
  spec.outcomes = health_.OutcomesOf(endpoint);
  if (config_->health_check && IsAskedElsewhere(*config_->health_check)) {
    spec.asked_at = {spec.target.endpoint, spec.target.id,
                     AtPort(spec.target.addresses, config_->health_check->port), spec.target.host};
  }
  return spec;
}

const Cluster::Snapshot& ClusterController::snapshot() {
  health::Availability availability = health_.GetAvailability();
  if (IsWaiting()) {
    availability.summary = *source_->waiting_for();
    if (source_->expects_endpoint()) availability.expects_endpoint = true;
  }
  snapshot_ = {endpoints_.picker(),
               std::make_shared<const health::Availability>(std::move(availability)),
               {}};
  const size_t count = endpoints_.endpoints().size();
  if (count >= kWorthAPause) snapshot_due_ = context_.loop.Now() + kPauseForEachEndpoint * count;
  if (!config_->move_streams) return snapshot_;
  for (const balancer::EndpointPtr& each : endpoints_.endpoints()) {
    if (endpoints_.IsEligible(*each)) snapshot_.eligible.push_back(each);
  }
  return snapshot_;
}

// The workers may speak of a cluster that is gone by the time main hears it.
Cluster::Events ClusterController::MakeEvents() {
  const auto post = [&loop = context_.loop, weak = weak_from_this()](auto tell) {
    loop.Post([weak, tell = std::move(tell)] {
      if (const auto controller = weak.lock()) controller->Tell(tell(controller->health_));
    });
  };
  using Health = health::ClusterHealth;
  using Endpoint = balancer::EndpointPtr;
  return {
      .on_connection =
          [post](const Endpoint& endpoint, int change, std::string reason) {
            post([endpoint, change, reason = std::move(reason)](Health& health) {
              return health.OnConnection(*endpoint, change, reason);
            });
          },
      .on_probe =
          [post](const Endpoint& endpoint, health::ProbeReport report) {
            post([endpoint, report = std::move(report)](Health& health) {
              return health.OnProbe(*endpoint, report);
            });
          },
      .on_consecutive_failures =
          [post](const Endpoint& endpoint) {
            post([endpoint](Health& health) { return health.OnConsecutiveFailures(*endpoint); });
          }};
}

void ClusterController::Tell(bool changed) {
  if (changed) context_.owner.OnSnapshotChanged(*this);
}

void ClusterController::StartTimers() {
  refresh_.reset();
  sweep_.reset();
  turn_.reset();
  if (concurrency_) {
    turn_.emplace(context_.loop, [this, interval = config_->adaptive_concurrency->interval] {
      concurrency_->Turn(context_.loop.Now());
      turn_->StartAfter(interval);
    });
    turn_->StartAfter(config_->adaptive_concurrency->interval);
  }
  if (const auto period = endpoints_.RefreshPeriod()) {
    refresh_.emplace(context_.loop, [this, period = *period] {
      Tell(endpoints_.Refresh());
      refresh_->StartAfter(period);
    });
    refresh_->StartAfter(*period);
  }
  if (const auto interval = health_.sweep_interval()) {
    sweep_.emplace(context_.loop, [this, interval = *interval] {
      Tell(health_.Sweep());
      sweep_->StartAfter(interval);
    });
    sweep_->StartAfter(*interval);
  }
}

}  // namespace evenkeel::proxy
