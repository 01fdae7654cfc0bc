#include "proxy/route/route_traffic.h"

#include <algorithm>
#include <utility>

namespace evenkeel::proxy {

RouteTraffic::RouteTraffic(const config::RouteTraffic& traffic,
                           const std::function<size_t(const std::string& cluster)>& place_of,
                           std::shared_ptr<RateLimit> limit,
                           std::shared_ptr<const AccessRules> access)
    : response_headers(traffic.response_headers) {
  uint64_t upto = 0;
  for (const config::SplitPart& each : traffic.split) {
    split.push_back({place_of(each.cluster), upto += each.weight});
  }
  stages.emplace_back(MemoryGate{});
  if (access) stages.emplace_back(std::move(access));
  if (traffic.rate_limit) {
    stages.emplace_back(RateGate{std::move(limit), traffic.rate_limit->key});
  }
  stages.emplace_back(ClusterGate{});
  if (traffic.fault) stages.emplace_back(std::make_shared<const FaultInjection>(*traffic.fault));
  if (traffic.request_headers != config::HeaderEdits{}) {
    stages.emplace_back(RequestEdits{traffic.request_headers});
  }
  if (traffic.mirror) {
    stages.emplace_back(MirrorStage{place_of(traffic.mirror->cluster), traffic.mirror->percentage});
  }
}

size_t RouteTraffic::Draw(size_t whole, base::Random& random) const {
  if (split.empty()) return whole;
  const uint64_t draw = random.Below(split.back().upto);
  return std::ranges::find_if(split, [draw](const Part& each) { return draw < each.upto; })
      ->cluster;
}

}  // namespace evenkeel::proxy
