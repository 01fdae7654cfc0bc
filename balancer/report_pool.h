// ReportPool: the last few load reports of a cluster, to be picked from (Prequal, NSDI 2024).
//
// A report is used a few times at most and not beyond an age; each use counts one more request in
// flight on it, for the pick itself adds one, and raises its latency in proportion. Lock-free, any
// thread: a slot is two words, and racing writers may lose one report of two or mix the latencies
// of two; both only blur a score.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "lib/base/clock.h"
#include "lib/config/policy.h"

namespace evenkeel::balancer {

class ReportPool {
 public:
  static constexpr size_t kMaxSize = 64;
  static constexpr uint32_t kUnlimitedUses = UINT32_MAX;
  static constexpr uint32_t kNoSlot = UINT32_MAX;

  struct Settings {
    uint32_t size = config::Prequal{}.pool_size;  ///< 2 to kMaxSize
    base::Duration max_age = config::Prequal{}.max_age;
    uint32_t max_uses = config::Prequal{}.max_uses;  ///< at least 1, or kUnlimitedUses
  };

  struct Report {
    uint32_t endpoint = 0;  ///< the caller's number for it
    uint32_t in_flight = 0;
    base::Duration latency{};
  };

  /// The reports that may still be used, at one moment.
  struct Snapshot {
    struct Item {
      Report report;
      uint32_t slot;  // kNoSlot: not from the pool, Use and Remove do nothing
      uint64_t word;  // what the slot held
    };
    std::array<Item, kMaxSize> items;
    size_t size = 0;
  };

  explicit ReportPool(const Settings& settings) : settings_(settings) {}

  bool is_limited() const { return settings_.max_uses != kUnlimitedUses; }

  /// Takes the place of the endpoint's older report, of an expired one, or of the oldest.
  void Add(const Report& report, base::Time now);

  /// Takes up to what may be used now.
  Snapshot Read(base::Time now) const;

  /// Counts a use of an item read before; a report used `max_uses` times is gone.
  void Use(const Snapshot::Item& item);

  /// Forgets the report.
  void Remove(const Snapshot::Item& item) { Replace(item, kEmpty); }

 private:
  static constexpr uint64_t kEmpty = UINT64_MAX;

  struct Slot {
    std::atomic<uint64_t> load{kEmpty};  // endpoint, in flight, uses
    std::atomic<uint64_t> when{0};       // latency, time of the report
  };

  size_t SlotFor(uint32_t endpoint, uint32_t now_ms) const;
  void Replace(const Snapshot::Item& item, uint64_t word) {
    if (item.slot == kNoSlot) return;
    uint64_t expected = item.word;
    slots_[item.slot].load.compare_exchange_strong(expected, word, std::memory_order_relaxed);
  }

  const Settings settings_;
  std::array<Slot, kMaxSize> slots_;
};

}  // namespace evenkeel::balancer
