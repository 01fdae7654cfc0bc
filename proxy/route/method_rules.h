// MethodRules: the CallRules of a route for each method, with what the cluster's service config
// says of it. Part of the RouteTable, so immutable and shared by all workers.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "lib/config/config.h"
#include "lib/rpc/message.h"
#include "proxy/route/call_rules.h"

namespace evenkeel::proxy {

class MethodRules {
 public:
  MethodRules() = default;
  /// The route's own settings win over the service config's, one by one.
  MethodRules(const config::CallPolicy& route, const config::Cluster& cluster);

  /// Those of the method, else of its service, else of all (gRFC A2). `path` is one piece of
  /// memory, as ParsePath leaves it.
  const CallRules& For(const rpc::MethodPath& path) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };

  CallRules rest_;
  std::unordered_map<std::string, CallRules, Hash, std::equal_to<>> named_;  // "service/method"
};

}  // namespace evenkeel::proxy
