#include "proxy/route/rate_limit.h"

#include <algorithm>
#include <bit>

#include "balancer/hash.h"

namespace evenkeel::proxy {
namespace {

// Places looked at for a key.
constexpr uint64_t kProbes = 8;

}  // namespace

RateLimit::RateLimit(const Settings& settings, uint64_t seed)
    : interval_(std::max(settings.per / settings.calls, base::Duration(1))),
      depth_(interval_ * (settings.burst - 1)),
      seed_(seed),
      mask_(std::bit_ceil(uint64_t{settings.max_keys}) - 1),
      buckets_(std::make_unique<Bucket[]>(mask_ + 1)) {}

std::optional<base::Duration> RateLimit::Take(std::string_view key, base::Time now) {
  const uint64_t hash = std::max<uint64_t>(balancer::Hash(key, seed_), 1);
  std::atomic<base::Time>& full_at = BucketOf(hash, now).full_at;
  base::Time old = full_at.load(std::memory_order_relaxed);
  while (true) {
    const base::Time from = std::max(old, now);
    if (from - now > depth_) return from - now - depth_;
    if (full_at.compare_exchange_weak(old, from + interval_, std::memory_order_release,
                                      std::memory_order_relaxed)) {
      return std::nullopt;
    }
  }
}

void RateLimit::TakeOver(const RateLimit& before, base::Time now) {
  const auto take = [&](const Bucket& from, Bucket& to) {
    const base::Time full_at = from.full_at.load(std::memory_order_relaxed);
    if (full_at <= now) return;
    const auto lack =
        std::min((full_at - now) * (1.0 * interval_ / before.interval_),
                 std::chrono::duration<double, base::Duration::period>(depth_ + interval_));
    to.full_at.store(now + std::chrono::duration_cast<base::Duration>(lack),
                     std::memory_order_relaxed);
  };
  for (uint64_t i = 0; i <= before.mask_; ++i) {
    const Bucket& each = before.buckets_[i];
    const uint64_t key = each.key.load(std::memory_order_relaxed);
    if (key != 0) take(each, BucketOf(key, now));
  }
  take(before.shared_, shared_);
}

RateLimit::Bucket& RateLimit::BucketOf(uint64_t key, base::Time now) {
  const uint64_t probes = std::min(kProbes, mask_ + 1);
  for (uint64_t i = 0; i < probes; ++i) {
    Bucket& bucket = buckets_[(key + i) & mask_];
    if (bucket.key.load(std::memory_order_relaxed) == key) return bucket;
  }
  for (uint64_t i = 0; i < probes; ++i) {
    Bucket& bucket = buckets_[(key + i) & mask_];
    // In this order: who sees what another thread has taken sees for which key.
    const bool is_full = bucket.full_at.load(std::memory_order_acquire) <= now;
    uint64_t owner = bucket.key.load(std::memory_order_relaxed);
    // Who takes from it for its old owner at this very moment takes from the new one's.
    if (is_full && bucket.key.compare_exchange_strong(owner, key, std::memory_order_relaxed)) {
      return bucket;
    }
    if (owner == key) return bucket;  // another thread has just made it this key's
  }
  return shared_;
}

}  // namespace evenkeel::proxy
