// MirroredCall: a copy of a call, sent to another cluster, of whose answer nobody hears.
//
// It takes what its original gets of the request and never holds the original up: a copy that
// cannot keep up, finds no endpoint or outlives its time is dropped. One attempt, no retry. Owned
// by its worker's Mirrors; the original knows it weakly.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "lib/http/byte_queue.h"
#include "lib/net/timer.h"
#include "proxy/call/attempt.h"
#include "proxy/call/worker_context.h"

namespace evenkeel::proxy {

class MirroredCall final : private Attempt::Owner {
 public:
  /// Starts a copy of a call that sends `request` and has this deadline. The result is empty when
  /// there is none: no endpoint, or too many copies.
  static std::weak_ptr<MirroredCall> Launch(WorkerContext& context,
                                            const base::LocalPtr<Cluster>& cluster,
                                            const http2::HeaderList& request,
                                            std::optional<base::Time> deadline);
  MirroredCall(WorkerContext& context, base::LocalPtr<Cluster> cluster, http2::HeaderList request,
               std::optional<base::Time> deadline);

  /// More of the request.
  void Add(std::span<const uint8_t> bytes, http2::EndStream end);
  /// The original has ended. What has all of its request goes on for a while, unless it was the
  /// client that ended it.
  void OnOriginalEnded(rpc::Origin by);
  /// When it is dropped at the latest; nothing: not before its original has ended.
  std::optional<base::Time> end() const { return end_; }

 private:
  void OnAttemptOpen(Attempt& attempt, http2::Session& session) override;
  void OnAttemptHeaders(Attempt& attempt, http2::HeaderList headers, http2::EndStream end) override;
  void OnAttemptData(Attempt& attempt, std::span<const uint8_t> bytes,
                     http2::EndStream end) override;
  void OnAttemptTrailers(Attempt& attempt, http2::HeaderList trailers) override;
  void OnAttemptSent(Attempt& attempt, size_t count) override;
  void OnAttemptFailed(Attempt& attempt, const rpc::AttemptOutcome& outcome,
                       const std::string& reason) override;

  void Start();
  void Answered(const http2::HeaderList& last);
  void Drop();
  void End(const rpc::AttemptOutcome& outcome);

  WorkerContext& context_;
  const base::LocalPtr<Cluster> cluster_;
  http2::HeaderList request_;
  const std::optional<base::Time> deadline_;
  std::optional<base::Time> end_;
  http2::ByteQueue kept_;  // until there is a stream
  size_t unsent_ = 0;      // bytes of the request that have not left
  http2::EndStream ended_ = http2::EndStream::kNo;
  bool over_ = false;
  net::Timer timer_;
  std::unique_ptr<Attempt> attempt_;
};

}  // namespace evenkeel::proxy
