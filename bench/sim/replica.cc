#include "sim/replica.h"

#include <algorithm>

namespace evenkeel::sim {
namespace {

constexpr int64_t kWindow = 1'000'000'000;  // as servers measure their own rates
constexpr float kNewShare = 0.005f;         // of one call in the latency at its level

}  // namespace

int64_t Replica::ServiceTime(int64_t work) const {
  if (fixed_ > 0) return fixed_;
  const double speed = speed_ * std::max(0.05, 1 - streams_cost_) / (slow_ * antagonist_);
  return static_cast<int64_t>(static_cast<double>(work) / speed);
}

Replica::Accept Replica::Add(uint32_t call, int64_t now) {
  Integrate(now);
  ++calls_;
  if (busy_ < concurrency_) {
    ++busy_;
    ++in_flight_;
    return Accept::kStart;
  }
  if (waiting_.size() >= queue_limit_) return Accept::kRefuse;
  waiting_.push_back(call);
  ++in_flight_;
  max_queue_ = std::max<uint64_t>(max_queue_, waiting_.size());
  return Accept::kWait;
}

void Replica::Done(int64_t now, int64_t latency, uint32_t level) {
  Integrate(now);
  --busy_;
  --in_flight_;
  window_done_ += 1;
  const size_t at = std::min<size_t>(level, kLevels - 1);
  const float ms = static_cast<float>(latency) / 1e6f;
  const float share = std::max(kNewShare, 1.0f / static_cast<float>(++samples_at_[at]));
  latency_at_[at] += (ms - latency_at_[at]) * share;
}

bool Replica::TakeNext(uint32_t& call, int64_t now) {
  if (waiting_.empty() || busy_ >= concurrency_) return false;
  Integrate(now);
  call = waiting_.front();
  waiting_.pop_front();
  ++busy_;
  return true;
}

void Replica::Failed(int64_t now) {
  Integrate(now);
  ++calls_;
  window_done_ += 1;
  window_failed_ += 1;
}

void Replica::Clear(int64_t now) {
  Integrate(now);
  in_flight_ -= busy_ + static_cast<uint32_t>(waiting_.size());
  busy_ = 0;
  waiting_.clear();
}

ReplicaLoad Replica::Load(int64_t now) {
  Integrate(now);
  Roll(now);
  load_.in_flight = static_cast<float>(in_flight_);
  load_.latency_ms = LatencyAtLevel();
  return load_;
}

void Replica::Integrate(int64_t now) {
  const auto time = static_cast<double>(now - integrated_to_);
  busy_time_ += time * busy_;
  window_busy_ += time * busy_;
  queue_time_ += time * static_cast<double>(waiting_.size());
  integrated_to_ = now;
}

void Replica::Roll(int64_t now) {
  if (now - window_from_ < kWindow) return;
  const auto time = static_cast<double>(now - window_from_);
  load_.utilization = static_cast<float>(window_busy_ / time / concurrency_);
  load_.qps = static_cast<float>(window_done_ * 1e9 / time);
  load_.eps = static_cast<float>(window_failed_ * 1e9 / time);
  window_busy_ = window_done_ = window_failed_ = 0;
  window_from_ = now;
}

// The average at the present level or, without one, at the nearest below, else above.
float Replica::LatencyAtLevel() const {
  const size_t level = std::min<size_t>(in_flight_, kLevels - 1);
  for (size_t i = level + 1; i-- > 0;) {
    if (latency_at_[i] > 0) return latency_at_[i];
  }
  for (size_t i = level + 1; i < kLevels; ++i) {
    if (latency_at_[i] > 0) return latency_at_[i];
  }
  return 0;
}

void Replica::StartMeasuring(int64_t now) {
  Integrate(now);
  measured_from_ = now;
  busy_time_ = queue_time_ = 0;
  max_queue_ = waiting_.size();
  calls_ = 0;
}

ReplicaStats Replica::Stats(int64_t now) {
  Integrate(now);
  const auto time = static_cast<double>(now - measured_from_);
  return {.utilization = busy_time_ / time / concurrency_,
          .queue = queue_time_ / time,
          .max_queue = max_queue_,
          .calls = calls_};
}

}  // namespace evenkeel::sim
