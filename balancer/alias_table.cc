#include "balancer/alias_table.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace evenkeel::balancer {

AliasTable::AliasTable(std::span<const double> weights) : size_(weights.size()) {
  if (std::ranges::adjacent_find(weights, std::ranges::not_equal_to()) == weights.end()) return;
  const double mean =
      std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(size_);
  std::vector<size_t> light;
  std::vector<size_t> heavy;
  slots_.resize(size_);
  for (size_t i = 0; i < size_; ++i) {
    slots_[i].own = weights[i] / mean;
    (slots_[i].own < 1 ? light : heavy).push_back(i);
  }
  // Each light slot is filled up from a heavy one, which may become light by that.
  while (!light.empty() && !heavy.empty()) {
    const size_t taker = light.back();
    const size_t giver = heavy.back();
    light.pop_back();
    slots_[taker].other = giver;
    slots_[giver].own -= 1 - slots_[taker].own;
    if (slots_[giver].own >= 1) continue;
    heavy.pop_back();
    light.push_back(giver);
  }
  // What is left is full but for rounding.
  for (const size_t each : light) slots_[each].own = 1;
}

}  // namespace evenkeel::balancer
