// LoadStats: what became of the calls of a load: by replica, by status, by latency.
//
// Calls are recorded on one thread while the live table reads on another.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "backend/client/latency_histogram.h"
#include "lib/rpc/status.h"

namespace evenkeel::backend {

/// One finished call.
struct FinishedCall {
  base::Duration latency{};  ///< since it was due (open loop) or started (closed loop)
  rpc::Status status;
  std::string replica;  ///< x-served-by; empty if there was none
};

/// All finished calls up to some moment.
struct LoadSnapshot {
  uint64_t calls = 0;
  uint64_t failed = 0;
  /// Cancelled by user-client at the end of the load; not among `calls`.
  uint64_t abandoned = 0;
  uint64_t in_flight = 0;
  LatencyHistogram latency;
  LatencyHistogram failed_latency;           ///< of those that failed
  std::map<std::string, uint64_t> replicas;  ///< without calls of unknown replica
  std::map<rpc::StatusCode, uint64_t> statuses;
  std::map<std::pair<rpc::StatusCode, std::string>, uint64_t> failures;

  /// What happened since `earlier`, a snapshot of the same load; `failures` and `in_flight` as now.
  LoadSnapshot Since(const LoadSnapshot& earlier) const;
};

class LoadStats {
 public:
  /// Failures are told apart by status and message up to this many; more count as "(others)".
  static constexpr size_t kMaxFailures = 100;

  void Started();
  void Finished(const FinishedCall& call);
  void Abandoned();

  LoadSnapshot Snapshot() const;

 private:
  void CountFailure(const rpc::Status& status);

  mutable std::mutex mutex_;
  LoadSnapshot all_;
};

}  // namespace evenkeel::backend
