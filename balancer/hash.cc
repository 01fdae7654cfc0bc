#include "balancer/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace evenkeel::balancer {

uint64_t Hash(std::string_view bytes, uint64_t seed) {
  return XXH64(bytes.data(), bytes.size(), seed);
}

}  // namespace evenkeel::balancer
