// MemoryShares: how much clients of each size hold, in the whole process, so that workers agree on
// who holds most without asking one another.
//
// Sizes are told apart by powers of two. Each worker replaces what it has said before; what others
// see is as old as their last look. Lock-free, any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace evenkeel::proxy {

class MemoryShares {
 public:
  static constexpr size_t kClasses = 40;

  /// The class of a client that holds so much: 0 for nothing, n for less than 2^n bytes.
  static size_t ClassOf(size_t held);

  /// Bytes that the clients of each class hold, by one worker's account.
  using Sums = std::array<int64_t, kClasses>;
  /// `said`: what the worker has said before; becomes `now`.
  void Say(Sums& said, const Sums& now);

  /// Which of a worker's clients together make up its part of something.
  struct Cut {
    size_t lowest;  ///< all of higher classes, and of this one
    double part;    ///< so much of the worker's bytes, above 0 to 1
  };
  /// The largest clients that hold `wanted` bytes or, where all hold less, everybody.
  Cut CutFor(int64_t wanted) const;
  /// What all hold.
  int64_t held() const;

 private:
  std::array<std::atomic<int64_t>, kClasses> sums_{};
};

}  // namespace evenkeel::proxy
