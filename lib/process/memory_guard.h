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
  /// `used` tells the bytes that count; `trim` gives memory that was freed back to the system,
  /// which takes some milliseconds.
  MemoryGuard(std::function<uint64_t()> used, std::function<void()> trim)
      : used_(std::move(used)), trim_(std::move(trim)) {}

  /// Bytes; 0, as at first: no limit. Main thread.
  void set_limit(uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  /// Any thread.
  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  /// Any thread.
  bool IsOver() const { return over_.load(std::memory_order_relaxed); }
  /// The same, for who cannot know this class.
  const std::atomic<bool>& over() const { return over_; }
  /// Main thread, a few times a second.
  void Look();

 private:
  std::atomic<uint64_t> limit_{0};
  const std::function<uint64_t()> used_;
  const std::function<void()> trim_;
  std::atomic<bool> over_{false};
};

/// Nine tenths of the cgroup's memory limit, 0 where there is none.
uint64_t DefaultMemoryLimit(const Cgroup& cgroup);

/// What counts against the limit: the process's `resident` bytes, or what its cgroup is charged
/// with where that has a limit and it is more. The kernel's memory is in it, buffers of sockets
/// above all, which no process sees in its own and which get it killed all the same.
uint64_t UsedMemory(const Cgroup& cgroup, uint64_t resident);

}  // namespace evenkeel::proxy
