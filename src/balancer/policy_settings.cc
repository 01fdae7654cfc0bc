#include "balancer/policy_settings.h"

#include <array>
#include <type_traits>
#include <utility>

namespace evenkeel::balancer {
namespace {

// In the order of the variant's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<PolicySettings>> kNames = {
    "least_request", "round_robin", "weighted_round_robin",
    "peak_ewma",     "prequal",     "random",
    "pick_first",    "ring_hash",   "maglev"};

template <size_t... kIndex>
std::optional<PolicySettings> DefaultAt(size_t index, std::index_sequence<kIndex...>) {
  std::optional<PolicySettings> settings;
  ((index == kIndex ? void(settings.emplace(std::in_place_index<kIndex>)) : void()), ...);
  return settings;
}

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

std::string_view PolicyName(const PolicySettings& settings) { return kNames[settings.index()]; }

std::optional<PolicySettings> DefaultPolicySettings(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return DefaultAt(i, std::make_index_sequence<kNames.size()>());
  }
  return std::nullopt;
}

const HashInput* HashInputOf(const PolicySettings& settings) {
  if (const auto* ring = std::get_if<RingHash::Settings>(&settings)) return &ring->hash;
  if (const auto* maglev = std::get_if<Maglev::Settings>(&settings)) return &maglev->hash;
  return nullptr;
}

std::unique_ptr<Policy> MakePolicy(const PolicySettings& settings, base::Random& random) {
  return std::visit(Maker{random}, settings);
}

}  // namespace evenkeel::balancer
