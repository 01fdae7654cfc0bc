// ConfigSource: where whole configurations come from: YAML files, and one day a control plane.
//
// It hands out a configuration or says what is wrong with it, and tells when there may be another.
// What becomes of one is for the Reloader: the source never sees the server. Owned by the Sidecar,
// used on the main thread, which it never blocks: to read and check a large configuration takes
// longer than a turn of the loop may.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"

namespace evenkeel::proxy {

class ConfigSource {
 public:
  struct Offer {
    /// The error: all that is wrong with it, a sentence for the operator each, at least one.
    base::Result<config::Config, std::vector<std::string>> config;
    /// The same for the same configuration.
    uint64_t fingerprint = 0;
    /// What of a good one has no effect, a sentence each.
    std::vector<std::string> warnings{};
  };
  /// There may be another configuration: Take has it. `trigger`, "file change", is for the log.
  /// Comes in turns of its own, and never before Follow.
  using OnChange = std::function<void(std::string_view trigger)>;

  /// Comes in a later turn.
  using Receive = std::function<void(Offer)>;

  virtual ~ConfigSource() = default;

  /// From now on `on_change` is told of changes. Once.
  virtual void Follow(OnChange on_change) = 0;
  /// The configuration as it is now, to be applied.
  virtual void Take(Receive receive) = 0;
  /// The same, to look at it only.
  virtual void Look(Receive receive) const = 0;
  /// What it is called in errors: a path.
  virtual const std::string& name() const = 0;
};

}  // namespace evenkeel::proxy
