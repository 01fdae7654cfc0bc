// StageRun: takes one call through the stages of its route, and keeps what they took for it.
//
//   Begin ──> Next: go on ──> next stage ... ──> kPassed
//               ├── refused ──> kRefused, with refusal(): the call is to be ended so
//               └── waits ────> kWaits; then Owner::OnStagesResume: the call asks for Next again,
//                               which resumes at the stage that waited
//   End: in every state, once; nothing comes after it
// A refused call is answered at once, is not tried again by us, and counts as shed where it was to
// protect the cluster or us. Part of its Call, used on the call's thread.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "lib/base/limit.h"
#include "lib/http/header_list.h"
#include "lib/net/peer.h"
#include "lib/net/timer.h"
#include "lib/telemetry/shed.h"
#include "proxy/call/attempt_set.h"
#include "proxy/call/final_status.h"
#include "proxy/call/mirrors.h"
#include "proxy/call/routes.h"
#include "proxy/call/worker_context.h"

namespace evenkeel::proxy {

class StageRun {
 public:
  class Owner {
   public:
    /// What a stage waited for has come.
    virtual void OnStagesResume() = 0;

   protected:
    ~Owner() = default;
  };
  enum class Outcome : uint8_t { kPassed, kRefused, kWaits };

  /// What stages see of the call; all of it lives as long as the call.
  struct Facts {
    const RouteTable::Route* route;
    const net::Peer* client;
    const authz::Caller* caller;  ///< by its credential; null: it has none
    const Routes* routes;
    Cluster* cluster;  ///< where the call goes
    std::optional<base::Time> deadline;
  };

  /// `request`: the call's headers, which stages may change; `attempts`: has what came of its
  /// messages.
  StageRun(WorkerContext& context, http2::HeaderList& request, const AttemptSet& attempts,
           Owner& owner)
      : context_(context), request_(request), attempts_(attempts), owner_(owner) {}

  void Begin(const Facts& facts) { facts_ = facts; }
  /// Goes on from where it stands. Precondition: after Begin.
  Outcome Next();
  /// What the call is told; after kRefused.
  const FinalStatus& refusal() const { return *refusal_; }

  /// More of the request, for a copy where there is one.
  void AddRequest(std::span<const uint8_t> bytes, http2::EndStream end) {
    if (mirror_) mirror_.Add(bytes, end);
  }
  /// The rule that does not allow the call, refused or only observed; empty: there is none. Lives
  /// as long as the route.
  std::string_view rule() const { return rule_; }
  /// Whether a copy of the call was sent.
  bool mirrored() const { return mirrored_; }
  /// Whether trouble was made for it on purpose.
  bool faulted() const {
    return fault_ && (fault_->delay > base::Duration::zero() || fault_->abort != nullptr);
  }
  /// The call has ended: gives back what was taken.
  void End(rpc::Origin origin);

 private:
  enum class Step : uint8_t { kGoOn, kRefuse, kWait };

  Step Take(const MemoryGate& stage);
  Step Take(const AccessGate& stage);
  Step Take(const RateGate& stage);
  Step Take(const ClusterGate& stage);
  Step Take(const FaultStage& stage);
  Step Take(const RequestEdits& stage);
  Step Take(const MirrorStage& stage);
  Step Shed(telemetry::Shed reason, rpc::StatusCode code, std::string text,
            std::optional<base::Duration> pushback = {});
  Step Wait(base::Duration time);

  WorkerContext& context_;
  http2::HeaderList& request_;
  const AttemptSet& attempts_;
  Owner& owner_;
  Facts facts_{};
  size_t next_ = 0;  // of the route's stages
  std::optional<FinalStatus> refusal_;
  std::string_view rule_;
  base::Permit place_;                          // in the cluster
  std::optional<FaultInjection::Fault> fault_;  // drawn
  std::unique_ptr<net::Timer> timer_;           // what a stage waits for
  Mirrors::Original mirror_;
  bool mirrored_ = false;
};

}  // namespace evenkeel::proxy
