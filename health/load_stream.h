// LoadStream: asks one endpoint for load reports apart from its calls (gRFC A51, out of band).
//
// One stream of OpenRcaService/StreamCoreMetrics for an endpoint and process, on a connection that
// also carries calls; opened again with back-off when it ends. An endpoint without the service is
// left alone until it has another connection. Owned by a Cluster::Member beside the pool, which it
// does not outlive; used on the worker's thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "health/orca_report.h"
#include "lib/connection/client_call.h"
#include "lib/net/timer.h"
#include "pool/backoff.h"
#include "pool/pool.h"

namespace evenkeel::health {

class LoadStream final : private pool::Waiter, private rpc::ClientCall::Handler {
 public:
  using ReportHandler = std::function<void(const balancer::LoadReport&)>;

  /// Reports are a courtesy: nothing waits for them.
  static constexpr pool::Backoff::Settings kBackoff{.initial = std::chrono::seconds(1),
                                                    .max = std::chrono::minutes(2)};

  /// `period`: the time wanted between reports; the endpoint may have a longer minimum.
  LoadStream(net::EventLoop& loop, base::Random& random, pool::Pool& pool, base::Duration period,
             ReportHandler on_report, const pool::Backoff::Settings& backoff = kBackoff);

  void Start();
  /// A connection of the pool is to end: the stream moves to another.
  void Restart();

 private:
  void OnRoom(http2::Session& session) override;
  void OnUnavailable(const std::string& reason) override;
  void OnMessage(std::string_view message) override;
  void OnEnd(const rpc::Status& status) override;
  void OnLost(const std::string& reason) override;
  void RetryLater();

  net::EventLoop& loop_;
  base::Random& random_;
  pool::Pool& pool_;
  const base::Duration period_;
  const ReportHandler on_report_;
  OrcaReport report_;
  pool::Backoff backoff_;
  net::Timer retry_;
  std::unique_ptr<rpc::ClientCall> call_;
  std::optional<uint64_t> without_service_;  // the pool's connections_begun() when it had none
};

}  // namespace evenkeel::health
