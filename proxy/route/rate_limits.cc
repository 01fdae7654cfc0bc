#include "proxy/route/rate_limits.h"

#include <utility>

namespace evenkeel::proxy {
namespace {

RateLimit::Settings SettingsOf(const config::RateLimit& limit) {
  return {.calls = limit.calls,
          .per = limit.per,
          .burst = limit.burst.value_or(limit.calls),
          .max_keys = limit.key.empty() ? 1 : limit.max_keys};
}

}  // namespace

std::shared_ptr<RateLimit> RateLimits::Of(const std::string& route,
                                          const config::RateLimit& settings, base::Time now) {
  const auto found = known_.find(route);
  if (found != known_.end() && found->second.settings == settings) return found->second.limit;
  auto limit = std::make_shared<RateLimit>(SettingsOf(settings), seed_);
  // What was taken by another key's values says nothing of this one's.
  if (found != known_.end() && found->second.settings.key == settings.key) {
    limit->TakeOver(*found->second.limit, now);
  }
  known_.insert_or_assign(route, Known{settings, limit});
  return limit;
}

void RateLimits::DropUnused() {
  std::erase_if(known_, [](const auto& each) { return each.second.limit.use_count() == 1; });
}

}  // namespace evenkeel::proxy
