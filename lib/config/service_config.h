// ServiceConfig: what a gRPC service config (gRFC A2, A6) says, in the form that routes have too.
//
// Plain values. Its throttling and balancing are the cluster's own settings and stand there.
#pragma once

#include <string>
#include <vector>

#include "lib/config/call_policy.h"

namespace evenkeel::config {

struct ServiceConfig {
  /// A method, all methods of a service (`method` empty), or all there are (both empty).
  struct Name {
    std::string service;
    std::string method;
    bool operator==(const Name&) const = default;
  };
  struct Method {
    std::vector<Name> names;
    CallPolicy calls;
    bool operator==(const Method&) const = default;
  };

  std::string path;  ///< as the configuration writes it
  std::vector<Method> methods;
  /// Whether the cluster's `policy` and `retry_throttling` are this file's.
  bool sets_policy = false;
  bool sets_retry_throttling = false;
  bool operator==(const ServiceConfig&) const = default;
};

/// `over` where it says something, else `under`. Retry and hedging go together: a call has one.
CallPolicy Merge(const CallPolicy& over, const CallPolicy& under);

}  // namespace evenkeel::config
