// FaultInjection: which trouble is made for a call on purpose. Immutable, shared by all workers.
//
// The dice for delay and abort are independent, so a call can get both (gRFC A33): first the one,
// then the other.
#pragma once

#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "config/traffic.h"
#include "http2/header_list.h"
#include "rpc/status.h"

namespace evenkeel::proxy {

class FaultInjection {
 public:
  struct Fate {
    base::Duration delay{};      ///< 0: none
    const rpc::Status* abort{};  ///< null: none; lives as long as the FaultInjection
  };

  explicit FaultInjection(const config::Fault& fault);

  Fate Draw(const http2::HeaderList& request, base::Random& random) const;

 private:
  bool IsMeant(const http2::HeaderList& request) const;

  const config::Fault fault_;
  rpc::Status status_;
};

}  // namespace evenkeel::proxy
