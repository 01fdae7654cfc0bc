// LoadCall: one call of a load, of whatever kind: sends its plan's requests, counts nothing of the
// answer but its end.
//
// Started on any thread; all else happens on the completion queue's thread. Owned by LoadGenerator.
#pragma once

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <memory>

#include "backend/client/load_plan.h"
#include "backend/completion.h"
#include "lib/base/clock.h"

namespace evenkeel::backend {

class LoadCall {
 public:
  class Owner {
   public:
    /// It has its status. The owner destroys it, before or after this returns.
    virtual void OnFinished(LoadCall& call) = 0;

   protected:
    ~Owner() = default;
  };

  /// What all calls on one connection share. All must outlive the calls.
  struct Connection {
    grpc::GenericStub& stub;
    grpc::CompletionQueue& queue;
    const LoadPlan& plan;
    const ClientOptions& options;
    Owner& owner;
    size_t index;
  };

  /// The `number`th call of the load, which was due at `due`.
  static std::unique_ptr<LoadCall> Make(const Connection& connection, uint64_t number,
                                        base::Time due);

  LoadCall(const Connection& connection, uint64_t number, base::Time due);
  virtual ~LoadCall() = default;
  LoadCall(const LoadCall&) = delete;
  LoadCall& operator=(const LoadCall&) = delete;

  /// Once. OnFinished may come on the queue's thread before this returns.
  virtual void Start() = 0;
  /// Any thread, also before Start.
  void Cancel() { context_.TryCancel(); }

  base::Time due() const { return due_; }
  const Connection& connection() const { return connection_; }
  const grpc::ClientContext& context() const { return context_; }
  /// Once finished.
  const grpc::Status& status() const { return status_; }

 protected:
  const Connection& connection_;
  const uint64_t number_;
  const base::Time due_;
  grpc::ClientContext context_;
  grpc::Status status_;
};

}  // namespace evenkeel::backend
