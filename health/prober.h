// Prober: decides how and when one endpoint is asked whether it serves, and what its answers mean.
//
// Pure: it tells a Driver what to send and when to wake it, and is told what came. One for each
// endpoint and process; on the thread of the worker that asks. gRPC checks follow gRFC A17, and go
// on where A17 stops: an endpoint without Watch is asked with Check; one without the health
// service, or whose health service refuses us, is judged by its connection alone.
//
//            Connected            UNIMPLEMENTED           UNIMPLEMENTED
//   kIdle ─────────────> kWatching ────────────> kChecking ────────────> kConnectionAlone
//                        │  ^                    │  ^
//        failed, timeout v  │ back-off    answer v  │ interval
//                        kWatchPause            kCheckPause
//   every state ──Disconnected──> kIdle
// Checks by TCP and HTTP begin in kChecking and know no connection.
#pragma once

#include <optional>
#include <string>

#include "health/probe_result.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/health.h"
#include "lib/rpc/status.h"
#include "pool/backoff.h"

namespace evenkeel::health {

class Prober {
 public:
  /// What the prober has done. Calls that start something may come back before they return.
  class Driver {
   public:
    /// Opens a Watch; OnAnswer for each message, OnWatchEnded at its end.
    virtual void StartWatch() = 0;
    /// Asks once; OnAnswer follows.
    virtual void StartCheck() = 0;
    /// Withdraws what was started and has not ended: nothing more is heard of it.
    virtual void StopProbe() = 0;
    /// OnWake once at `due`; replaces what was asked for before.
    virtual void WakeAt(base::Time due) = 0;
    virtual void StopWake() = 0;
    virtual void OnReport(ProbeReport report) = 0;

   protected:
    ~Driver() = default;
  };

  Prober(const config::HealthCheck& settings, const base::Clock& clock, base::Random& random,
         Driver& driver);

  /// The owner is ready to hear from the driver: checks by TCP and HTTP begin.
  void Start();
  /// The endpoint's connection works; `reason` of the loss is for people.
  void Connected();
  void Disconnected(const std::string& reason);
  /// The connection takes no new streams and is being replaced: a Watch moves over (gRFC A17).
  void GoAway();

  /// The question has left: the time for its answer runs.
  void OnSent();
  void OnAnswer(ProbeResult result, const std::string& detail);
  void OnWatchEnded(const rpc::Status& status);
  /// Asks with Check instead.
  void OnNoRoomToWatch();
  /// The question went down with its connection, or never left. No result of a probe.
  void OnLost(const std::string& reason);
  void OnWake();

 private:
  enum class State {
    kIdle,
    kWatching,
    kWatchPause,
    kChecking,
    kCheckPause,
    kConnectionAlone,
  };

  bool UsesConnection() const { return settings_.type == config::HealthCheck::Type::kGrpc; }
  void Watch();
  bool MayReplaceWatch() const;
  bool TrustsTheDenying() const {
    return settings_.when_denied == config::HealthCheck::Denied::kServing;
  }
  void PauseWatch(std::optional<ProbeResult> result, const std::string& detail);
  void Check();
  void TrustConnection(ProbeResult result, const std::string& why);
  void OnCheckAnswer(ProbeResult result, const std::string& detail);
  void Weigh(bool good);
  base::Duration NextInterval();
  void Report(std::optional<ProbeResult> result, std::string detail);

  const config::HealthCheck settings_;
  const base::Clock& clock_;
  base::Random& random_;
  Driver& driver_;
  State state_ = State::kIdle;
  Health health_ = Health::kUnknown;
  bool answered_ = false;  // the present Watch has
  base::Time watch_start_{};
  uint32_t good_run_ = 0;
  uint32_t bad_run_ = 0;
  pool::Backoff backoff_;
};

}  // namespace evenkeel::health
