// RetryBudget: how much load retries and hedges may add to a cluster, whatever each call's policy
// says: a share of its calls, plus a reserve for the quiet hours.
//
// One for a cluster, shared by all workers; any thread, no lock. Counts calls that may be retried.
#pragma once

#include <atomic>
#include <cstdint>

namespace evenkeel::rpc {

class RetryBudget {
 public:
  /// `percent` of the calls, 0 to 100; `reserve`: what there is at the start and at most.
  RetryBudget(uint32_t percent, uint32_t reserve)
      : percent_(percent), max_(int64_t{reserve} * kAttempt), left_(max_) {}

  /// A call begins. Costs one load while the reserve is full.
  void CallStarted() {
    if (left_.load(std::memory_order_relaxed) < max_) {
      left_.fetch_add(percent_, std::memory_order_relaxed);
    }
  }
  /// Whether one more attempt is within it; takes it out.
  bool Take() {
    if (left_.fetch_sub(kAttempt, std::memory_order_relaxed) >= kAttempt) return true;
    left_.fetch_add(kAttempt, std::memory_order_relaxed);
    return false;
  }
  /// Gives back what Take has taken for an attempt that was not sent.
  void Return() { left_.fetch_add(kAttempt, std::memory_order_relaxed); }
  /// Attempts that could be taken now.
  double left() const {
    return static_cast<double>(left_.load(std::memory_order_relaxed)) / kAttempt;
  }

 private:
  static constexpr int64_t kAttempt = 100;  // so that a percent of a call is 1

  const int64_t percent_;
  const int64_t max_;
  std::atomic<int64_t> left_;
};

}  // namespace evenkeel::rpc
