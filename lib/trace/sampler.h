// Sampler: whether a trace that begins here is recorded, the same for everybody who asks with the
// same id (OpenTelemetry, "Probability sampling": consistent, by a threshold).
#pragma once

#include <cstdint>
#include <string>

namespace evenkeel::trace {

class Sampler {
 public:
  /// Of ids: 56 bits.
  static constexpr uint64_t kMaxRandomness = (uint64_t{1} << 56) - 1;

  /// `share` of all traces, 0 to 1.
  explicit Sampler(double share);

  /// Whoever is sampled by a share is so by every larger one.
  bool Samples(uint64_t randomness) const { return (randomness & kMaxRandomness) >= threshold_; }
  /// `th` of tracestate's `ot`: hex digits without the zeros at their end; "0": all.
  const std::string& threshold_text() const { return text_; }

 private:
  uint64_t threshold_;  // 2^56: none
  std::string text_;
};

}  // namespace evenkeel::trace
