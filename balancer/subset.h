// A subset of a large fleet for one process (gRFC A68): a thousand sidecars need not each hold a
// connection to each of a thousand replicas.
//
// Rendezvous hashing: the `size` endpoints whose address and `seed` hash highest. One endpoint that
// comes or goes changes at most one member; each process has its own seed, so together they cover
// the fleet evenly.
#pragma once

#include <cstdint>
#include <vector>

#include "balancer/endpoint.h"

namespace evenkeel::balancer {

/// In the order given. All of them when there are no more than `size`, or when `size` is 0.
std::vector<EndpointPtr> Subset(std::vector<EndpointPtr> endpoints, size_t size, uint64_t seed);

}  // namespace evenkeel::balancer
