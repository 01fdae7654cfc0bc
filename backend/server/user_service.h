// UserService: the five methods of user.v1.UserService. What each does for its client stands in
// proto/user/v1/user_service.proto. One thread: the completion queue's.
#pragma once

#include "backend/server/call.h"
#include "backend/server/replica.h"
#include "user/v1/user_service.grpc.pb.h"

namespace evenkeel::backend {

class UserService {
 public:
  /// `replica` must outlive it.
  explicit UserService(Replica& replica) : replica_(replica) {}

  /// For grpc::ServerBuilder.
  grpc::Service& service() { return service_; }

  /// Begins to accept calls; once, when the server has started.
  void Serve(CallSet& calls);

 private:
  Replica& replica_;
  user::v1::UserService::AsyncService service_;
};

}  // namespace evenkeel::backend
