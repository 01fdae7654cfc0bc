#include "balancer/fairness.h"

#include <algorithm>
#include <utility>

namespace evenkeel::balancer {

void Fairness::Sample(std::span<const EndpointPtr> eligible) {
  if (samples_ == kWindow / 2) {
    halves_[1] = std::exchange(halves_[0], {});
    samples_ = 0;
  }
  ++samples_;
  std::map<EndpointPtr, uint64_t> picked;
  for (const EndpointPtr& each : eligible) {
    Load& load = halves_[0][each];
    load.in_flight += static_cast<double>(each->in_flight());
    load.weight += each->weight();
    load.samples += 1;
    const uint64_t now = each->picked();
    const auto before = picked_.find(each);
    if (before != picked_.end()) load.started += static_cast<double>(now - before->second);
    picked.emplace(each, now);
  }
  picked_ = std::move(picked);
}

Fairness::Loads Fairness::Window() const {
  Loads all = halves_[0];
  for (const auto& [endpoint, older] : halves_[1]) {
    Load& load = all[endpoint];
    load.in_flight += older.in_flight;
    load.started += older.started;
    load.weight += older.weight;
    load.samples += older.samples;
  }
  return all;
}

double Fairness::Spread(const Loads& loads, double Load::*what) {
  double highest = 0;
  double sum = 0;
  double weight = 0;
  for (const auto& [endpoint, load] : loads) {
    highest = std::max(highest, load.*what / load.weight);
    sum += load.*what;
    weight += load.weight;
  }
  return sum > 0 ? highest / (sum / weight) : 1;
}

double Fairness::value() const {
  const Loads loads = Window();
  double in_flight = 0;
  double started = 0;
  double samples = 0;
  for (const auto& [endpoint, load] : loads) {
    in_flight += load.in_flight;
    started += load.started;
    samples += load.samples;
  }
  if (in_flight >= samples) return Spread(loads, &Load::in_flight);
  const bool few = started < kFewStarted * static_cast<double>(loads.size());
  return few ? 1 : Spread(loads, &Load::started);
}

}  // namespace evenkeel::balancer
