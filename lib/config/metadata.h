// Metadata: a name and a value that the configuration compares calls with, or sends.
//
// A plain value, part of routes and health checks.
#pragma once

#include <string>

namespace evenkeel::config {

struct Metadata {
  std::string name;  ///< lower case
  std::string value;
  /// Whether something of the value stood outside the configuration's files: in the environment, or
  /// in a file of a secret.
  bool from_outside = false;
  bool operator==(const Metadata&) const = default;
};

/// Whether the value must not be shown: it comes from outside, is a credential of HTTP's
/// authentication, or has a name that such values have (authorization, cookie, x-api-key, …).
bool IsSecret(const Metadata& metadata);

}  // namespace evenkeel::config
