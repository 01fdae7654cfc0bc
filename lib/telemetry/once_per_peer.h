// OncePerPeer: lets what a peer does over and over be told once a minute. Pure: the time is handed
// in. Not thread-safe.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "lib/base/clock.h"

namespace evenkeel::telemetry {

class OncePerPeer {
 public:
  static constexpr auto kPeriod = std::chrono::minutes(1);
  /// So many are remembered; of more in one period nothing is told.
  static constexpr size_t kMost = 1'000;

  /// Whether to tell of `peer`: it is the first time in the period.
  bool Admit(std::string_view peer, base::Time now);

 private:
  std::map<std::string, base::Time, std::less<>> told_;
};

}  // namespace evenkeel::telemetry
