// OrdinaryDurations: how long the calls of each method ordinarily take until they are answered, so
// that a deadline which ordinary calls would not meet either is not held against an endpoint.
//
// For each method a mean that forgets and a mean deviation, as TCP keeps them of its round trips
// (RFC 6298); an ordinary call is answered within the mean and twice the deviation. Only answered
// calls teach: those that a deadline cut off would make a short deadline ordinary. A method of
// which no call has been answered yet has no ordinary duration, and its deadlines say nothing,
// unless the endpoint had no room for the call; one that hangs on a single endpoint is known from
// the others.
//
// One worker's, of one cluster. Memory only at a method's first use.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "lib/base/clock.h"
#include "lib/rpc/outcome.h"
#include "lib/telemetry/method_table.h"

namespace evenkeel::proxy {

class OrdinaryDurations {
 public:
  /// A call of the method was answered after `duration`.
  void Answered(telemetry::MethodId method, base::Duration duration) {
    if (method == telemetry::kUnsettledMethod) return;  // whose ordinary duration it would be
    const auto index = static_cast<size_t>(method);
    if (index >= methods_.size()) methods_.resize(index + 1);
    Estimate& known = methods_[index];
    const auto sample = static_cast<float>(duration.count());
    if (known.mean == 0) {
      known = {sample, sample / 2};
      return;
    }
    const float error = sample - known.mean;
    known.mean += error / kMeanSamples;
    known.deviation += (std::abs(error) - known.deviation) / kDeviationSamples;
  }

  /// Whether a deadline ended the attempt before an ordinary call of the method is answered.
  bool IsTooShort(telemetry::MethodId method, const rpc::AttemptOutcome& outcome) const {
    const bool had_no_room = outcome.cause == rpc::Cause::kNoRoom;
    if (outcome.cause != rpc::Cause::kDeadline && !had_no_room) return false;
    const auto index = static_cast<size_t>(method);
    if (index >= methods_.size() || methods_[index].mean == 0) return !had_no_room;
    const Estimate& known = methods_[index];
    return static_cast<float>(outcome.duration.count()) < known.mean + 2 * known.deviation;
  }

 private:
  static constexpr float kMeanSamples = 16;
  static constexpr float kDeviationSamples = 8;

  struct Estimate {
    float mean = 0;  // nanoseconds; 0: none yet
    float deviation = 0;
  };

  std::vector<Estimate> methods_;
};

}  // namespace evenkeel::proxy
