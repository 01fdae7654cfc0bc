// Choosing the best of some distinct candidates: what least_request and peak_ewma share.
//
// Free of state; each pick makes a Contest on its stack.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "balancer/policy.h"

namespace evenkeel::balancer {

inline constexpr size_t kNoChoice = std::numeric_limits<size_t>::max();
/// The most distinct choices a pick compares short of all.
inline constexpr size_t kMaxChoices = 100;

/// Calls `visit(index)` for `count` distinct indices below `size`, each set of them equally likely
/// (Floyd's sampling). `count` is at most kMaxChoices and `size`.
template <typename Visit>
void VisitDistinct(size_t size, size_t count, base::Random& random, Visit&& visit) {
  std::array<size_t, kMaxChoices> chosen;
  for (size_t i = 0; i < count; ++i) {
    const size_t last = size - count + i;
    size_t index = random.Below(last + 1);
    for (size_t j = 0; j < i; ++j) {
      if (chosen[j] == index) {
        index = last;  // nobody drew it before: it was out of bounds until now
        break;
      }
    }
    chosen[i] = index;
    visit(index);
  }
}

/// Keeps the lowest score offered; among equals each has the same chance, whatever its position.
class Contest {
 public:
  void Offer(size_t index, double score, base::Random& random) {
    if (index_ == kNoChoice || score < score_) {
      index_ = index;
      score_ = score;
      ties_ = 1;
    } else if (score == score_ && random.Below(++ties_) == 0) {
      index_ = index;
    }
  }
  /// kNoChoice when nothing was offered.
  size_t winner() const { return index_; }

 private:
  size_t index_ = kNoChoice;
  double score_ = 0;
  uint64_t ties_ = 0;
};

/// The index with the lowest `score(index)` among `choices` distinct endpoints, or among all when
/// `choices` reaches their number. kNoChoice: none, or all to be avoided. `trace(index, score)` is
/// told each one compared.
template <typename Score, typename Trace>
size_t ChooseLowest(std::span<const EndpointPtr> endpoints, size_t choices, const CallFacts& call,
                    base::Random& random, Score&& score, Trace&& trace) {
  Contest contest;
  const auto offer = [&](size_t index) {
    if (call.Avoids(*endpoints[index])) return;
    const double value = score(index);
    trace(index, value);
    contest.Offer(index, value, random);
  };
  if (choices < endpoints.size()) {
    VisitDistinct(endpoints.size(), choices, random, offer);
    if (contest.winner() != kNoChoice) return contest.winner();
    // Every choice was to be avoided: rare, on retries only.
  }
  for (size_t index = 0; index < endpoints.size(); ++index) offer(index);
  return contest.winner();
}

/// How many endpoints a pick compares: all of a set up to `full_scan_limit`, else `choice_count`.
inline size_t ChoicesFor(size_t size, uint32_t choice_count, uint32_t full_scan_limit) {
  return size <= full_scan_limit || size <= choice_count ? size : choice_count;
}

}  // namespace evenkeel::balancer
