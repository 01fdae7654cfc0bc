#include "lib/config/config.h"

#include <string>
#include <unordered_map>

namespace evenkeel::config {
namespace {

// `KeyOf` gives what is likely to tell two of them apart; of several with one key, the last is
// found.
template <typename T, typename Function>
void Share(const std::vector<base::SharedValue<T>>& before, std::vector<base::SharedValue<T>>& next,
           Function key_of) {
  std::unordered_map<std::string, const base::SharedValue<T>*> known;
  for (const auto& each : before) known[key_of(*each)] = &each;
  for (auto& each : next) {
    const auto found = known.find(key_of(*each));
    if (found != known.end() && *found->second == each) each = *found->second;
  }
}

}  // namespace

void ShareEqual(const Config& before, Config& next) {
  Share(before.listeners, next.listeners,
        [](const Listener& each) { return each.address.ToString(); });
  Share(before.clusters, next.clusters, [](const Cluster& each) { return each.name; });
}

}  // namespace evenkeel::config
