// ReplayMemory: one worker's part of what the process may hold for other attempts of its calls.
//
// The process's part is shared by all workers and taken from in large pieces, so that a call's path
// touches a number of its worker only. Used on the worker's thread; outlives its calls.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace evenkeel::proxy {

class ReplayMemory {
 public:
  static constexpr int64_t kDefaultLimit = 64 * 1024 * 1024;

  /// What all workers share: the bytes that are left.
  using Pool = std::atomic<int64_t>;

  explicit ReplayMemory(std::shared_ptr<Pool> pool = std::make_shared<Pool>(kDefaultLimit))
      : pool_(std::move(pool)) {}
  ReplayMemory(const ReplayMemory&) = delete;
  ReplayMemory& operator=(const ReplayMemory&) = delete;
  ~ReplayMemory() { pool_->fetch_add(here_); }

  /// Whether `bytes` more may be held; they count either way, until Give.
  bool Take(size_t bytes) {
    here_ -= static_cast<int64_t>(bytes);
    return here_ >= 0 || Refill();
  }
  void Give(size_t bytes) {
    here_ += static_cast<int64_t>(bytes);
    if (here_ > 2 * kPiece) pool_->fetch_add(Leave(kPiece), std::memory_order_relaxed);
  }

 private:
  static constexpr int64_t kPiece = 256 * 1024;

  bool Refill() {
    const int64_t wanted = kPiece - here_;
    if (pool_->fetch_sub(wanted, std::memory_order_relaxed) >= wanted) {
      here_ += wanted;
      return true;
    }
    pool_->fetch_add(wanted, std::memory_order_relaxed);
    return false;
  }
  int64_t Leave(int64_t left) {
    const int64_t rest = here_ - left;
    here_ = left;
    return rest;
  }

  const std::shared_ptr<Pool> pool_;
  int64_t here_ = 0;  // left of what was taken from the pool; below 0: overdrawn
};

}  // namespace evenkeel::proxy
