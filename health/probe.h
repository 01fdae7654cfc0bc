// Probe: one question to an endpoint, under way from Start until its answer. Destroying it
// withdraws it.
//
// Owned by an ActiveCheck; on its worker's thread.
#pragma once

#include <string>

#include "health/probe_result.h"
#include "lib/rpc/status.h"

namespace evenkeel::health {

class Probe {
 public:
  /// Legal order: OnProbeSent, OnProbeAnswer (once; a Watch's any number), OnWatchEnded (of a
  /// Watch, as the last). A failure may come without OnProbeSent. OnProbeLost may come at any time
  /// and is the last. The owner must not destroy the probe in any of them
  /// (EventLoop::DeleteLater).
  class Owner {
   public:
    virtual void OnProbeSent(Probe& probe) = 0;
    virtual void OnProbeAnswer(Probe& probe, ProbeResult result, const std::string& detail) = 0;
    virtual void OnWatchEnded(Probe& probe, const rpc::Status& status) = 0;
    /// A Watch would take the only stream that the endpoint allows; it was not begun.
    virtual void OnNoRoomToWatch(Probe& probe) = 0;
    /// It did not reach the endpoint, or its connection was lost under it: that is the pool's news,
    /// and no result of a probe.
    virtual void OnProbeLost(Probe& probe, const std::string& reason) = 0;

   protected:
    ~Owner() = default;
  };

  virtual ~Probe() = default;
  /// May call back before it returns.
  virtual void Start() = 0;
};

}  // namespace evenkeel::health
