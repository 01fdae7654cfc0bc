// FaultInjection: which trouble is made for a call on purpose. Immutable, shared by all workers.
//
// Delay and abort are drawn independently, so a call can get both (gRFC A33): first the one,
// then the other.
#pragma once

#include <optional>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/traffic.h"
#include "lib/http/header_list.h"
#include "lib/rpc/status.h"

namespace evenkeel::proxy {

class FaultInjection {
 public:
  struct Fault {
    base::Duration delay{};      ///< 0: none
    const rpc::Status* abort{};  ///< null: none; lives as long as the FaultInjection
  };

  explicit FaultInjection(const config::Fault& fault);

  Fault Draw(const http2::HeaderList& request, base::Random& random) const;

 private:
  const config::Fault fault_;
  rpc::Status status_;
};

}  // namespace evenkeel::proxy
