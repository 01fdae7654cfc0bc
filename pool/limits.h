// Limits: how much one cluster, or one endpoint of it, takes in the whole process.
//
// Shared by all workers: who takes a place anywhere takes one of these. A maximum of 0 is none.
#pragma once

#include "lib/base/limit.h"

namespace evenkeel::pool {

struct Limits {
  base::Limit calls;        ///< in flight
  base::Limit pending;      ///< waiting for an endpoint, or for a connection to one
  base::Limit connections;  ///< what a worker cannot do without is counted and not refused
  base::Limit retries;      ///< calls that have been tried again or hedged
};

}  // namespace evenkeel::pool
