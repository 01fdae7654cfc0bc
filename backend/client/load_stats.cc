#include "backend/client/load_stats.h"

namespace evenkeel::backend {
namespace {

template <class Key>
std::map<Key, uint64_t> Difference(const std::map<Key, uint64_t>& now,
                                   const std::map<Key, uint64_t>& earlier) {
  std::map<Key, uint64_t> difference = now;
  for (const auto& [key, count] : earlier) difference[key] -= count;
  return difference;
}

}  // namespace

LoadSnapshot LoadSnapshot::Since(const LoadSnapshot& earlier) const {
  LoadSnapshot difference;
  difference.calls = calls - earlier.calls;
  difference.failed = failed - earlier.failed;
  difference.abandoned = abandoned - earlier.abandoned;
  difference.in_flight = in_flight;
  difference.latency = latency.Since(earlier.latency);
  difference.failed_latency = failed_latency.Since(earlier.failed_latency);
  difference.replicas = Difference(replicas, earlier.replicas);
  difference.statuses = Difference(statuses, earlier.statuses);
  difference.failures = failures;
  return difference;
}

void LoadStats::Started() {
  const std::lock_guard lock(mutex_);
  ++all_.in_flight;
}

void LoadStats::Finished(const FinishedCall& call) {
  const std::lock_guard lock(mutex_);
  --all_.in_flight;
  ++all_.calls;
  all_.latency.Record(call.latency);
  ++all_.statuses[call.status.code];
  if (!call.replica.empty()) ++all_.replicas[call.replica];
  if (call.status.code == rpc::StatusCode::kOk) return;
  all_.failed_latency.Record(call.latency);
  CountFailure(call.status);
}

void LoadStats::Abandoned() {
  const std::lock_guard lock(mutex_);
  --all_.in_flight;
  ++all_.abandoned;
}

LoadSnapshot LoadStats::Snapshot() const {
  const std::lock_guard lock(mutex_);
  return all_;
}

void LoadStats::CountFailure(const rpc::Status& status) {
  ++all_.failed;
  const std::pair key(status.code, status.message);
  const bool room = all_.failures.size() < kMaxFailures || all_.failures.contains(key);
  ++all_.failures[room ? key : std::pair(status.code, std::string("(others)"))];
}

}  // namespace evenkeel::backend
