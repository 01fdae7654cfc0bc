// HealthService: grpc.health.v1.Health (Check and Watch) over a HealthState.
//
// Its own, because the one in grpc++ knows no shutdown of watches. Needs no token, takes no slot
// and no time. One thread: the completion queue's.
#pragma once

#include "backend/server/call.h"
#include "backend/server/health_state.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace evenkeel::backend {

class HealthService {
 public:
  /// `state` must outlive it.
  explicit HealthService(HealthState& state) : state_(state) {}

  grpc::Service& service() { return service_; }

  /// Begins to accept calls; once, when the server has started.
  void Serve(CallSet& calls);

 private:
  HealthState& state_;
  grpc::health::v1::Health::AsyncService service_;
};

}  // namespace evenkeel::backend
