// GrpcProbe: Watch or Check of grpc.health.v1.Health (grpc/grpc doc/health-checking.md), on a
// connection of the pool that also carries the calls, so that it proves the path they take.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "health/probe.h"
#include "lib/config/health.h"
#include "lib/connection/client_call.h"
#include "pool/pool.h"

namespace evenkeel::health {

class GrpcProbe final : public Probe, private pool::Waiter, private rpc::ClientCall::Handler {
 public:
  enum class Method { kWatch, kCheck };

  GrpcProbe(Method method, const config::HealthCheck& settings, pool::Pool& pool, Owner& owner);

  void Start() override { pool_.Open(*this); }

 private:
  void OnRoom(http2::Session& session) override;
  void OnUnavailable(const std::string& reason) override;
  void OnMessage(std::string_view message) override;
  void OnEnd(const rpc::Status& status) override;
  void OnLost(const std::string& reason) override { owner_.OnProbeLost(*this, reason); }
  void OnCheckEnd(const rpc::Status& status);

  const Method method_;
  const config::HealthCheck& settings_;
  pool::Pool& pool_;
  Owner& owner_;
  std::optional<ProbeResult> answer_;  // of a Check, until its status
  std::string detail_;
  std::unique_ptr<rpc::ClientCall> call_;
};

}  // namespace evenkeel::health
