#include "proxy/call/health_service.h"

#include <algorithm>
#include <utility>

#include "proxy/call/routes.h"

namespace evenkeel::proxy {
namespace {

using health::ServingStatus;

bool Serves(const RouteTable::Route& route, const Routes& routes) {
  const auto& split = route.traffic.split;
  if (split.empty()) return routes.clusters[route.cluster]->HasEligible();
  return std::ranges::any_of(split, [&routes, before = uint64_t{0}](const auto& part) mutable {
    const bool has_share = part.upto > std::exchange(before, part.upto);
    return has_share && routes.clusters[part.cluster]->HasEligible();
  });
}

}  // namespace

ServingStatus HealthService::StatusOf(std::string_view name, const Routes& routes,
                                      const http2::HeaderList& request) const {
  const auto answer = [this](bool serves) {
    return serves && !draining_ ? ServingStatus::kServing : ServingStatus::kNotServing;
  };
  if (name.empty()) return answer(ready_ == Ready::kYes);
  for (const auto& cluster : routes.clusters) {
    if (cluster && cluster->name() == name) return answer(cluster->HasEligible());
  }
  const RouteTable::Route* const route = routes.table->Find({name, ""}, request);
  if (route == nullptr) return ServingStatus::kServiceUnknown;
  return answer(route->answered == RouteTable::Answered::kHere || Serves(*route, routes));
}

void HealthService::SetReady(Ready ready) {
  ready_ = ready;
  LookAgain();
}

void HealthService::Drain() {
  draining_ = true;
  LookAgain();
}

// From the end, because one that removes itself leaves its place to the last.
void HealthService::LookAgain() {
  for (size_t i = watchers_.size(); i > 0; --i) watchers_[i - 1]->Look();
}

bool HealthService::Add(Watcher& watcher) {
  if (watchers_.size() == kMostWatchers) return false;
  watcher.index_ = watchers_.size();
  watchers_.push_back(&watcher);
  return true;
}

void HealthService::Remove(Watcher& watcher) {
  watchers_.back()->index_ = watcher.index_;
  watchers_[watcher.index_] = watchers_.back();
  watchers_.pop_back();
}

}  // namespace evenkeel::proxy
