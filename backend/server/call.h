// Call: one gRPC call of this replica, from waiting for a client to its end; CallSet owns them all.
//
// grpc++'s completion-queue interface, with one thread: it hands each finished operation's tag to
// Completion::Complete. There are no locks in the replica for that reason, and no thread waits for
// a call. A call's life:
//
//   constructor: asks grpc++ for the next call of its method
//     |-- the server shuts down: erased
//   Renew: starts its own successor, so that someone always waits for the method
//   Accepted: reads, works, writes; each operation is a Step and counts as pending
//   Ended: the client has its status, or is gone (cancelled, connection lost, deadline)
//   erased by the CallSet once no operation is pending
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <unordered_map>
#include <utility>

#include "backend/completion.h"

namespace evenkeel::backend {

class Call;

/// All calls of a server, waiting ones included. Must be empty before its queue is shut down.
class CallSet {
 public:
  explicit CallSet(grpc::ServerCompletionQueue& queue) : queue_(queue) {}

  /// Makes a T(*this, args...), which asks for its method's next call.
  template <class T, class... Args>
  void Start(Args&&... args) {
    auto call = std::make_unique<T>(*this, std::forward<Args>(args)...);
    Call* const key = call.get();
    calls_.emplace(key, std::move(call));
  }

  /// Asks long-lived streams to end, and those that start from now on.
  void Drain();
  bool draining() const { return draining_; }

  void Erase(Call& call) { calls_.erase(&call); }
  bool empty() const { return calls_.empty(); }
  grpc::ServerCompletionQueue& queue() { return queue_; }

 private:
  grpc::ServerCompletionQueue& queue_;
  std::unordered_map<Call*, std::unique_ptr<Call>> calls_;
  bool draining_ = false;
};

class Call {
 public:
  virtual ~Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// The server shuts down: a stream that would stay open for ever must end itself. Also called
  /// before Accepted and after Ended.
  virtual void OnDrain() {}

 protected:
  using Handler = void (Call::*)(bool ok);

  /// One kind of operation of a call, and what happens when it completes.
  class Step final : public Completion {
   public:
    template <class T>
    Step(T* call, void (T::*handler)(bool))
        : call_(*call), handler_(static_cast<Handler>(handler)) {}
    void Complete(bool ok) override { call_.Dispatch(handler_, ok); }

   private:
    Call& call_;
    const Handler handler_;
  };

  explicit Call(CallSet& calls);

  /// To be passed as the tag of an operation; at most one operation of a Step at a time.
  Completion* Begin(Step& step) {
    ++pending_;
    return &step;
  }
  /// The tag for the constructor's request.
  Completion* BeginMatch() { return Begin(matched_); }

  /// Starts the same kind of call again.
  virtual void Renew() = 0;
  virtual void Accepted() = 0;
  virtual void Ended() {}

  grpc::ServerContext& context() { return context_; }
  grpc::ServerCompletionQueue* queue() { return &calls_.queue(); }
  CallSet& calls() { return calls_; }
  /// Between Accepted and Ended.
  bool running() const { return running_; }

 private:
  void Dispatch(Handler handler, bool ok);
  void OnMatched(bool ok);
  void OnDone(bool ok);

  CallSet& calls_;
  grpc::ServerContext context_;
  Step matched_{this, &Call::OnMatched};
  Step done_{this, &Call::OnDone};
  int pending_ = 0;
  bool running_ = false;
};

}  // namespace evenkeel::backend
