#include "proxy/route/route_traffic.h"

#include <algorithm>

#include "lib/base/check.h"

namespace evenkeel::proxy {
namespace {

std::unique_ptr<RateLimit> Make(const config::RateLimit& limit, uint64_t seed) {
  return std::make_unique<RateLimit>(
      RateLimit::Settings{.calls = limit.calls,
                          .per = limit.per,
                          .burst = limit.burst.value_or(limit.calls),
                          .max_keys = limit.key.empty() ? 1 : limit.max_keys},
      seed);
}

}  // namespace

size_t IndexOf(const std::string& name, const config::Clusters& clusters) {
  const auto found = std::ranges::find(clusters, name, &config::Cluster::name);
  CHECK(found != clusters.end());
  return static_cast<size_t>(found - clusters.begin());
}

RouteTraffic::RouteTraffic(const config::RouteTraffic& traffic, const config::Clusters& clusters,
                           uint64_t seed)
    : request_headers(traffic.request_headers), response_headers(traffic.response_headers) {
  uint64_t upto = 0;
  for (const config::SplitPart& each : traffic.split) {
    split.push_back({IndexOf(each.cluster, clusters), upto += each.weight});
  }
  if (traffic.mirror) {
    mirror = {IndexOf(traffic.mirror->cluster, clusters), traffic.mirror->percentage};
  }
  if (traffic.rate_limit) {
    rate_limit = Make(*traffic.rate_limit, seed);
    rate_limit_key = traffic.rate_limit->key;
  }
  if (traffic.fault) fault = std::make_unique<const FaultInjection>(*traffic.fault);
}

size_t RouteTraffic::Draw(size_t whole, base::Random& random) const {
  if (split.empty()) return whole;
  const uint64_t draw = random.Below(split.back().upto);
  return std::ranges::find_if(split, [draw](const Part& each) { return draw < each.upto; })
      ->cluster;
}

}  // namespace evenkeel::proxy
