// AttemptSet: the attempts of one call: starts them, keeps the request for another one, decides
// whether there is another, and hands on the answer of one of them.
//
// With retries there is one attempt at a time, with hedging (gRFC A6) there may be several. A part
// of its Call, which is its Owner and knows the client; used on the call's thread.
//
//   Begin ──> picking <──────────── back-off <──┐ again
//               ├──no endpoint yet──> waiting   │
//               └──> running ──an attempt ends──┤
//                       └──first message────────┴──> committed ──> done
// Where a status may lead to another attempt the answer's headers are held until its first message
// or its end, but not for long, so that a status in trailers counts as much as one in
// Trailers-Only.
//
// What its handler hears, in the legal sequences:
//   a good answer            OnAnswerHeaders, OnAnswerData*, End with the endpoint's fields
//   Trailers-Only            End with the endpoint's fields
//   no endpoint, a limit     End with a status of ours
//   every attempt failed     End with the last one's status or fields
//   a failure after headers  OnAnswerHeaders, OnAnswerData*, End with a status of ours
//   too late to be sent      OnTooLate
//   Cancel                   nothing after it; attempts that an endpoint has are reset
// OnCreditDue comes in between as the request leaves, for each byte once however often it is sent.
//
// It has nearly twice the functions a class should: eight events of its attempts and their cluster
// and three timers come in, most lead to a decision, and what two decisions share is a function of
// its own. They all act on the same few attempts, so a cut through them would leave two classes
// that know each other's insides. What could be pure is elsewhere: when to try again in
// rpc::RetrySequence and HedgePlan, what that costs in RetryBrakes, what is kept of the request in
// RequestBody.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/http2/stream.h"
#include "lib/net/timer.h"
#include "lib/rpc/hedge_plan.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/retry_sequence.h"
#include "lib/telemetry/call_record.h"
#include "proxy/call/answer_handler.h"
#include "proxy/call/answerer.h"
#include "proxy/call/attempt.h"
#include "proxy/call/kept_attempts.h"
#include "proxy/call/request_body.h"
#include "proxy/call/worker_context.h"
#include "proxy/route/call_rules.h"

namespace evenkeel::proxy {

class AttemptSet final : public Answerer, private Attempt::Owner, private Cluster::Waiter {
 public:
  using Owner = AnswerHandler;

  /// What Begin needs to know; all of it lives as long as the call.
  struct Task {
    Cluster* cluster;
    const CallRules* rules;
    std::optional<base::Time> deadline;
    std::string_view client_host;
  };

  /// `request`: the call's headers; changed for each attempt. `record`: the call's, which hears of
  /// the attempts.
  AttemptSet(WorkerContext& context, http2::HeaderList& request, telemetry::CallRecord& record,
             Owner& owner);

  /// More of the request; also before Begin.
  void AddRequest(std::span<const uint8_t> bytes, http2::EndStream end) override;
  /// Starts the first attempt, or waits for an endpoint. May call back before it returns.
  void Begin(const Task& task);
  void ReturnCredit(size_t count) override;
  void Drain() override {}  // calls go on
  void Cancel(const FinalStatus& end) override;
  /// What came of the request. Precondition: before Begin.
  std::span<const uint8_t> kept() const { return body_.kept(); }
  http2::EndStream ended() const { return body_.ended(); }
  const balancer::Endpoint* endpoint() const override;
  size_t held() const override;
  /// Empty before Begin.
  std::string WaitsFor() const override;

 private:
  void OnAttemptOpen(Attempt& attempt, http2::Session& session) override;
  void OnAttemptHeaders(Attempt& attempt, http2::HeaderList headers, http2::EndStream end) override;
  void OnAttemptData(Attempt& attempt, std::span<const uint8_t> bytes,
                     http2::EndStream end) override;
  void OnAttemptTrailers(Attempt& attempt, http2::HeaderList trailers) override;
  void OnAttemptSent(Attempt& attempt, size_t count) override;
  void OnAttemptFailed(Attempt& attempt, const rpc::AttemptOutcome& outcome,
                       const std::string& reason) override;
  void OnAttemptWaits(Attempt& attempt) override;
  /// There is a new snapshot of the cluster, for which the call has waited.
  void OnSnapshot() override;

  // Picking and starting.
  void BeginRepeats();
  enum class Role : bool { kAlone, kHedge };
  void Launch();
  void Keep(Attempt& attempt, Cluster::Member& member, Role role);
  void Start(Cluster::Member& member, Role role);
  void NoEndpoint();
  void ShedForFullEndpoints();
  Cluster::Member* Pick();
  std::string_view HashKey();

  // An attempt ends.
  rpc::AttemptOutcome Answered(rpc::StatusCode status, const http2::HeaderList& fields) const;
  /// Ends `attempt`; whether the call goes on with another one, or has been ended meanwhile.
  bool GoesOn(Attempt& attempt, const rpc::AttemptOutcome& outcome);
  bool Repeat(const rpc::AttemptOutcome& outcome, const Attempt* attempt);
  bool HedgeOn(const rpc::AttemptOutcome& outcome, Attempt& attempt);
  void Avoid(const Attempt& attempt, const rpc::AttemptOutcome& outcome);
  /// Whether fields of an answer may be handed on: all are there, or it is a failure, whose status
  /// says more than the fields left out. Counts where some are.
  bool IsWhole(const http2::HeaderList& fields, std::optional<rpc::StatusCode> status);
  void EndTooLarge(Attempt& attempt);
  void EndAtDeadline(Attempt& attempt);
  void EndByHeaders(Attempt& attempt, rpc::StatusCode status);
  void EndWithFields(Attempt& attempt, http2::HeaderList fields, rpc::StatusCode status);
  /// Ends it, and the call with `message` unless that goes on.
  void EndWithStatus(Attempt& attempt, const rpc::AttemptOutcome& outcome, std::string message);
  void Finish();
  void GiveUp(const FinalStatus& status);
  void HandOnHeld(Attempt& attempt);
  void Again();
  void CountRepeat(const rpc::RetryDecision& decision, const rpc::AttemptOutcome& outcome,
                   const Attempt* attempt);
  void CountPushback(const rpc::Pushback& pushback);

  // Hedging.
  std::optional<base::Duration> MeasuredDelay();
  void ArmHedge();
  void Hedge();
  void CountHedges(const Attempt* winner);

  // One answer wins.
  bool committed() const { return body_.committed(); }
  bool Holds() const { return rules_->repeats() && !committed(); }
  void Hold(Attempt& attempt, http2::HeaderList headers);
  void Commit(Attempt& attempt);
  static void Win(Attempt& attempt) {
    if (attempt.notes.record != nullptr) attempt.notes.record->won = true;
  }
  void CommitIfOverLimit();
  void ReleaseOthers(const Attempt& winner);
  void StopTimers();
  std::unique_ptr<Attempt>& SlotOf(const Attempt* attempt);
  telemetry::RetryCounters& counters() { return cluster_->retries().counters; }
  size_t Running() const;
  void Release(Attempt& attempt, const rpc::AttemptOutcome& outcome);

  void OnTryTimeout();
  void OnHoldTimeout();

  using LazyTimer = std::unique_ptr<net::Timer>;

  WorkerContext& context_;
  http2::HeaderList& request_;
  telemetry::CallRecord& record_;
  Owner& owner_;
  Cluster* cluster_ = nullptr;
  const CallRules* rules_ = nullptr;
  std::optional<base::Time> deadline_;
  std::string_view client_host_;
  std::string hash_key_;  // for policies that hash metadata with several values
  RequestBody body_;
  std::array<std::unique_ptr<Attempt>, rpc::kMaxAttempts> running_;
  base::LocalPtr<Cluster::Member> last_;    // that an attempt was started on
  base::LocalPtr<const RetryShare> share_;  // null: it is tried once; outlives what it brakes:
  rpc::RetrySequence retries_;
  rpc::HedgePlan hedges_;
  uint64_t hedges_sent_ = 0;
  std::unique_ptr<KeptAttempts> kept_;  // null: no sink
  bool transparent_ = false;            // the next attempt
  bool finished_ = false;
  int previous_written_ = 0;  // what request_ says in grpc-previous-rpc-attempts
  std::vector<const balancer::Endpoint*> avoid_;  // first those that had no stream for us, then
  size_t without_stream_ = 0;                     // those that were tried
  std::string last_trouble_;                      // for the final message
  LazyTimer again_timer_;                         // the end of the back-off, or the next hedge
  LazyTimer try_timer_;
  LazyTimer hold_timer_;
};

}  // namespace evenkeel::proxy
