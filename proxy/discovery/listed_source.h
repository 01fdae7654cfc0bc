// ListedSource: the endpoints that the configuration lists. Those with an IP address or a path are
// there at once; host names are looked up without blocking.
//
// A name that is not found costs its own endpoint only: the others serve, and it is tried again,
// later each time. Unlike DnsSource it makes one endpoint of a name, whatever its answer, and does
// not ask again for a name that it has found: the list says how many endpoints there are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/net/timer.h"
#include "proxy/discovery/endpoint_source.h"
#include "proxy/discovery/name_book.h"
#include "proxy/discovery/refresh_schedule.h"

namespace evenkeel::discovery {

class ListedSource final : public EndpointSource {
 public:
  /// A name that `known` has addresses for is not looked up again.
  ListedSource(const config::Cluster& cluster, const KnownAddresses& known, const Context& context,
               Events events);

  /// Nothing where no address is known yet: then what a reload replaces stays until one is.
  std::optional<std::vector<ResolvedEndpoint>> AtOnce() const override {
    std::vector<ResolvedEndpoint> known = Known();
    if (known.empty() && !listed_.empty()) return std::nullopt;
    return known;
  }

 private:
  void Ask();
  void Tell();
  std::vector<ResolvedEndpoint> Known() const;

  const std::vector<config::Endpoint> listed_;
  NameBook names_;
  RefreshSchedule schedule_;
  net::Timer again_;
  net::Timer tell_;  // answers that come together are told together
};

}  // namespace evenkeel::discovery
