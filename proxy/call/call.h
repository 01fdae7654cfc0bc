// Call: what a client asked for, from its headers to its final status.
//
// Holds the client's stream and the clock's limits; ends exactly once, by End, which tells the
// client, lets go of all that the call has, and records it. Getting the request answered is the
// business of its Answerer. Owned by its ClientConnection, used on its worker's thread.
//
//   kOpen ──response headers──> kResponding ──trailers──> kFinished ──stream closed──> gone
//     └────────────Trailers-Only, or a status of our own─────────┘
// The client can end it in every state, by reset or by vanishing.
//
// What happens to it, in the legal sequences:
//   a good call        Start, OnData*, OnAnswerHeaders, OnAnswerData*, End, OnClosed
//   refused            Start, in which a check or a stage of its route Ends it; OnClosed
//   delayed by a stage Start, OnStagesResume, and on like a good call
//   deadline, limits   OnExpired at any point after Start: End, which cancels what answers it
//   the client cancels OnClosed at any point: End, of which the client is told nothing
//   moved, drained     End from outside at any point
// After End nothing is heard of what answers the call; the stream lives until OnClosed.
//
// It has some functions more than a class should, for it is where everything that can happen to a
// call comes together: half of them are what the stream, the answerer, the stages, the clock and
// the owner tell it, each ends in one of the sequences above. What could stand alone does:
// StageRun, CallTimer, MessageLimit, the rules for fields (rpc::ApplyFieldRules, FitAnswer).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "lib/base/block_pool.h"
#include "lib/base/slot_list.h"
#include "lib/http/server_stream.h"
#include "lib/net/timer.h"
#include "lib/rpc/message_limit.h"
#include "lib/rpc/outcome.h"
#include "lib/rpc/status.h"
#include "proxy/call/attempt_set.h"
#include "proxy/call/call_timer.h"
#include "proxy/call/health_call.h"
#include "proxy/call/routes.h"
#include "proxy/call/stage_run.h"
#include "proxy/call/worker_context.h"
#include "proxy/cluster/stream_mover.h"

namespace evenkeel::proxy {

class Call final : public base::Pooled,
                   public base::Slotted,
                   private http2::StreamHandler,
                   private AnswerHandler,
                   private CallTimer::Owner,
                   private StageRun::Owner {
 public:
  class Owner {
   public:
    /// A call has its final status, which may not have left yet.
    virtual void OnCallFinished() = 0;
    /// The client's stream is no more, and the call has finished. The owner hands the call to
    /// DeleteLater.
    virtual void OnCallGone(Call& call) = 0;

   protected:
    ~Owner() = default;
  };

  /// `current_routes`: of the listener that it came through; `client`: at the other end of
  /// its connection. Both live as long as the call.
  Call(WorkerContext& context, const CurrentRoutes& current_routes, const net::Peer& client,
       http::ServerStreamHandle stream, http2::HeaderList request, Owner& owner);
  ~Call();

  /// Checks the request, routes it, starts its clock and the first attempt, or answers. `refusal`:
  /// what it is answered in any case; null: nothing.
  void Start(http2::EndStream end, const rpc::Status* refusal = nullptr);

  /// The connection takes no more calls. This one goes on, but for a watch of the sidecar's health.
  void Drain() { answerer_->Drain(); }
  /// The only exit. No effect once it has finished.
  void End(const FinalStatus& end) override;
  /// Once it has finished: resets the stream if nothing has left of it since this was last asked.
  void ResetIfStuck();

  /// Bytes of memory for what it has of request and answer.
  size_t held() const { return stream_->held() + request_.held() + answerer_->held(); }
  /// Of it, the answer's that has not left.
  size_t unread() const { return stream_->held(); }
  /// Null before it is routed.
  const Cluster* cluster() const { return cluster_; }
  /// What has it since when; no endpoint once it has finished, or while none has it.
  StreamMover::Stream stream() const;
  /// Ends it so that its client opens it anew at once, by pushback 0 (gRFC A6).
  void Move();

 private:
  enum class State { kOpen, kResponding, kFinished };

  // The client's side.
  void OnHeaders(http2::HeaderList, http2::EndStream) override;
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnTrailers(http2::HeaderList trailers) override;
  void OnSent(size_t count) override;
  void OnClosed(const http2::StreamEnd& end) override;
  bool MayBeReset() const override;
  /// Not what was refused before it had a cluster, nor what the sidecar says of itself: neither
  /// costs more than the resets that it would pay for.
  bool PaysForResets() const override { return cluster_ != nullptr; }

  // The side that answers.
  void OnAnswerHeaders(http2::HeaderList headers) override;
  void OnAnswerData(std::span<const uint8_t> bytes) override;
  void OnTooLate() override { OnExpired(CallTimer::Expiry::kDeadline); }
  void OnCreditDue(size_t count) override { stream_->ReturnCredit(count); }

  // Its route's stages, and then its attempts.
  void OnStagesResume() override;

  // The clock.
  void OnExpired(CallTimer::Expiry expiry) override;

  bool CheckRequest();
  bool ReadTimeout();
  bool IsClear();
  bool Admit();
  bool Route();
  void AnswerHere(http2::EndStream end);
  void StartClock();
  bool Allows(std::optional<rpc::MessageLimit>& limit, std::span<const uint8_t> bytes,
              std::string_view whose);
  void AnswerNotGrpc(std::string_view http_status, std::string text);
  /// Precondition: its method is unsettled.
  void SettleMethod(telemetry::IsMethod is_method);
  bool IsAtDeadline() const;
  base::Duration Age() const { return context_.loop.Now() - record_.started; }

  // The parts of End.
  void Finish(const FinalStatus& end);
  void Fail(const FinalStatus& end);
  void Tell(const FinalStatus& end);
  void Close(const FinalStatus& end);
  void Count(const FinalStatus& end);
  void Record(const FinalStatus& end);

  WorkerContext& context_;
  const CurrentRoutes& current_routes_;
  const base::LocalPtr<const Routes> routes_;  // those it began with
  const net::Peer& client_;
  Owner& owner_;
  http::ServerStreamHandle stream_;
  http2::HeaderList request_;
  telemetry::CallRecord record_;
  State state_ = State::kOpen;
  size_t last_unsent_ = SIZE_MAX;             // at the last ResetIfStuck
  bool counted_ = false;                      // as started, of record_.method
  std::optional<base::Duration> timeout_;     // the client's
  const RouteTable::Route* route_ = nullptr;  // of routes_
  authz::CallerPtr caller_;                   // null: it has brought no credential
  const CallRules* rules_ = nullptr;          // of route_
  Cluster* cluster_ = nullptr;                // where it goes
  CallTimer timer_;
  std::optional<rpc::MessageLimit> request_limit_;
  std::optional<rpc::MessageLimit> response_limit_;
  AttemptSet attempts_;
  StageRun stages_;
  std::unique_ptr<HealthCall> health_;
  Answerer* answerer_ = &attempts_;  // or health_
};

}  // namespace evenkeel::proxy
