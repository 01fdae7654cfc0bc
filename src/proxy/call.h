// Call: what a client asked for, from its headers to its final status.
//
// Holds the client's stream, the deadline and the current attempt; decides on retries; finishes
// exactly once. Owned by its ClientConnection, used on its worker's thread.
//
//   kOpen ──response headers──> kResponding ──trailers──> kFinished ──stream closed──> gone
//     └────────────Trailers-Only, or a status of our own─────────┘
// From kResponding on the call is committed: no other attempt (gRFC A6). The client can end it in
// every state, by reset or by vanishing.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http2/stream.h"
#include "net/timer.h"
#include "proxy/attempt.h"
#include "proxy/request_body.h"
#include "proxy/routes.h"
#include "proxy/worker_context.h"
#include "rpc/outcome.h"
#include "rpc/status.h"

namespace evenkeel::proxy {

class Call final : private http2::StreamHandler, private Attempt::Owner, private Cluster::Waiter {
 public:
  class Owner {
   public:
    /// The client's stream is no more. The owner hands the call to DeleteLater.
    virtual void OnCallGone(Call& call) = 0;

   protected:
    ~Owner() = default;
  };

  /// `client_host`: the client's address without its port; lives as long as the call.
  Call(WorkerContext& context, base::LocalPtr<const Routes> routes, std::string_view client_host,
       http2::StreamHandle stream, http2::HeaderList request, Owner& owner);
  ~Call();

  /// Checks the request, arms its deadline, routes it and starts the first attempt, or answers.
  void Start(http2::EndStream end);

  /// Ends the call with a status of our own, unless it has finished.
  void FinishByProxy(const rpc::Status& status);

  /// Where the owner keeps it.
  size_t index = 0;

 private:
  enum class State { kOpen, kResponding, kFinished };

  // The client's side.
  void OnHeaders(http2::HeaderList, http2::EndStream) override;
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnTrailers(http2::HeaderList trailers) override;
  void OnSent(size_t count) override;
  void OnClosed(const http2::StreamEnd& end) override;

  // The endpoint's side.
  void OnAttemptOpen(http2::Session& session) override;
  void OnAttemptHeaders(http2::HeaderList headers, http2::EndStream end) override;
  void OnAttemptData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnAttemptTrailers(http2::HeaderList trailers) override;
  void OnAttemptSent(size_t count) override;
  void OnAttemptFailed(const Attempt::Failure& failure) override;

  bool CheckRequest();
  bool ArmDeadline();
  bool Route();
  void StartAttempt();
  /// There is a new picture of the cluster, for which the call has waited.
  void OnPicture() override { StartAttempt(); }
  Cluster::Member* Pick();
  std::string_view HashKey();
  void EndAttempt(rpc::StatusCode status, rpc::Origin origin, rpc::Cause cause);
  bool MayRetry(const Attempt::Failure& failure) const;
  void OnDeadline();
  void ForwardTrailersOnly(http2::HeaderList headers);
  void AnswerNotGrpc(std::string_view http_status, std::string_view text);
  void Finish(const rpc::Status& status, rpc::Origin origin, rpc::Cause cause);
  bool IsAtDeadline() const;
  void Record(rpc::StatusCode status, rpc::Origin origin);

  WorkerContext& context_;
  const base::LocalPtr<const Routes> routes_;  // those it began with
  const std::string_view client_host_;
  Owner& owner_;
  http2::StreamHandle stream_;
  http2::HeaderList request_;
  const base::Time start_;
  State state_ = State::kOpen;
  std::optional<telemetry::MethodId> method_;  // once the call counts as started
  std::optional<base::Time> deadline_;
  std::optional<net::Timer> deadline_timer_;
  const RouteTable::Route* route_ = nullptr;  // of routes_
  Cluster* cluster_ = nullptr;
  std::string hash_key_;  // for policies that hash metadata with several values
  RequestBody body_;
  std::unique_ptr<Attempt> attempt_;
  int attempts_ = 0;
  std::vector<const balancer::Endpoint*> excluded_;  // had no stream for us
  const balancer::Endpoint* refused_by_ = nullptr;   // the one transparent retry is used up
  std::optional<rpc::StatusCode> header_status_;     // grpc-status that came before any message
  std::string last_trouble_;                         // for the final message
};

}  // namespace evenkeel::proxy
