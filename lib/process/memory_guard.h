// MemoryGuard: how near the process is to its memory limit, and so what it may still take.
//
// Two accounts are one here. What counts against the limit, the kernel's part included, is looked
// at by the main thread ten times a second, more often near the limit. In between, what peers make
// us hold grows within a millisecond: the pools count that as it is taken (base::BlockPool), and
// whoever takes compares it with the marks that the last look has set.
//
//   enough ──seven eighths of the limit──> tight ──the limit──> over
// It stays where it is until a twentieth of the limit more is free, so that it does not flutter.
// The main thread looks; any thread asks, at the price of one load.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>

#include "lib/base/clock.h"
#include "lib/process/cgroup.h"
#include "lib/process/memory_shares.h"

namespace evenkeel::proxy {

class MemoryGuard {
 public:
  enum class Level : uint8_t {
    kEnough,
    kTight,  ///< no new connections; who holds most is not read from
    kOver,   ///< no new calls; who holds most is ended
  };

  struct Sources {
    std::function<uint64_t()> used;  ///< bytes that count
    std::function<int64_t()> taken;  ///< bytes of all pools; any thread
    /// Gives memory that was freed back to the system, which takes some milliseconds; false where
    /// it has just done so and does not again.
    std::function<bool()> trim;
  };

  /// While it is tight for so long, who holds most is ended as if it were over: else those who stay
  /// just below the limit would keep all others out.
  static constexpr base::Duration kPatience = std::chrono::seconds(5);
  /// What is to be freed at least for the level to fall.
  static constexpr uint64_t kSlack = 20;  // th part of the limit

  explicit MemoryGuard(Sources sources) : sources_(std::move(sources)) {}

  /// Bytes; 0, as at first: no limit. Main thread.
  void set_limit(uint64_t limit) { limit_.store(limit, std::memory_order_relaxed); }
  /// Any thread.
  uint64_t limit() const { return limit_.load(std::memory_order_relaxed); }
  Level level() const { return level_.load(std::memory_order_relaxed); }
  bool IsOver() const { return level() == Level::kOver; }
  /// Whether it is tight or over, for who cannot know this class.
  const std::atomic<bool>& tight() const { return tight_; }
  /// Whether the last Look says that clients that hold most must end. Not one that counts what may
  /// have been freed: one end after the other would follow until that has gone back. Main thread.
  bool must_end() const { return must_end_; }

  /// Main thread, a few times a second and whenever something has become tight.
  void Look(base::Time now);
  /// Whether Look should come more often than at other times.
  bool IsNear() const { return near_; }
  /// What counts, at the last Look. Main thread.
  uint64_t used() const { return used_; }

  /// Any thread: the pools have `taken` by now. Raises the level where that is too much by the last
  /// look, and returns it.
  Level OnTaken(int64_t taken);
  /// How much is to be freed for it to be enough again. Any thread.
  int64_t Excess() const;

  MemoryShares& shares() { return shares_; }

 private:
  Level LevelAt(uint64_t used) const;
  void Set(Level level);
  uint64_t tight_bound() const { return limit() - limit() / 8; }

  const Sources sources_;
  std::atomic<uint64_t> limit_{0};
  std::atomic<Level> level_{Level::kEnough};
  std::atomic<bool> tight_{false};
  std::atomic<int64_t> tight_at_{INT64_MAX};  // of what the pools have
  std::atomic<int64_t> over_at_{INT64_MAX};
  std::optional<base::Time> tight_since_{};
  bool near_ = false;
  bool must_end_ = false;
  uint64_t used_ = 0;
  MemoryShares shares_;
};

/// Nine tenths of the cgroup's memory limit, 0 where there is none.
uint64_t DefaultMemoryLimit(const Cgroup& cgroup);

/// What counts against the limit: the process's `resident` bytes, or what its cgroup is charged
/// with where that has a limit and it is more. The kernel's memory is in it, buffers of sockets
/// above all, which no process sees in its own and which get it killed all the same.
uint64_t UsedMemory(const Cgroup& cgroup, uint64_t resident);

}  // namespace evenkeel::proxy
