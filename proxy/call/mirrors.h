// Mirrors: one worker's copies of calls, which are sent to another cluster and whose answers are
// dropped.
//
// A copy gets what its original gets of the request and never holds the original up: one that
// cannot keep up, finds no endpoint or outlives its time is dropped. It is an AttemptSet like that
// of a call, without retries, with a handler that drops what it hears. Part of the WorkerContext,
// used on the worker's thread.
//
// An original and its copy know each other. Whoever ends first leaves the other alone: a copy that
// was dropped is no longer fed, one whose original has ended goes on for a while, if it has all of
// its request.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <unordered_map>

#include "lib/base/local_ptr.h"
#include "proxy/call/attempt_set.h"
#include "proxy/call/worker_context.h"

namespace evenkeel::proxy {

class Mirrors {
 public:
  class Copy;

  /// A call's side of its copy; a part of the call.
  class Original {
   public:
    Original() = default;
    Original(const Original&) = delete;
    Original& operator=(const Original&) = delete;
    ~Original() {
      if (copy_ != nullptr) OnEnded(rpc::Origin::kClient);
    }

    /// Whether there is a copy.
    explicit operator bool() const { return copy_ != nullptr; }
    /// More of the request. Precondition, as for the next: there is a copy.
    void Add(std::span<const uint8_t> bytes, http2::EndStream end);
    /// The original has ended. What has all of its request goes on for a while, unless it was the
    /// client that ended it. There is no copy any more, as far as the original is concerned.
    void OnEnded(rpc::Origin by);

   private:
    friend class Mirrors;
    Copy* copy_ = nullptr;
  };

  /// Starts a copy of a call that sends `request` and has this deadline. `original` has none
  /// afterwards if there is no endpoint, or if there are too many copies.
  static void Launch(WorkerContext& context, Original& original,
                     const base::LocalPtr<Cluster>& cluster, const http2::HeaderList& request,
                     std::optional<base::Time> deadline);

  Mirrors();
  ~Mirrors();

  /// How long a copy goes on after its original that ended at `now`; it never outlives `deadline`.
  static base::Time EndAfterOriginal(base::Time now, std::optional<base::Time> deadline);

 private:
  std::unordered_map<const Copy*, std::unique_ptr<Copy>> copies_;
};

}  // namespace evenkeel::proxy
