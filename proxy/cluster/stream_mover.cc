#include "proxy/cluster/stream_mover.h"

#include <algorithm>
#include <unordered_map>

namespace evenkeel::proxy {
namespace {

double Average(std::span<const StreamMover::Load> loads) {
  double sum = 0;
  for (const auto& each : loads) sum += static_cast<double>(each.in_flight);
  return sum / static_cast<double>(std::max<size_t>(loads.size(), 1));
}

}  // namespace

std::vector<size_t> StreamMover::Choose(base::Time now, std::span<const Stream> streams,
                                        std::span<const Load> loads) {
  std::vector<size_t> old;
  for (size_t i = 0; i < streams.size(); ++i) {
    if (now - streams[i].since >= settings_.older_than) old.push_back(i);
  }
  const std::chrono::duration<double, std::ratio<60>> passed = now - looked_;
  looked_ = now;
  const double per_minute = static_cast<double>(old.size()) * settings_.share_per_minute / 100;
  // A quiet time saves up no more than what two looks need, or a single stream.
  allowance_ = std::min(allowance_ + per_minute * passed.count(), 1 + per_minute / 60);

  const double average = Average(loads);
  const auto is_idle = [&](const Load& each) {
    return static_cast<double>(each.in_flight) < average / 2;
  };
  if (std::ranges::none_of(loads, is_idle)) return {};
  std::unordered_map<const balancer::Endpoint*, double> above;
  for (const Load& each : loads) {
    above[each.endpoint] = static_cast<double>(each.in_flight) - average;
  }
  std::ranges::sort(old, {}, [&](size_t i) { return streams[i].since; });
  std::vector<size_t> chosen;
  for (const size_t i : old) {
    double& surplus = above[streams[i].endpoint];
    if (allowance_ < 1 || surplus < 1) continue;
    chosen.push_back(i);
    --surplus;
    --allowance_;
  }
  return chosen;
}

}  // namespace evenkeel::proxy
