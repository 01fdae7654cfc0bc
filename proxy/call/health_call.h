// HealthCall: answers one call of grpc.health.v1.Health by what the worker's HealthService says
// (grpc/grpc doc/health-checking.md).
//
// A part of its Call, to which the stream, the deadline and the record belong, as AttemptSet is for
// calls that endpoints answer. Check is one answer; Watch is the status now and each change of it,
// the last one only where the client takes them more slowly than they come. Used on the call's
// thread.
#pragma once

#include <optional>
#include <string>

#include "lib/http/header_list.h"
#include "lib/http2/stream.h"
#include "lib/rpc/message_reader.h"
#include "proxy/call/answer_handler.h"
#include "proxy/call/answerer.h"
#include "proxy/call/health_service.h"
#include "proxy/call/routes.h"

namespace evenkeel::proxy {

class HealthCall final : public Answerer, private HealthService::Watcher {
 public:
  /// `current_routes`: of the listener that the call came through; `request`: its headers. All
  /// live as long as the call.
  HealthCall(HealthService& service, const CurrentRoutes& current_routes,
             const http2::HeaderList& request, AnswerHandler& owner);
  ~HealthCall() { StopWatching(); }

  void AddRequest(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void ReturnCredit(size_t count) override;
  /// Ends a watch, with the status as it is now.
  void Drain() override;
  void Cancel(const FinalStatus&) override { StopWatching(); }
  std::string WaitsFor() const override { return ""; }
  const balancer::Endpoint* endpoint() const override { return nullptr; }
  size_t held() const override { return message_.capacity() + unsent_; }

 private:
  void Look() override;

  void Answer();
  void Check();
  void Watch();
  void EndWatch();
  void StopWatching();
  void Tell(health::ServingStatus status);
  void End(const rpc::Status& status) { owner_.End({status}); }
  health::ServingStatus Status() const;

  HealthService& service_;
  const CurrentRoutes& current_routes_;
  const http2::HeaderList& request_;
  AnswerHandler& owner_;
  rpc::MessageReader reader_;
  size_t messages_ = 0;
  std::string message_;                        // the last of them
  std::string name_;                           // what is asked for
  std::optional<health::ServingStatus> told_;  // last
  size_t unsent_ = 0;                          // bytes of the answer
  bool watching_ = false;
  bool draining_ = false;
};

}  // namespace evenkeel::proxy
