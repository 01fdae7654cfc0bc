// DnsSearch: which whole names a written name may stand for, by resolv.conf(5).
#pragma once

#include <string>
#include <vector>

namespace evenkeel::net {

struct DnsSearch {
  std::vector<std::string> domains;  ///< `search`
  int ndots = 1;                     ///< so many dots and the name is first tried as it is

  /// In the order in which they are to be tried, as glibc and Go have it. A final dot says that the
  /// name is whole already; those returned have none.
  std::vector<std::string> NamesFor(const std::string& name) const;
};

}  // namespace evenkeel::net
