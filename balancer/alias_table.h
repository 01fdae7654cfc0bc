// AliasTable: draws an index with chance in proportion to its weight, in constant time (Walker's
// alias method, Vose's construction). Immutable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lib/base/random.h"

namespace evenkeel::balancer {

class AliasTable {
 public:
  /// Each weight is above 0.
  explicit AliasTable(std::span<const double> weights);

  /// There must be at least one weight.
  size_t Draw(base::Random& random) const {
    const size_t index = random.Below(size_);
    if (slots_.empty() || random.Unit() < slots_[index].own) return index;
    return slots_[index].other;
  }

 private:
  struct Slot {
    double own = 1;  // the chance that the slot stands for its own index
    size_t other = 0;
  };

  size_t size_;
  std::vector<Slot> slots_;  // empty: all weights are equal
};

}  // namespace evenkeel::balancer
