// Admission: what a listener asks of a call before it looks for the call's route: a path that has
// one reading, and a credential.
//
// Both come first because routes match what a client says, and a rule must see what an endpoint
// will. Part of the RouteTable: immutable but for the counters, which all workers share.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "lib/authz/authenticator.h"
#include "lib/authz/caller.h"
#include "lib/authz/caller_cache.h"
#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/http/header_list.h"
#include "lib/rpc/status.h"
#include "lib/telemetry/access_metrics.h"

namespace evenkeel::proxy {

class Admission {
 public:
  /// What `listener` asks; null: nothing. `before`: what it asked until now, of which this has what
  /// is the same; null: nothing was asked.
  static std::shared_ptr<const Admission> Make(const config::Listener& listener,
                                               telemetry::AccessMetrics& metrics,
                                               const Admission* before);

  /// Who calls, null where nobody in particular, and `request` is as endpoints are to see it; or
  /// what a call is told that must not go on. `now`: of the worker's loop.
  base::Result<authz::CallerPtr, rpc::Status> Admit(http2::HeaderList& request,
                                                    authz::CallerCache& cache,
                                                    base::Time now) const;

 private:
  Admission() = default;

  base::Result<authz::CallerPtr, rpc::Status> Authenticate(http2::HeaderList& request,
                                                           authz::CallerCache& cache,
                                                           base::Time now) const;

  bool judges_paths_ = false;   // some of the listener's calls meet rules
  bool spares_health_ = false;  // the sidecar's own health service, which anybody may ask
  std::optional<config::Authentication> authentication_;
  std::shared_ptr<const authz::Authenticator> authenticator_;  // null: no credential is asked for
  /// By the authenticator's outcomes.
  std::array<std::shared_ptr<telemetry::CredentialCounter>, authz::Authenticator::kOutcomeCount>
      counters_;
};

}  // namespace evenkeel::proxy
