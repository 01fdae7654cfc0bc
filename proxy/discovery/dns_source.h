// DnsSource: endpoints from A and AAAA, or SRV records, asked for again when their time to live is
// over. Of an answer that is not whole (A came, AAAA failed), the family without an answer keeps
// what was known of it; where it is not known what is missing, it serves while nothing better is
// known. See docs/discovery.md for what users may rely on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lib/net/dns_lookup.h"
#include "lib/net/timer.h"
#include "proxy/discovery/endpoint_source.h"
#include "proxy/discovery/refresh_schedule.h"

namespace evenkeel::discovery {

/// The endpoints of an answer: of SRV records the distinct priorities count from 0, and weights are
/// theirs, at least 1.
std::vector<ResolvedEndpoint> EndpointsOf(const net::DnsAnswer& answer);

/// How to look names up, as configured.
net::DnsSettings SettingsOf(const config::Dns& dns);

class DnsSource final : public EndpointSource {
 public:
  /// Asks at once, without waiting for the answer.
  DnsSource(std::string cluster, const config::DnsName& name, const config::Dns& settings,
            const Context& context, Events events);

 private:
  void Ask();
  void OnEndpoints(const net::DnsAnswer& answer);
  void OnAnswer(const base::Result<net::DnsAnswer, net::DnsFailure>& answer);

  const net::DnsQuestion question_;
  const net::DnsSettings settings_;
  RefreshSchedule schedule_;
  net::Timer again_;
  bool had_all_ = false;                    // an answer was whole
  std::unique_ptr<net::DnsLookup> lookup_;  // null: none is under way
};

}  // namespace evenkeel::discovery
