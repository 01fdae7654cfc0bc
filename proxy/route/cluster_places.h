// ClusterPlaces: the clusters that a route table leads to, each at a place of its own, by which a
// call finds it without a search.
//
// A cluster keeps its place from one table of a listener to the next, so that routes that do not
// change keep their objects. Immutable once the table is made.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "proxy/route/cluster_id.h"

namespace evenkeel::proxy {

class ClusterPlaces {
 public:
  ClusterPlaces() = default;
  /// Those that `names` says, all of which are in `clusters`. Names may repeat.
  ClusterPlaces(const std::vector<std::string>& names, const NamedClusters& clusters,
                const ClusterPlaces& before);

  /// Nothing: the place is empty for now.
  const std::vector<std::optional<ClusterId>>& ids() const { return ids_; }
  /// Precondition: it has a place.
  size_t Of(ClusterId cluster) const;

  bool operator==(const ClusterPlaces& other) const { return ids_ == other.ids_; }

 private:
  std::vector<std::optional<ClusterId>> ids_;
  std::unordered_map<ClusterId, size_t> places_;
};

}  // namespace evenkeel::proxy
