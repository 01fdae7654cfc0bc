#include "proxy/route/route_traffic.h"

#include <algorithm>

#include "lib/base/check.h"

namespace evenkeel::proxy {
namespace {

std::shared_ptr<RateLimit> Make(const config::RateLimit& limit, uint64_t seed) {
  return std::make_shared<RateLimit>(
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
    : response_headers(traffic.response_headers) {
  uint64_t upto = 0;
  for (const config::SplitPart& each : traffic.split) {
    split.push_back({IndexOf(each.cluster, clusters), upto += each.weight});
  }
  stages.emplace_back(MemoryGate{});
  if (traffic.rate_limit) {
    stages.emplace_back(RateGate{Make(*traffic.rate_limit, seed), traffic.rate_limit->key});
  }
  stages.emplace_back(ClusterGate{});
  if (traffic.fault) stages.emplace_back(std::make_shared<const FaultInjection>(*traffic.fault));
  if (traffic.request_headers != config::HeaderEdits{}) {
    stages.emplace_back(RequestEdits{traffic.request_headers});
  }
  if (traffic.mirror) {
    stages.emplace_back(
        MirrorStage{IndexOf(traffic.mirror->cluster, clusters), traffic.mirror->percentage});
  }
}

size_t RouteTraffic::Draw(size_t whole, base::Random& random) const {
  if (split.empty()) return whole;
  const uint64_t draw = random.Below(split.back().upto);
  return std::ranges::find_if(split, [draw](const Part& each) { return draw < each.upto; })
      ->cluster;
}

}  // namespace evenkeel::proxy
