// RetryThrottle: the tokens that a cluster's failures use up and its successes win back (gRFC A6,
// "Throttling Retry Attempts and Hedged RPCs"). More than half of them must be there for a retry or
// a hedge.
//
// One for a cluster, shared by all workers; any thread, no lock. Never blocks a first attempt.
#pragma once

#include <atomic>
#include <cstdint>

namespace evenkeel::rpc {

class RetryThrottle {
 public:
  /// `max_tokens` in (0, 1000], `token_ratio` > 0; three decimals of it count.
  RetryThrottle(double max_tokens, double token_ratio);

  /// An attempt ended with a status that would be tried again, or the endpoint asked for no more.
  void Failed() { Change(-kToken); }
  /// An attempt ended well. Costs one load while all tokens are there.
  void Succeeded() {
    if (tokens_.load(std::memory_order_relaxed) < max_) Change(ratio_);
  }
  bool Allows() const { return 2 * tokens_.load(std::memory_order_relaxed) > max_; }
  /// For people: how many there are.
  double tokens() const {
    return static_cast<double>(tokens_.load(std::memory_order_relaxed)) / kToken;
  }

 private:
  static constexpr int64_t kToken = 1000;

  void Change(int64_t by);

  const int64_t max_;
  const int64_t ratio_;
  std::atomic<int64_t> tokens_;  // in thousandths
};

}  // namespace evenkeel::rpc
