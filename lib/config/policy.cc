#include "lib/config/policy.h"

#include <array>
#include <utility>

namespace evenkeel::config {
namespace {

// In the order of the variant's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Policy>> kNames = {
    "least_request", "round_robin", "weighted_round_robin",
    "peak_ewma",     "prequal",     "random",
    "pick_first",    "ring_hash",   "maglev"};

template <size_t... kIndex>
Policy DefaultAt(size_t index, std::index_sequence<kIndex...>) {
  Policy policy;
  ((index == kIndex ? void(policy.emplace<kIndex>()) : void()), ...);
  return policy;
}

}  // namespace

std::string_view PolicyName(const Policy& policy) { return kNames[policy.index()]; }

std::optional<Policy> DefaultPolicy(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return DefaultAt(i, std::make_index_sequence<kNames.size()>());
  }
  return std::nullopt;
}

LoadReports LoadReportsOf(const Policy& policy) {
  if (const auto* weighted = std::get_if<WeightedRoundRobin>(&policy)) {
    return {LoadReports::Use::kHeeded, weighted->oob_reporting_period};
  }
  if (const auto* prequal = std::get_if<Prequal>(&policy)) {
    return {LoadReports::Use::kHeeded, prequal->oob_reporting_period};
  }
  return {};
}

}  // namespace evenkeel::config
