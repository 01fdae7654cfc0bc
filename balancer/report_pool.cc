#include "balancer/report_pool.h"

#include <algorithm>
#include <bit>

namespace evenkeel::balancer {
namespace {

// load: endpoint 32 bits, in flight 20, uses 12. when: latency in ns as a float, time in ms.
constexpr uint32_t kMaxInFlight = (1u << 20) - 1;
constexpr uint32_t kMaxUses = (1u << 12) - 1;

uint64_t PackLoad(uint32_t endpoint, uint32_t in_flight, uint32_t uses) {
  return uint64_t{endpoint} << 32 | uint64_t{std::min(in_flight, kMaxInFlight)} << 12 | uses;
}
uint32_t EndpointOf(uint64_t load) { return static_cast<uint32_t>(load >> 32); }
uint32_t InFlightOf(uint64_t load) { return static_cast<uint32_t>(load >> 12) & kMaxInFlight; }
uint32_t UsesOf(uint64_t load) { return static_cast<uint32_t>(load) & 0xfff; }

// Wraps after 49 days; ages are differences, so they do not.
uint32_t Milliseconds(base::Time now) {
  return static_cast<uint32_t>(now.time_since_epoch() / std::chrono::milliseconds(1));
}
uint32_t AgeOf(uint64_t when, uint32_t now_ms) {
  // Workers have the time of their turns: one may be behind the reporter's, and then it is new.
  constexpr uint32_t kMostBehind = 60'000;
  const uint32_t age = now_ms - static_cast<uint32_t>(when);
  return age >= UINT32_MAX - kMostBehind ? 0 : age;
}
base::Duration LatencyOf(uint64_t when) {
  return base::Duration(
      static_cast<int64_t>(std::bit_cast<float>(static_cast<uint32_t>(when >> 32))));
}

// The latency with the picks since the report: they wait in the same line, so it grows as the
// requests in flight do. Without this a burst would pile up on the endpoint that was fastest.
base::Duration LatencyNow(uint64_t load, uint64_t when) {
  const int64_t now = InFlightOf(load) + 1;
  const int64_t reported = std::max<int64_t>(1, now - UsesOf(load));
  return LatencyOf(when) * now / reported;
}

}  // namespace

void ReportPool::Add(const Report& report, base::Time now) {
  const uint32_t now_ms = Milliseconds(now);
  Slot& slot = slots_[SlotFor(report.endpoint, now_ms)];
  const auto latency = std::bit_cast<uint32_t>(static_cast<float>(report.latency.count()));
  slot.when.store(uint64_t{latency} << 32 | now_ms, std::memory_order_relaxed);
  slot.load.store(PackLoad(report.endpoint, report.in_flight, 0), std::memory_order_relaxed);
}

size_t ReportPool::SlotFor(uint32_t endpoint, uint32_t now_ms) const {
  size_t best = 0;
  uint64_t best_age = 0;
  for (size_t i = 0; i < settings_.size; ++i) {
    const uint64_t load = slots_[i].load.load(std::memory_order_relaxed);
    if (load != kEmpty && EndpointOf(load) == endpoint) return i;
    const uint32_t age = AgeOf(slots_[i].when.load(std::memory_order_relaxed), now_ms);
    const uint64_t rank = load == kEmpty ? UINT64_MAX : age;
    if (rank > best_age) {
      best = i;
      best_age = rank;
    }
  }
  return best;
}

ReportPool::Snapshot ReportPool::Read(base::Time now) const {
  const uint32_t now_ms = Milliseconds(now);
  const auto max_age = static_cast<uint32_t>(settings_.max_age / std::chrono::milliseconds(1));
  Snapshot usable;
  for (uint32_t i = 0; i < settings_.size; ++i) {
    const uint64_t load = slots_[i].load.load(std::memory_order_relaxed);
    if (load == kEmpty) continue;
    const uint64_t when = slots_[i].when.load(std::memory_order_relaxed);
    if (AgeOf(when, now_ms) > max_age) continue;
    usable.items[usable.size++] = {
        .report = {EndpointOf(load), InFlightOf(load), LatencyNow(load, when)},
        .slot = i,
        .word = load};
  }
  return usable;
}

void ReportPool::Use(const Snapshot::Item& item) {
  const uint32_t uses = std::min(UsesOf(item.word) + 1, kMaxUses);
  Replace(item, is_limited() && uses >= settings_.max_uses
                    ? kEmpty
                    : PackLoad(item.report.endpoint, item.report.in_flight + 1, uses));
}

}  // namespace evenkeel::balancer
