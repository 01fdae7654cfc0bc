#include "sim/omniscient.h"

#include <algorithm>
#include <functional>

namespace evenkeel::sim {

Omniscient::Omniscient(const std::vector<Replica>& replicas, int64_t guess)
    : replicas_(replicas), guess_(guess), first_(replicas.size()) {
  for (const Replica& each : replicas) free_.emplace_back(each.concurrency(), 0);
}

uint32_t Omniscient::Pick(int64_t work, int64_t arrival) {
  const auto none = static_cast<uint32_t>(replicas_.size());
  uint32_t best = none;
  int64_t best_end = INT64_MAX;
  for (uint32_t i = 0; i < none; ++i) {
    const Replica& replica = replicas_[i];
    const int64_t start = std::max(arrival, first_[i]);
    if (start >= best_end || !replica.up() || replica.black_hole() || replica.fail_share() > 0) {
      continue;
    }
    const int64_t end = start + replica.ServiceTime(guess_ > 0 ? guess_ : work);
    if (end < best_end) {
      best = i;
      best_end = end;
    }
  }
  if (best == none) return none;
  std::vector<int64_t>& free = free_[best];
  std::ranges::pop_heap(free, std::greater());
  free.back() = std::max(arrival, first_[best]) + replicas_[best].ServiceTime(work);
  std::ranges::push_heap(free, std::greater());
  first_[best] = free.front();
  return best;
}

void Omniscient::Stretch(uint32_t replica, double times, int64_t now) {
  for (int64_t& each : free_[replica]) {
    if (each > now) each = now + static_cast<int64_t>(static_cast<double>(each - now) * times);
  }
  std::ranges::make_heap(free_[replica], std::greater());
  first_[replica] = free_[replica].front();
}

}  // namespace evenkeel::sim
