// LoadPlan: what the calls of a load send: the method's path and its requests, serialized once.
// Immutable, so any thread may read it.
#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>
#include <string>
#include <vector>

#include "backend/client/options.h"

namespace evenkeel::backend {

class LoadPlan {
 public:
  /// `options.load` must be there.
  explicit LoadPlan(const ClientOptions& options);

  /// "/user.v1.UserService/GetUser"
  const std::string& path() const { return path_; }
  bool unary() const { return method_ == Method::kGet; }
  /// Requests that each call sends, at least 1.
  uint32_t requests() const { return requests_; }
  /// The `index`th request of the `call`th call. They differ from call to call: users take turns.
  const grpc::ByteBuffer& Request(uint64_t call, uint32_t index) const {
    return messages_[(call * requests_ + index) % messages_.size()];
  }

 private:
  const Method method_;
  const std::string path_;
  uint32_t requests_ = 1;
  std::vector<grpc::ByteBuffer> messages_;
};

}  // namespace evenkeel::backend
