// Attempt: one try of a call on one endpoint.
//
// Holds the endpoint's in-flight token, waits for a stream, forwards bytes both ways and says how
// it ended; whether to try again is for its AttemptSet. Owned by its AttemptSet; used on its
// thread.
//
//   Start ──> waiting in the pool ──OnRoom──> stream open ──> events to the call ──> End
#pragma once

#include <optional>
#include <span>
#include <string>

#include "balancer/endpoint.h"
#include "lib/base/block_pool.h"
#include "lib/http2/stream.h"
#include "lib/rpc/outcome.h"
#include "pool/pool.h"
#include "proxy/call/worker_context.h"
#include "proxy/cluster/cluster.h"

namespace evenkeel::proxy {

class Attempt final : public base::Pooled, private pool::Waiter, private http2::StreamHandler {
 public:
  /// What the call notes down about it.
  struct Notes {
    int number = 1;         ///< among the call's attempts
    int previous = 0;       ///< attempts that count, before it: grpc-previous-rpc-attempts
    bool is_hedge = false;  ///< sent beside another
    telemetry::AttemptRecord* record = nullptr;  ///< of the call's record; null: none
    telemetry::MethodId method = telemetry::kOtherMethod;
    std::optional<base::Time> deadline{};            ///< the call's
    uint64_t sent = 0;                               ///< bytes of the request that have left
    std::optional<http2::HeaderList> held{};         ///< of the answer, not yet handed on
    std::optional<rpc::StatusCode> header_status{};  ///< grpc-status before any message
  };

  /// What the call hears. Legal order: OnAttemptOpen, then OnAttemptHeaders, OnAttemptData*,
  /// OnAttemptTrailers; OnAttemptSent in between; OnAttemptFailed at any point, as the last. Within
  /// each, the call may End the attempt and hand it to DeleteLater.
  class Owner {
   public:
    /// There is a stream for the attempt. The owner gives what it has of the request, by Open.
    virtual void OnAttemptOpen(Attempt& attempt, http2::Session& session) = 0;
    virtual void OnAttemptHeaders(Attempt& attempt, http2::HeaderList headers,
                                  http2::EndStream end) = 0;
    virtual void OnAttemptData(Attempt& attempt, std::span<const uint8_t> bytes,
                               http2::EndStream end) = 0;
    virtual void OnAttemptTrailers(Attempt& attempt, http2::HeaderList trailers) = 0;
    /// `count` bytes of the request have left.
    virtual void OnAttemptSent(Attempt& attempt, size_t count) = 0;
    /// It got no answer from its endpoint. `reason`: in words, without the endpoint's name.
    virtual void OnAttemptFailed(Attempt& attempt, const rpc::AttemptOutcome& outcome,
                                 const std::string& reason) = 0;
    /// It waits at an endpoint that is full; comes each while. It may be failed now.
    virtual void OnAttemptWaits(Attempt& /*attempt*/) {}

   protected:
    ~Owner() = default;
  };

  Attempt(WorkerContext& context, Cluster& cluster, Cluster::Member& member, Owner& owner);
  /// Ends it as cancelled by the client, unless End was called before.
  ~Attempt();

  /// Asks the pool for a stream; may call back before it returns.
  void Start() { pool_.Open(*this); }

  /// Sends the request's headers and what there is of its body, or fails the attempt as kTooLarge.
  /// Called from OnAttemptOpen, as the last that is done there with the attempt.
  void Open(http2::Session& session, const http2::HeaderList& headers,
            std::span<const uint8_t> body, http2::EndStream end);
  /// Sends more of the request. Precondition: open().
  void SendBody(std::span<const uint8_t> bytes, http2::EndStream end);
  /// `count` bytes of the response have left towards the client.
  void ReturnCredit(size_t count);
  bool open() const { return stream_ != nullptr; }
  /// Bytes of memory for what it has of request and answer.
  size_t held() const {
    return (stream_ ? stream_->held() : 0) + (notes.held ? notes.held->held() : 0);
  }

  /// Records the outcome once, gives back the token and lets go of the stream. Its times are filled
  /// in here.
  void End(rpc::AttemptOutcome outcome);

  pool::Pool& pool() const { return pool_; }
  const std::string& address() const { return pool_.endpoint()->address(); }
  /// From the pick to the answer's first byte, or until now.
  base::Duration latency() const { return first_data_.value_or(context_.loop.Now()) - start_; }

  Notes notes;

 private:
  void OnRoom(http2::Session& session) override { owner_.OnAttemptOpen(*this, session); }
  void OnUnavailable(const std::string& reason) override;
  void OnFull(const std::string& reason) override;
  void OnStillFull() override { owner_.OnAttemptWaits(*this); }
  bool may_leave() const override { return true; }
  void OnHeaders(http2::HeaderList headers, http2::EndStream end) override;
  void OnData(std::span<const uint8_t> bytes, http2::EndStream end) override;
  void OnTrailers(http2::HeaderList trailers) override;
  void OnSent(size_t count) override { owner_.OnAttemptSent(*this, count); }
  void OnClosed(const http2::StreamEnd& end) override;
  bool IsSound(http2::HeaderList& fields);

  WorkerContext& context_;
  Cluster& cluster_;
  const base::LocalPtr<Cluster::Member> member_;
  pool::Pool& pool_;
  Owner& owner_;
  const base::Time start_;
  std::optional<base::Time> first_data_;
  balancer::InFlight in_flight_;
  http2::StreamHandle stream_;
  bool ended_ = false;
};

}  // namespace evenkeel::proxy
