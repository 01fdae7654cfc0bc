// UserCall: what the five methods of UserService have in common: who may call, faults, the slot
// and the time that work takes, and the metadata that every answer carries.
#pragma once

#include <grpcpp/alarm.h>

#include <optional>
#include <string>

#include "backend/server/call.h"
#include "backend/server/replica.h"

namespace evenkeel::backend {

class UserCall : public Call, private WorkerSlots::Waiter {
 protected:
  UserCall(CallSet& calls, Replica& replica) : Call(calls), replica_(replica) {}

  /// The call is let in: read, or work. Not called for calls that fail before.
  virtual void Start() = 0;
  /// The work that Work() began is done.
  virtual void Worked() {}
  /// Passes the status to grpc++, with a response where the method has one.
  virtual void SendStatus(const grpc::Status& status) = 0;

  /// Waits for a slot, then for the time that work takes; then Worked, perhaps before this returns.
  /// A client that goes away meanwhile frees its place.
  void Work();

  /// Says who serves the call, in the response's headers. Before the first message.
  void Greet();

  /// Adds what belongs into trailers and sends the status. An error without any message before is
  /// sent as Trailers-Only, and x-served-by with it: a proxy may still retry it (gRFC A6).
  void End(const grpc::Status& status);

  void Ended() override;

  Replica& replica() { return replica_; }

 private:
  void Accepted() final;
  void OnSlot() override;
  void OnTimer(bool ok);

  grpc::Status Admit();
  void SetTimer(base::Duration delay);

  Replica& replica_;
  WorkerSlots::Place place_;
  std::optional<grpc::Alarm> alarm_;
  Step timer_{this, &UserCall::OnTimer};
  bool greeted_ = false;
};

}  // namespace evenkeel::backend
