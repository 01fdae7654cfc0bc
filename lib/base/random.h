// Random: a small, fast, seeded generator (xoshiro256++, Blackman & Vigna 2019).
//
// Handed in wherever chance is needed, so that a seed reproduces a whole run. Not for secrets.
// Each thread has its own.
#pragma once

#include <bit>
#include <cstdint>

namespace evenkeel::base {

class Random {
 public:
  using result_type = uint64_t;

  explicit Random(uint64_t seed) {
    // SplitMix64 spreads any seed, 0 included, over the four words of state.
    for (uint64_t& word : state_) {
      seed += 0x9e3779b97f4a7c15;
      uint64_t z = seed;
      z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
      z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
      word = z ^ (z >> 31);
    }
  }

  uint64_t operator()() {
    const uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

  /// Uniform in [0, bound); bound must not be 0. The bias is below bound / 2^64.
  uint64_t Below(uint64_t bound) {
    return static_cast<uint64_t>((static_cast<unsigned __int128>((*this)()) * bound) >> 64);
  }

  /// Uniform in [0, 1).
  double Unit() { return static_cast<double>((*this)() >> 11) * 0x1.0p-53; }

  /// Uniform in [low, high).
  double Between(double low, double high) { return low + (high - low) * Unit(); }

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return UINT64_MAX; }

 private:
  uint64_t state_[4];
};

}  // namespace evenkeel::base
