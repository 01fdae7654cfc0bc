#include "proxy/call/health_call.h"

#include <utility>

#include "lib/rpc/message.h"

namespace evenkeel::proxy {
namespace {

using health::ServingStatus;
using rpc::StatusCode;

// A request is a name.
constexpr size_t kMaxRequest = 4096;

}  // namespace

HealthCall::HealthCall(HealthService& service, const CurrentRoutes& current_routes,
                       const http2::HeaderList& request, AnswerHandler& owner)
    : service_(service),
      current_routes_(current_routes),
      request_(request),
      owner_(owner),
      reader_(kMaxRequest) {}

void HealthCall::AddRequest(std::span<const uint8_t> bytes, http2::EndStream end) {
  owner_.OnCreditDue(bytes.size());
  const auto read = reader_.Receive(bytes, [this](std::string_view message) {
    ++messages_;
    message_ = message;
  });
  if (!read) return End(read.error());
  if (end == http2::EndStream::kYes || messages_ > 1) Answer();
}

// The statuses are those of grpc/grpc doc/statuscodes.md.
void HealthCall::Answer() {
  if (reader_.in_message()) return End({StatusCode::kInternal, "the request breaks off"});
  if (messages_ != 1) {
    return End({StatusCode::kUnimplemented, "the request has not one message, as it should"});
  }
  auto name = health::ParseHealthRequest(message_);
  if (!name) return End({StatusCode::kInternal, "cannot parse the HealthCheckRequest"});
  name_ = std::move(*name);
  const std::string_view method = rpc::ParsePath(*request_.Find(":path"))->method;
  if (method == "Check") return Check();
  if (method == "Watch") return Watch();
  End({StatusCode::kUnimplemented,
       std::string(health::kHealthService) + " has Check and Watch, not " + std::string(method)});
}

void HealthCall::Check() {
  const ServingStatus status = Status();
  if (status == ServingStatus::kServiceUnknown) {
    return End({StatusCode::kNotFound, "no cluster and no route for \"" + name_ + "\""});
  }
  Tell(status);
  End({});
}

void HealthCall::Watch() {
  watching_ = service_.Add(*this);
  if (!watching_) {
    return End({StatusCode::kResourceExhausted,
                std::to_string(HealthService::kMostWatchers) + " watch already on this worker"});
  }
  Look();
  if (draining_ && watching_) EndWatch();
}

void HealthCall::Look() {
  if (!current_routes_->table->answers_health()) {
    return End({StatusCode::kUnavailable, "health_service has been switched off"});
  }
  const ServingStatus status = Status();
  if (status != told_ && unsent_ == 0) Tell(status);
}

void HealthCall::ReturnCredit(size_t count) {
  unsent_ -= count;
  if (watching_) Look();
}

void HealthCall::Drain() {
  draining_ = true;
  if (watching_) EndWatch();
}

void HealthCall::EndWatch() {
  const ServingStatus status = Status();
  if (status != told_) Tell(status);
  End({StatusCode::kUnavailable, "this connection is drained: watch on another one"});
}

void HealthCall::StopWatching() {
  if (std::exchange(watching_, false)) service_.Remove(*this);
}

void HealthCall::Tell(ServingStatus status) {
  if (!told_) owner_.OnAnswerHeaders(rpc::AnswerHeaders());
  told_ = status;
  const auto message = rpc::FrameMessage(health::HealthResponse(status));
  unsent_ += message.size();
  owner_.OnAnswerData(message);
}

ServingStatus HealthCall::Status() const {
  return service_.StatusOf(name_, *current_routes_, request_);
}

}  // namespace evenkeel::proxy
