// XXH64, the hash that gRPC's load-balancing documents prescribe (gRFC A42, A68).
#pragma once

#include <cstdint>
#include <string_view>

namespace evenkeel::balancer {

uint64_t Hash(std::string_view bytes, uint64_t seed = 0);

}  // namespace evenkeel::balancer
