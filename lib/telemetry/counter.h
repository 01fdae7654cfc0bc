// Counter: a number that one thread raises and any thread reads, without a lock.
//
// One writer only: a raise is a load and a store, not a locked instruction, so a call's path pays
// about as much as for a plain integer. It never goes down.
#pragma once

#include <atomic>
#include <cstdint>

namespace evenkeel::telemetry {

class Counter {
 public:
  /// Its one writer's thread only.
  void Add(uint64_t amount = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }

  /// Any thread.
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace evenkeel::telemetry
