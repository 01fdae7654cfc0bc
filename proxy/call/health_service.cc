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

// One that stops watching in its look leaves the rest as they are.
void HealthService::LookAgain() {
  base::IntrusiveList<Watcher> left;
  left.TakeAll(watchers_);
  while (!left.empty()) {
    Watcher& next = left.front();
    watchers_.PushBack(next);
    next.Look();
  }
}

bool HealthService::Add(Watcher& watcher) {
  if (watcher_count_ == kMostWatchers) return false;
  ++watcher_count_;
  watchers_.PushBack(watcher);
  return true;
}

void HealthService::Remove(Watcher& watcher) {
  --watcher_count_;
  watcher.Unlink();
}

}  // namespace evenkeel::proxy
