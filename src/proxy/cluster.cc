#include "proxy/cluster.h"

#include <algorithm>

namespace evenkeel::proxy {
namespace {

// More than this many troubles in one grpc-message help nobody.
constexpr size_t kReasonsShown = 5;

}  // namespace

void Cluster::AddPool(std::unique_ptr<pool::Pool> pool) {
  const balancer::Endpoint* endpoint = pool->endpoint().get();
  pools_[endpoint] = std::move(pool);
}

pool::Pool* Cluster::Pick(std::string_view path, base::Time now,
                          std::span<const balancer::Endpoint* const> avoid) {
  balancer::CallFacts facts{path, now, avoid};
  unusable_.clear();
  while (const balancer::EndpointPtr endpoint = picker_->Pick(facts, random_)) {
    const auto found = pools_.find(endpoint.get());
    if (found != pools_.end() && found->second->state() != pool::Pool::State::kFailing) {
      return found->second.get();
    }
    // Broken here, and the news has not been everywhere yet.
    if (unusable_.empty()) unusable_.assign(avoid.begin(), avoid.end());
    unusable_.push_back(endpoint.get());
    facts.avoid = unusable_;
  }
  return FindConnecting(avoid);
}

pool::Pool* Cluster::FindConnecting(std::span<const balancer::Endpoint* const> avoid) {
  pool::Pool* result = nullptr;
  uint64_t seen = 0;
  for (const auto& [endpoint, pool] : pools_) {
    if (pool->state() == pool::Pool::State::kFailing) continue;
    if (std::ranges::find(avoid, endpoint) != avoid.end()) continue;
    if (random_.Below(++seen) == 0) result = pool.get();
  }
  return result;
}

std::string Cluster::WhyNone() const {
  std::string text = "no endpoint of cluster " + name_ + " can take the call";
  size_t shown = 0;
  for (const auto& [endpoint, pool] : pools_) {
    if (shown == kReasonsShown) return text + "; and so on";
    text += shown++ == 0 ? ": " : "; ";
    text += endpoint->address() + ": ";
    text += pool->last_failure().empty() ? "not connected" : pool->last_failure();
  }
  return text;
}

}  // namespace evenkeel::proxy
