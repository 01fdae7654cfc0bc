// StrideSchedule: whose turn a ticket is, in proportion to weights and evenly spread.
//
// The static stride scheme of gRPC's weighted round robin: ticket t belongs to entry t mod n in
// generation t / n, and an entry of weight w (1 = takes each of its turns) takes those turns at
// which the running sum of w passes a whole number. After any number of generations each endpoint
// was taken its exact share, rounded. An endpoint much heavier than the others gets several
// entries, so a pick seldom skips more than two. Immutable; the tickets come from outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace evenkeel::balancer {

class StrideSchedule {
 public:
  /// One weight for each endpoint, each above 0; may be empty.
  explicit StrideSchedule(std::span<const double> weights);

  /// The endpoint's position among the weights, or nothing: the turn is skipped, draw the next
  /// ticket. There must be at least one weight.
  std::optional<size_t> At(uint64_t ticket) const {
    if (entries_.empty()) return ticket % size_;
    const Entry& entry = entries_[ticket % entries_.size()];
    const auto sum =
        static_cast<uint32_t>((ticket / entries_.size()) * entry.weight + entry.offset);
    if (sum < kOne - entry.weight) return std::nullopt;
    return entry.endpoint;
  }

  /// Tickets after which each endpoint had at least one turn to take or skip.
  size_t generation() const { return entries_.empty() ? size_ : entries_.size(); }

 private:
  static constexpr uint64_t kOne = uint64_t{1} << 32;

  struct Entry {
    uint64_t weight;  // of kOne
    uint32_t offset;
    uint32_t endpoint;
  };

  size_t size_;
  std::vector<Entry> entries_;  // empty: all weights are equal
};

}  // namespace evenkeel::balancer
