#include "balancer/stride_schedule.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace evenkeel::balancer {
namespace {

// Spreads consecutive numbers evenly over [0, 2^32): multiples of the golden ratio.
uint32_t Scatter(uint64_t number) { return static_cast<uint32_t>(number * 0x9e3779b9); }

bool AllEqual(std::span<const double> weights) {
  return std::ranges::adjacent_find(weights, std::ranges::not_equal_to()) == weights.end();
}

}  // namespace

StrideSchedule::StrideSchedule(std::span<const double> weights) : size_(weights.size()) {
  if (AllEqual(weights)) return;
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  // No entry is heavier than twice the mean: at most half as many entries more than endpoints.
  const double limit = std::min(2 * sum / static_cast<double>(size_), std::ranges::max(weights));
  std::vector<std::pair<uint32_t, Entry>> placed;  // place in the turn, entry
  placed.reserve(size_ + size_ / 2 + 1);
  for (size_t i = 0; i < size_; ++i) {
    const auto count = static_cast<uint64_t>(std::ceil(weights[i] / limit));
    const double share = weights[i] / (static_cast<double>(count) * limit);
    const auto weight =
        std::clamp<uint64_t>(std::llround(share * static_cast<double>(kOne)), 1, kOne);
    for (uint64_t k = 0; k < count; ++k) {
      // Evenly spaced offsets make the entries together as exact as one entry would be.
      const auto step = static_cast<uint32_t>(kOne * k / count);
      placed.push_back({Scatter(i) + step, Entry{.weight = weight,
                                                 .offset = Scatter(i + size_) + step,
                                                 .endpoint = static_cast<uint32_t>(i)}});
    }
  }
  std::ranges::sort(placed, {}, &std::pair<uint32_t, Entry>::first);
  entries_.reserve(placed.size());
  for (const auto& [place, entry] : placed) entries_.push_back(entry);
}

}  // namespace evenkeel::balancer
