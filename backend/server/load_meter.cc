#include "backend/server/load_meter.h"

#include <cmath>

namespace evenkeel::backend {
namespace {

constexpr double kMemorySeconds =
    std::chrono::duration_cast<std::chrono::duration<double>>(LoadMeter::kMemory).count();

double Decay(base::Duration by) {
  return std::exp(-std::chrono::duration<double>(by).count() / kMemorySeconds);
}

}  // namespace

LoadMeter::LoadMeter(const base::Clock& clock, uint32_t slots)
    : clock_(clock), slots_(slots), start_(clock.Now()), last_(start_) {}

void LoadMeter::CallStarted() {
  Age();
  calls_ += 1 / kMemorySeconds;
}

void LoadMeter::CallFailed() {
  Age();
  errors_ += 1 / kMemorySeconds;
}

void LoadMeter::BusyChanged(size_t busy) {
  Age();
  busy_ = static_cast<double>(busy);
}

LoadMeter::Load LoadMeter::Read() {
  const double weight = Age();
  // Within the first millisecond, one call would look like thousands a second.
  if (clock_.Now() - start_ < std::chrono::milliseconds(1)) return {};
  return {.calls_per_second = calls_ / weight,
          .errors_per_second = errors_ / weight,
          .utilization = slots_ == 0 ? 0 : busy_mean_ / weight / slots_};
}

double LoadMeter::Age() {
  const base::Time now = clock_.Now();
  const double decay = Decay(now - last_);
  calls_ *= decay;
  errors_ *= decay;
  busy_mean_ = busy_mean_ * decay + busy_ * (1 - decay);
  last_ = now;
  return 1 - Decay(now - start_);
}

}  // namespace evenkeel::backend
