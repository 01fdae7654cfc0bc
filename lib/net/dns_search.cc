#include "lib/net/dns_search.h"

#include <algorithm>

namespace evenkeel::net {

std::vector<std::string> DnsSearch::NamesFor(const std::string& name) const {
  if (name.ends_with('.')) return {name.substr(0, name.size() - 1)};
  std::vector<std::string> names;
  for (const std::string& each : domains) {
    // "." stands for the root: the name as it is.
    names.push_back(each.empty() || each == "." ? name : name + "." + each);
  }
  const bool is_first = std::ranges::count(name, '.') >= ndots;
  names.insert(is_first ? names.begin() : names.end(), name);
  return names;
}

}  // namespace evenkeel::net
