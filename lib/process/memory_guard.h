// MemoryGuard: whether the process is so near its memory limit that new calls must be refused.
//
// The main thread looks; every worker asks, at the price of one load. Once over the limit it stays
// so until a twentieth of it is free again, so that it does not flutter.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "lib/process/cgroup.h"

namespace evenkeel::proxy {

class MemoryGuard {
 public:
  /// `resident` tells the process's resident bytes; `trim` gives memory that was freed back to the
  /// system, which takes some milliseconds.
  MemoryGuard(std::function<uint64_t()> resident, std::function<void()> trim)
      : resident_(std::move(resident)), trim_(std::move(trim)) {}

  /// Bytes; 0, as at first: no limit. Main thread.
  void set_limit(uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  /// Any thread.
  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  /// Any thread.
  bool IsOver() const { return over_.load(std::memory_order_relaxed); }
  /// Main thread, a few times a second.
  void Look();

 private:
  std::atomic<uint64_t> limit_{0};
  const std::function<uint64_t()> resident_;
  const std::function<void()> trim_;
  std::atomic<bool> over_{false};
};

/// Nine tenths of the cgroup's memory limit, 0 where there is none.
uint64_t DefaultMemoryLimit(const Cgroup& cgroup);

}  // namespace evenkeel::proxy
