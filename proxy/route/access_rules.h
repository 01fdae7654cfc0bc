// AccessRules: who may make the calls of a route, with the counters of those who were refused.
//
// Part of the RouteTable: immutable but for the counters, which all workers share.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/authz/policy.h"
#include "lib/net/peer.h"
#include "lib/telemetry/access_metrics.h"

namespace evenkeel::proxy {

class AccessRules {
 public:
  /// `listener`: its address as configured, the label of the counters.
  AccessRules(const config::Authorization& authorization, const std::string& listener,
              telemetry::AccessMetrics& metrics);
  /// Null where there is no rule: every call may be made.
  static std::shared_ptr<const AccessRules> Make(
      const std::optional<config::Authorization>& authorization, const std::string& listener,
      telemetry::AccessMetrics& metrics);

  const authz::Policy& policy() const { return policy_; }

  enum class Outcome : uint8_t {
    kAllowed,
    kDenied,
    kObserved,  ///< it would be refused, were it not for `observe`
  };
  struct Verdict {
    Outcome outcome;
    std::string_view rule;  ///< that refuses it, or would; empty where it is allowed
  };
  /// Judges a call of `client`, and counts it where it is not allowed. `caller`: by its credential,
  /// or null; `path` has a leading slash.
  Verdict Judge(const net::Peer& client, const authz::Caller* caller, std::string_view path,
                const http2::HeaderList& request) const;

 private:
  const authz::Policy policy_;
  // Of the rules that deny, and of calls that no rule allows.
  std::vector<std::shared_ptr<telemetry::DenialCounter>> counters_;
};

}  // namespace evenkeel::proxy
