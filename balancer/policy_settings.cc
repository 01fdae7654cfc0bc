#include "balancer/policy_settings.h"

#include <variant>

namespace evenkeel::balancer {
namespace {

struct Maker {
  base::Random& random;

  std::unique_ptr<Policy> operator()(const LeastRequest::Settings& settings) const {
    return std::make_unique<LeastRequest>(settings);
  }
  std::unique_ptr<Policy> operator()(const RoundRobin::Settings&) const {
    return std::make_unique<RoundRobin>(random());
  }
  std::unique_ptr<Policy> operator()(const WeightedRoundRobin::Settings& settings) const {
    return std::make_unique<WeightedRoundRobin>(settings, random());
  }
  std::unique_ptr<Policy> operator()(const PeakEwma::Settings& settings) const {
    return std::make_unique<PeakEwma>(settings);
  }
  std::unique_ptr<Policy> operator()(const Prequal::Settings& settings) const {
    return std::make_unique<Prequal>(settings);
  }
  std::unique_ptr<Policy> operator()(const RandomChoice::Settings&) const {
    return std::make_unique<RandomChoice>();
  }
  std::unique_ptr<Policy> operator()(const PickFirst::Settings& settings) const {
    return std::make_unique<PickFirst>(settings, random());
  }
  std::unique_ptr<Policy> operator()(const RingHash::Settings& settings) const {
    return std::make_unique<RingHash>(settings);
  }
  std::unique_ptr<Policy> operator()(const Maglev::Settings& settings) const {
    return std::make_unique<Maglev>(settings);
  }
};

}  // namespace

const HashInput* HashInputOf(const PolicySettings& settings) {
  if (const auto* ring = std::get_if<RingHash::Settings>(&settings)) return &ring->hash;
  if (const auto* maglev = std::get_if<Maglev::Settings>(&settings)) return &maglev->hash;
  return nullptr;
}

std::unique_ptr<Policy> MakePolicy(const PolicySettings& settings, base::Random& random) {
  return std::visit(Maker{random}, settings);
}

}  // namespace evenkeel::balancer
