// Completion: a tag on a grpc++ completion queue.
#pragma once

namespace evenkeel::backend {

class Completion {
 public:
  /// Called on the queue's thread. `ok` is grpc++'s word on the operation: it succeeded, and the
  /// call goes on.
  virtual void Complete(bool ok) = 0;

 protected:
  ~Completion() = default;
};

}  // namespace evenkeel::backend
