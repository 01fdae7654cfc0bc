#include "lib/telemetry/once_per_peer.h"

namespace evenkeel::telemetry {

bool OncePerPeer::Admit(std::string_view peer, base::Time now) {
  const auto found = told_.find(peer);
  if (found != told_.end() && now - found->second < kPeriod) return false;
  if (found == told_.end() && told_.size() >= kMost) {
    std::erase_if(told_, [now](const auto& each) { return now - each.second >= kPeriod; });
    if (told_.size() >= kMost) return false;
  }
  told_.insert_or_assign(std::string(peer), now);
  return true;
}

}  // namespace evenkeel::telemetry
