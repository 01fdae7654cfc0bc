// ConfigDiff: what is different between two configurations, key by key, and what a change of each
// does to a running sidecar. Pure.
#pragma once

#include <string>
#include <vector>

#include "lib/config/config.h"

namespace evenkeel::admin {

struct ConfigChange {
  std::string key;     ///< "clusters.users.http2.stream_window"
  std::string before;  ///< as /config shows it; empty: it is new
  std::string after;   ///< empty: it is gone
  std::string effect;  ///< "at once, connections stay"
};

/// In the order of /config; empty when there is no difference.
std::vector<ConfigChange> Diff(const config::Config& before, const config::Config& after);

/// "key: before → after (effect)"; of a file that holds something else: "key: path has changed …"
std::string ToLine(const ConfigChange& change);

}  // namespace evenkeel::admin
