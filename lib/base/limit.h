// Limit: how many of something there may be at once in the whole process.
//
// Counted by all workers together, without a lock. Permit is the one who holds a place. A limit
// outlives its permits.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace evenkeel::base {

// On a cache line of its own: it is written on the calls' path by every worker.
class alignas(64) Limit {
 public:
  /// 0: no limit, counted all the same.
  explicit Limit(uint32_t max = 0) : max_(max) {}
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;

  uint32_t used() const { return used_.load(std::memory_order_relaxed); }
  uint32_t max() const { return max_.load(std::memory_order_relaxed); }
  /// Who is over a lower limit keeps its place. Any thread.
  void set_max(uint32_t max) { max_.store(max, std::memory_order_relaxed); }
  bool full() const { return max() != 0 && used() >= max(); }
  /// How often there was no place.
  uint64_t refused() const { return refused_.load(std::memory_order_relaxed); }

 private:
  friend class Permit;

  bool TryTake() {
    const uint32_t limit = max();
    if (used_.fetch_add(1, std::memory_order_relaxed) < limit || limit == 0) return true;
    used_.fetch_sub(1, std::memory_order_relaxed);
    refused_.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  void Give() { used_.fetch_sub(1, std::memory_order_relaxed); }

  std::atomic<uint32_t> used_{0};
  std::atomic<uint32_t> max_;
  std::atomic<uint64_t> refused_{0};
};

/// One place in a Limit, given back by its end.
class Permit {
 public:
  /// None.
  Permit() = default;
  /// A place in `limit`, if there is one.
  explicit Permit(Limit& limit) : limit_(limit.TryTake() ? &limit : nullptr) {}
  /// A place in `limit` even if there is none: for what cannot be refused.
  static Permit Beyond(Limit& limit) {
    Permit permit;
    limit.used_.fetch_add(1, std::memory_order_relaxed);
    permit.limit_ = &limit;
    return permit;
  }
  Permit(Permit&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)) {}
  Permit& operator=(Permit&& other) noexcept {
    std::swap(limit_, other.limit_);
    return *this;
  }
  ~Permit() { Release(); }

  explicit operator bool() const { return limit_ != nullptr; }
  void Release() {
    if (limit_ != nullptr) std::exchange(limit_, nullptr)->Give();
  }

 private:
  Limit* limit_ = nullptr;
};

}  // namespace evenkeel::base
