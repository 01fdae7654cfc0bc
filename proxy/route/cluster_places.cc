#include "proxy/route/cluster_places.h"

#include <algorithm>
#include <set>

namespace evenkeel::proxy {

ClusterPlaces::ClusterPlaces(const std::vector<std::string>& names, const NamedClusters& clusters,
                             const ClusterPlaces& before)
    : ids_(before.ids_) {
  std::set<ClusterId> wanted;
  for (const std::string& each : names) wanted.insert(clusters.at(each).id);
  for (auto& each : ids_) {
    if (each && wanted.erase(*each) == 0) each.reset();
  }
  auto free = ids_.begin();
  for (const ClusterId each : wanted) {
    free = std::find(free, ids_.end(), std::nullopt);
    if (free == ids_.end()) {
      ids_.emplace_back(each);
      free = ids_.end();
    } else {
      *free = each;
    }
  }
  for (size_t i = 0; i < ids_.size(); ++i) {
    if (ids_[i]) places_.emplace(*ids_[i], i);
  }
}

size_t ClusterPlaces::Of(ClusterId cluster) const { return places_.at(cluster); }

}  // namespace evenkeel::proxy
