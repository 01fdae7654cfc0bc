// Reads who may call what: `authentication:` and `authorization:`.
#pragma once

#include <optional>
#include <string>

#include "lib/config/access.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {

/// Reads the keys of `authentication`. What files say is not read here:
/// ReadAccessFiles does that.
void ReadAuthentication(MapReader& map, Authentication& authentication);

/// A map of rules, or `off`: no rules, also where a listener has some.
struct AuthorizationKey {
  void Read(const Place& place, std::optional<Authorization>& out) const;
  KeyFacts Facts(const std::optional<Authorization>&) const {
    return {.type = "map, or off", .words = {"off"}};
  }
  void Nested(const std::string& path, const std::optional<Authorization>&, Catalog& catalog) const;
  Written Write(const std::optional<Authorization>& value) const;
};

}  // namespace evenkeel::config
