#include "health/active_check.h"

#include <utility>

#include "health/socket_probe.h"

namespace evenkeel::health {

ActiveCheck::ActiveCheck(net::EventLoop& loop, base::Random& random,
                         const config::HealthCheck& settings, pool::Pool& pool,
                         OnReportFunction on_report)
    : loop_(loop),
      settings_(settings),
      on_report_(std::move(on_report)),
      pool_(&pool),
      timer_(loop, [this] { prober_.OnWake(); }),
      prober_(settings, loop, random, *this) {}

ActiveCheck::ActiveCheck(net::EventLoop& loop, base::Random& random,
                         const config::HealthCheck& settings, telemetry::WorkerMetrics& metrics,
                         pool::Pool::Target target, const pool::Pool::Settings& pool_settings,
                         OnReportFunction on_report)
    : loop_(loop),
      settings_(settings),
      on_report_(std::move(on_report)),
      name_(target.endpoint->address()),
      addresses_(target.addresses),
      timer_(loop, [this] { prober_.OnWake(); }),
      prober_(settings, loop, random, *this) {
  if (settings_.type == config::HealthCheck::Type::kGrpc) {
    pool::Pool::Observer& observer = *this;
    own_pool_ = std::make_unique<pool::Pool>(loop, random, metrics, std::move(target),
                                             pool_settings, observer);
    pool_ = own_pool_.get();
  }
  prober_.Start();
}

ActiveCheck::~ActiveCheck() = default;

void ActiveCheck::PoolReady() {
  if (!own_pool_) prober_.Connected();
}

void ActiveCheck::PoolFailed(const std::string& reason) {
  if (!own_pool_) prober_.Disconnected(reason);
}

void ActiveCheck::PoolDraining() {
  if (!own_pool_) prober_.GoAway();
}

void ActiveCheck::OnReadyChanged(pool::Pool& pool, const std::string&) {
  if (pool.state() == pool::Pool::State::kReady) prober_.Connected();
}

void ActiveCheck::OnFailing(pool::Pool&, const std::string& reason) {
  prober_.Disconnected(reason);
}

void ActiveCheck::OnDraining(pool::Pool&) { prober_.GoAway(); }

void ActiveCheck::StartWatch() { Begin(MakeGrpcProbe(GrpcProbe::Method::kWatch)); }

void ActiveCheck::StartCheck() {
  Begin(pool_ == nullptr ? MakeSocketProbe() : MakeGrpcProbe(GrpcProbe::Method::kCheck));
}

std::unique_ptr<Probe> ActiveCheck::MakeGrpcProbe(GrpcProbe::Method method) {
  Probe::Owner& owner = *this;
  return std::make_unique<GrpcProbe>(method, settings_, *pool_, owner);
}

std::unique_ptr<Probe> ActiveCheck::MakeSocketProbe() {
  Probe::Owner& owner = *this;
  const net::SocketAddress& address = addresses_[next_address_++ % addresses_.size()];
  return std::make_unique<SocketProbe>(loop_, settings_, address, name_, owner);
}

void ActiveCheck::Begin(std::unique_ptr<Probe> probe) {
  StopProbe();
  probe_ = std::move(probe);
  probe_->Start();
}

void ActiveCheck::StopProbe() {
  if (probe_) loop_.DeleteLater(std::move(probe_));
}

void ActiveCheck::OnProbeSent(Probe& probe) {
  if (IsCurrent(probe)) prober_.OnSent();
}

void ActiveCheck::OnProbeAnswer(Probe& probe, ProbeResult result, const std::string& detail) {
  if (IsCurrent(probe)) prober_.OnAnswer(result, detail);
}

void ActiveCheck::OnWatchEnded(Probe& probe, const rpc::Status& status) {
  if (IsCurrent(probe)) prober_.OnWatchEnded(status);
}

void ActiveCheck::OnNoRoomToWatch(Probe& probe) {
  if (IsCurrent(probe)) prober_.OnNoRoomToWatch();
}

void ActiveCheck::OnProbeLost(Probe& probe, const std::string& reason) {
  if (IsCurrent(probe)) prober_.OnLost(reason);
}

}  // namespace evenkeel::health
