#include "lib/process/memory_guard.h"

#include <algorithm>

namespace evenkeel::proxy {

void MemoryGuard::Look(base::Time now) {
  if (limit() == 0) {
    tight_at_ = over_at_ = INT64_MAX;
    near_ = must_end_ = false;
    tight_since_.reset();
    return Set(Level::kEnough);
  }
  used_ = sources_.used();
  // What calls have freed still counts until the allocator returns it.
  const bool trimmed = LevelAt(used_) != Level::kEnough && sources_.trim();
  if (trimmed) used_ = sources_.used();
  const int64_t taken = sources_.taken();
  const auto mark = [&](uint64_t bound) { return taken + static_cast<int64_t>(bound - used_); };
  tight_at_.store(mark(tight_bound()), std::memory_order_relaxed);
  over_at_.store(mark(limit()), std::memory_order_relaxed);
  Set(LevelAt(used_));
  near_ = used_ > limit() / 4 * 3;
  if (!tight_) tight_since_.reset();
  if (tight_ && !tight_since_) tight_since_ = now;
  const bool impatient = tight_since_ && now - *tight_since_ >= kPatience;
  must_end_ = trimmed && (IsOver() || impatient);
}

MemoryGuard::Level MemoryGuard::LevelAt(uint64_t used) const {
  const uint64_t slack = limit() / kSlack;
  if (used > limit() - (IsOver() ? slack : 0)) return Level::kOver;
  return used > tight_bound() - (tight_ ? slack : 0) ? Level::kTight : Level::kEnough;
}

void MemoryGuard::Set(Level level) {
  level_.store(level, std::memory_order_relaxed);
  tight_.store(level != Level::kEnough, std::memory_order_relaxed);
}

// Main may look at the same time and know better; then the next one who takes is as wise.
MemoryGuard::Level MemoryGuard::OnTaken(int64_t taken) {
  if (taken > over_at_.load(std::memory_order_relaxed)) {
    Set(Level::kOver);
  } else if (taken > tight_at_.load(std::memory_order_relaxed) && level() == Level::kEnough) {
    Set(Level::kTight);
  }
  return level();
}

int64_t MemoryGuard::Excess() const {
  const int64_t tight_at = tight_at_.load(std::memory_order_relaxed);
  if (tight_at == INT64_MAX) return 0;
  return std::max<int64_t>(sources_.taken() - tight_at, 0) + static_cast<int64_t>(limit() / kSlack);
}

uint64_t DefaultMemoryLimit(const Cgroup& cgroup) { return cgroup.Memory().value_or(0) / 10 * 9; }

uint64_t UsedMemory(const Cgroup& cgroup, uint64_t resident) {
  return std::max(cgroup.MemoryUsed().value_or(0), resident);
}

}  // namespace evenkeel::proxy
