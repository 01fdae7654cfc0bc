// RateLimits: the rate limit of every route that has one, with what its calls have taken, kept from
// one configuration to the next.
//
// Owned by the Server, used on the main thread; the limits themselves are shared with the route
// tables, and all workers take from them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "lib/base/clock.h"
#include "lib/config/traffic.h"
#include "proxy/route/rate_limit.h"

namespace evenkeel::proxy {

class RateLimits {
 public:
  /// `seed` keeps clients from choosing keys that meet in one bucket.
  explicit RateLimits(uint64_t seed) : seed_(seed) {}

  /// The limit of one route, known by `route`, which is unlike that of any other: the same object
  /// as long as its settings are, else one that goes on with the same fill.
  std::shared_ptr<RateLimit> Of(const std::string& route, const config::RateLimit& settings,
                                base::Time now);
  /// Forgets those that no table has any longer.
  void DropUnused();

 private:
  struct Known {
    config::RateLimit settings;
    std::shared_ptr<RateLimit> limit;
  };

  const uint64_t seed_;
  std::unordered_map<std::string, Known> known_;
};

}  // namespace evenkeel::proxy
