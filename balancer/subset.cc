#include "balancer/subset.h"

#include <algorithm>
#include <utility>

#include "balancer/hash.h"

namespace evenkeel::balancer {

std::vector<EndpointPtr> Subset(std::vector<EndpointPtr> endpoints, size_t size, uint64_t seed) {
  if (size == 0 || endpoints.size() <= size) return endpoints;
  std::vector<std::pair<uint64_t, size_t>> ranked;  // hash, position
  ranked.reserve(endpoints.size());
  for (size_t i = 0; i < endpoints.size(); ++i) {
    ranked.emplace_back(Hash(endpoints[i]->address(), seed), i);
  }
  std::ranges::nth_element(ranked, ranked.begin() + static_cast<ptrdiff_t>(size), std::greater());
  ranked.resize(size);
  std::ranges::sort(ranked, {}, &std::pair<uint64_t, size_t>::second);
  std::vector<EndpointPtr> chosen;
  chosen.reserve(size);
  for (const auto& [hash, position] : ranked) chosen.push_back(std::move(endpoints[position]));
  return chosen;
}

}  // namespace evenkeel::balancer
