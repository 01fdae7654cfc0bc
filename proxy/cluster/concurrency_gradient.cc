#include "proxy/cluster/concurrency_gradient.h"

#include <algorithm>
#include <cmath>

namespace evenkeel::proxy {
namespace {

// Few enough that the first baseline is measured without a queue.
constexpr double kStart = 20;
// One window never takes away more than half.
constexpr double kLeastGradient = 0.5;
// While the queue is let down, below what is in flight without one.
constexpr double kEmptyShare = 0.9;

double Ratio(base::Duration a, base::Duration b) {
  return static_cast<double>(a.count()) / static_cast<double>(std::max<int64_t>(b.count(), 1));
}

}  // namespace

ConcurrencyGradient::ConcurrencyGradient(const Settings& settings, base::Time now)
    : settings_(settings), limit_(0), baseline_due_(now + settings.baseline_age) {
  SetLimit(kStart);
}

void ConcurrencyGradient::OnWindow(base::Time now, base::Duration latency, Demand demand) {
  if (state_ == State::kEmptying) {
    state_ = State::kMeasuring;
  } else if (state_ == State::kMeasuring) {
    EndMeasuring(now, latency);
  } else {
    if (baseline_ == base::Duration::zero() || latency < baseline_) baseline_ = latency;
    now < baseline_due_ ? Follow(latency, demand) : Empty(latency);
  }
}

void ConcurrencyGradient::Follow(base::Duration latency, Demand demand) {
  const double gradient =
      std::clamp(settings_.tolerance * Ratio(baseline_, latency), kLeastGradient, 1.0);
  if (gradient == 1 && demand == Demand::kBelowLimit) return;
  SetLimit(limit_ * gradient + std::sqrt(limit_));
}

void ConcurrencyGradient::Empty(base::Duration latency) {
  state_ = State::kEmptying;
  limit_before_ = limit_;
  SetLimit(limit_ * std::min(Ratio(baseline_, latency), 1.0) * kEmptyShare);
}

void ConcurrencyGradient::EndMeasuring(base::Time now, base::Duration latency) {
  state_ = State::kRunning;
  baseline_ = latency;
  baseline_due_ = now + settings_.baseline_age;
  SetLimit(limit_before_);
}

void ConcurrencyGradient::SetLimit(double limit) {
  limit_ = std::clamp(limit, static_cast<double>(settings_.min_calls),
                      static_cast<double>(settings_.max_calls));
}

}  // namespace evenkeel::proxy
