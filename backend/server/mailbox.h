// Mailbox: how another thread has something done on the completion queue's thread.
#pragma once

#include <grpcpp/alarm.h>

#include <functional>
#include <mutex>
#include <vector>

#include "backend/completion.h"

namespace evenkeel::backend {

class Mailbox final : public Completion {
 public:
  /// The queue must not be shut down before the last task has run.
  explicit Mailbox(grpc::CompletionQueue& queue) : queue_(queue) {}

  /// Any thread. Tasks run one after the other, in order, on the queue's thread.
  void Post(std::function<void()> task);

  void Complete(bool ok) override;

 private:
  grpc::CompletionQueue& queue_;
  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;
  grpc::Alarm alarm_;
};

}  // namespace evenkeel::backend
