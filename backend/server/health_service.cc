#include "backend/server/health_service.h"

#include <optional>

namespace evenkeel::backend {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;
using Service = grpc::health::v1::Health::AsyncService;

HealthCheckResponse::ServingStatus WireStatus(Serving serving) {
  return serving == Serving::kServing ? HealthCheckResponse::SERVING
                                      : HealthCheckResponse::NOT_SERVING;
}

class CheckCall final : public Call {
 public:
  CheckCall(CallSet& calls, HealthState& state, Service& service)
      : Call(calls), state_(state), service_(service) {
    service.RequestCheck(&context(), &request_, &responder_, queue(), queue(), BeginMatch());
  }

 private:
  void Renew() override { calls().Start<CheckCall>(state_, service_); }

  void Accepted() override {
    if (!HealthState::Knows(request_.service())) {
      const grpc::Status status(grpc::StatusCode::NOT_FOUND,
                                "no service \"" + request_.service() + "\" here");
      return responder_.FinishWithError(status, Begin(finished_));
    }
    response_.set_status(WireStatus(state_.serving()));
    responder_.Finish(response_, grpc::Status::OK, Begin(finished_));
  }

  void OnFinished(bool /*ok*/) {}

  HealthState& state_;
  Service& service_;
  HealthCheckRequest request_;
  HealthCheckResponse response_;
  grpc::ServerAsyncResponseWriter<HealthCheckResponse> responder_{&context()};
  Step finished_{this, &CheckCall::OnFinished};
};

// Writes the status whenever it differs from the one written last; a status that comes and goes
// while a write is under way is skipped, as the protocol allows.
class WatchCall final : public Call, private HealthState::Watcher {
 public:
  WatchCall(CallSet& calls, HealthState& state, Service& service)
      : Call(calls), state_(state), service_(service) {
    service.RequestWatch(&context(), &request_, &writer_, queue(), queue(), BeginMatch());
  }

  void OnDrain() override {
    if (running() && !writing_ && !finishing_) Finish();
  }

 private:
  void Renew() override { calls().Start<WatchCall>(state_, service_); }

  void Accepted() override {
    state_.Add(*this);
    OnChange();
  }

  HealthCheckResponse::ServingStatus Current() const {
    return HealthState::Knows(request_.service()) ? WireStatus(state_.serving())
                                                  : HealthCheckResponse::SERVICE_UNKNOWN;
  }

  void OnChange() override {
    if (writing_ || finishing_ || last_ == Current()) return;
    last_ = Current();
    response_.set_status(*last_);
    writing_ = true;
    writer_.Write(response_, Begin(written_));
  }

  void OnWritten(bool ok) {
    writing_ = false;
    if (!ok || !running()) return;
    OnChange();
    if (calls().draining()) OnDrain();
  }

  void Finish() {
    finishing_ = true;
    writer_.Finish({grpc::StatusCode::UNAVAILABLE, "this replica shuts down"}, Begin(finished_));
  }
  void OnFinished(bool /*ok*/) {}

  void Ended() override { state_.Remove(*this); }

  HealthState& state_;
  Service& service_;
  HealthCheckRequest request_;
  HealthCheckResponse response_;
  std::optional<HealthCheckResponse::ServingStatus> last_;
  bool writing_ = false;
  bool finishing_ = false;
  grpc::ServerAsyncWriter<HealthCheckResponse> writer_{&context()};
  Step written_{this, &WatchCall::OnWritten};
  Step finished_{this, &WatchCall::OnFinished};
};

}  // namespace

void HealthService::Serve(CallSet& calls) {
  calls.Start<CheckCall>(state_, service_);
  calls.Start<WatchCall>(state_, service_);
}

}  // namespace evenkeel::backend
