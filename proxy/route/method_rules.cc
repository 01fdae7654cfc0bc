#include "proxy/route/method_rules.h"

namespace evenkeel::proxy {

MethodRules::MethodRules(const config::CallPolicy& route, const config::Cluster& cluster)
    : rest_(route) {
  if (!cluster.service_config) return;
  for (const auto& method : cluster.service_config->methods) {
    const CallRules rules(config::Merge(route, method.calls));
    for (const auto& name : method.names) {
      if (name.service.empty()) {
        rest_ = rules;
      } else {
        named_.emplace(name.service + "/" + name.method, rules);
      }
    }
  }
}

const CallRules& MethodRules::For(const rpc::MethodPath& path) const {
  if (named_.empty()) return rest_;
  const std::string_view service(path.service.data(), path.service.size() + 1);
  const std::string_view method(path.service.data(), service.size() + path.method.size());
  auto found = named_.find(method);
  if (found == named_.end()) found = named_.find(service);
  return found == named_.end() ? rest_ : found->second;
}

}  // namespace evenkeel::proxy
