// ActiveCheck: asks one endpoint, for the whole process, whether it serves.
//
// Gives a Prober its hands: probes, a timer, the pool. Belongs to the worker that asks, used on its
// thread; what it learns goes to main through `on_report`. Must go before the pool.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "health/grpc_probe.h"
#include "health/probe.h"
#include "health/prober.h"
#include "lib/net/timer.h"
#include "pool/pool.h"

namespace evenkeel::health {

class ActiveCheck final : private Prober::Driver,
                          private Probe::Owner,
                          private pool::Pool::Observer {
 public:
  using OnReportFunction = std::function<void(ProbeReport)>;

  /// Asks over `pool`, which carries the calls.
  ActiveCheck(net::EventLoop& loop, base::Random& random, const config::HealthCheck& settings,
              pool::Pool& pool, OnReportFunction on_report);
  /// Asks elsewhere: `target` is the endpoint at the port to be asked at. grpc makes a connection
  /// of its own there, which lives by `pool_settings`.
  ActiveCheck(net::EventLoop& loop, base::Random& random, const config::HealthCheck& settings,
              telemetry::WorkerMetrics& metrics, pool::Pool::Target target,
              const pool::Pool::Settings& pool_settings, OnReportFunction on_report);
  ~ActiveCheck();

  /// What becomes of the pool that carries the calls. No effect when others are asked.
  void PoolReady();
  void PoolFailed(const std::string& reason);
  void PoolDraining();

 private:
  // Of the pool at another port.
  void OnReadyChanged(pool::Pool& pool, const std::string& reason) override;
  void OnFailing(pool::Pool& pool, const std::string& reason) override;
  void OnDraining(pool::Pool& pool) override;

  void StartWatch() override;
  void StartCheck() override;
  void StopProbe() override;
  void WakeAt(base::Time due) override { timer_.StartAt(due); }
  void StopWake() override { timer_.Stop(); }
  void OnReport(ProbeReport report) override { on_report_(std::move(report)); }

  // One that was withdrawn lives on until the turn's end, and is not heard.
  bool IsCurrent(const Probe& probe) const { return &probe == probe_.get(); }
  void OnProbeSent(Probe& probe) override;
  void OnProbeAnswer(Probe& probe, ProbeResult result, const std::string& detail) override;
  void OnWatchEnded(Probe& probe, const rpc::Status& status) override;
  void OnNoRoomToWatch(Probe& probe) override;
  void OnProbeLost(Probe& probe, const std::string& reason) override;

  void Begin(std::unique_ptr<Probe> probe);
  std::unique_ptr<Probe> MakeGrpcProbe(GrpcProbe::Method method);
  std::unique_ptr<Probe> MakeSocketProbe();

  net::EventLoop& loop_;
  const config::HealthCheck settings_;
  const OnReportFunction on_report_;
  std::string name_;
  std::vector<net::SocketAddress> addresses_;  // of socket probes
  size_t next_address_ = 0;
  std::unique_ptr<pool::Pool> own_pool_;
  pool::Pool* pool_ = nullptr;
  net::Timer timer_;
  std::unique_ptr<Probe> probe_;
  Prober prober_;
};

}  // namespace evenkeel::health
