#include "backend/server/user_call.h"

#include <chrono>

namespace evenkeel::backend {
namespace {

constexpr char kServedBy[] = "x-served-by";
constexpr char kLoadReport[] = "endpoint-load-metrics-bin";

// grpc++'s timers count whole milliseconds and round up twice, so they fire 1 ms late on average.
constexpr std::chrono::milliseconds kTimerLag{1};

// What ORCA's eps counts: errors that speak against this replica, not against the request.
bool IsReplicasFault(grpc::StatusCode code) {
  switch (code) {
    case grpc::StatusCode::UNKNOWN:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
    case grpc::StatusCode::INTERNAL:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS:
      return true;
    default:
      return false;
  }
}

}  // namespace

void UserCall::Accepted() {
  replica_.meter.CallStarted();
  const grpc::Status status = Admit();
  if (status.ok()) {
    Start();
  } else {
    End(status);
  }
}

grpc::Status UserCall::Admit() {
  grpc::Status status = replica_.tokens.Intercept(context().client_metadata());
  if (!status.ok()) return status;
  if (replica_.faults.Draw()) return {replica_.fail_status, "injected by --fail-rate"};
  return grpc::Status::OK;
}

void UserCall::Work() {
  place_ = replica_.slots.Enter(*this);
  if (!place_.working()) return;
  const base::Duration delay = replica_.work_time.Draw();
  if (delay > base::Duration::zero()) {
    SetTimer(delay);
  } else {
    place_.Leave();
    Worked();
  }
}

// By the timer even when the time is zero: the caller is in the middle of another call.
void UserCall::OnSlot() { SetTimer(replica_.work_time.Draw()); }

void UserCall::SetTimer(base::Duration delay) {
  if (!alarm_) alarm_.emplace();
  alarm_->Set(
      queue(),
      std::chrono::system_clock::now() +
          std::chrono::duration_cast<std::chrono::system_clock::duration>(delay - kTimerLag),
      Begin(timer_));
}

void UserCall::OnTimer(bool ok) {
  if (!ok || !running()) return;
  place_.Leave();
  Worked();
}

void UserCall::Greet() {
  if (greeted_) return;
  greeted_ = true;
  context().AddInitialMetadata(kServedBy, replica_.id);
}

void UserCall::End(const grpc::Status& status) {
  if (IsReplicasFault(status.error_code())) replica_.meter.CallFailed();
  if (status.ok()) {
    Greet();
  } else if (!greeted_) {
    context().AddTrailingMetadata(kServedBy, replica_.id);
  }
  if (replica_.reports_in_trailers) {
    context().AddTrailingMetadata(kLoadReport, replica_.orca.Serialize());
  }
  SendStatus(status);
}

void UserCall::Ended() {
  place_.Leave();
  if (alarm_) alarm_->Cancel();
}

}  // namespace evenkeel::backend
