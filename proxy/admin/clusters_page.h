// The page /clusters: who serves what, in which state, under which load.
#pragma once

#include <string>
#include <vector>

#include "proxy/admin/sources.h"

namespace evenkeel::admin {

/// {"clusters":[{"name","policy","tls","endpoints":[{"address","state","in_flight","picked",
/// "connections"}]}]}, indented.
std::string ClustersJson(const std::vector<ClusterView>& clusters);

/// A table with a line of headings and one line for each endpoint.
std::string ClustersTable(const std::vector<ClusterView>& clusters);

}  // namespace evenkeel::admin
