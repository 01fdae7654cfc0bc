#include "pool/backoff.h"

#include <algorithm>

namespace evenkeel::pool {
namespace {

base::Duration Scale(base::Duration duration, double factor) {
  return base::Duration(static_cast<int64_t>(static_cast<double>(duration.count()) * factor));
}

}  // namespace

void Backoff::AttemptStarted(base::Time now, base::Random& random) {
  next_ = now + Scale(delay_, random.Between(1 - settings_.jitter, 1 + settings_.jitter));
  delay_ = std::min(Scale(delay_, settings_.multiplier), settings_.max);
}

}  // namespace evenkeel::pool
