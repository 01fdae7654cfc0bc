// OrdinaryDurations: which deadlines are long enough for ordinary calls of their method, so that
// one which ordinary calls would not meet either is not held against an endpoint.
//
// Those that a deadline cut off are not among the answered: where it is short, the answers are the
// few that were quick, and what they took is not ordinary. So only calls teach whose own deadline
// is long enough. That is: at least twice as long as any of those took lately, or half as long as
// the longest that the method's calls have had lately, for where all are short nothing better is
// known, and MissedDeadlines compares endpoints with each other. A call with a shorter one neither
// teaches nor counts. "Lately" is a few hundred calls: both maxima shrink with each.
//
// One worker's, of one cluster. Memory only at a method's first use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "lib/base/clock.h"
#include "lib/telemetry/method_table.h"

namespace evenkeel::proxy {

class OrdinaryDurations {
 public:
  /// What a call has that has no deadline.
  static constexpr base::Duration kNoDeadline = std::chrono::hours(1);

  /// A call of the method that had `allowed` was answered after `duration`. Whether that was long
  /// enough.
  bool Answered(telemetry::MethodId method, base::Duration allowed, base::Duration duration) {
    if (!NoteDeadline(method, allowed)) return false;
    Lately& known = methods_[static_cast<size_t>(method)];
    known.longest = std::max(known.longest * kShrink, static_cast<float>(duration.count()));
    return true;
  }

  /// One that had `allowed` was not answered by then. Whether ordinary ones would have been. Never
  /// where the method is not settled: whose ordinary duration would it be?
  bool Missed(telemetry::MethodId method, base::Duration allowed) {
    return NoteDeadline(method, allowed);
  }

 private:
  static constexpr float kShrink = 255.0F / 256;

  struct Lately {
    float longest = 0;           // nanoseconds that a call took; 0: none was answered
    float longest_deadline = 0;  // nanoseconds
  };

  bool NoteDeadline(telemetry::MethodId method, base::Duration allowed) {
    if (method == telemetry::kUnsettledMethod) return false;
    const auto index = static_cast<size_t>(method);
    if (index >= methods_.size()) methods_.resize(index + 1);
    Lately& known = methods_[index];
    const auto has = static_cast<float>(std::min(allowed, kNoDeadline).count());
    known.longest_deadline = std::max(known.longest_deadline * kShrink, has);
    return has >= std::min(2 * known.longest, known.longest_deadline / 2);
  }

  std::vector<Lately> methods_;
};

}  // namespace evenkeel::proxy
