// DnsLookup: one question to DNS, answered once; with SRV records (RFC 2782) the questions that
// their targets need, too.
//
// A name is looked up as glibc and Go do: /etc/hosts first, then each whole name that it may stand
// for (`search` of resolv.conf), one at a time and for both address families. The first that has
// records is the one, so that endpoints are never those of two names: asking for each family with a
// search of its own finds another service's IPv6 addresses beside our IPv4 ones. A server that
// answers nothing useful is asked again without EDNS, then without TCP.
//
// Never blocks but to read resolv.conf, hosts and nsswitch.conf when made. Destroying it takes it
// back. Used on its loop's thread; the handler may hand the look-up to DeleteLater.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/net/dns.h"
#include "lib/net/dns_channel.h"
#include "lib/net/dns_message.h"
#include "lib/net/event_loop.h"
#include "lib/net/timer.h"

namespace evenkeel::net {

class DnsLookup {
 public:
  using Handler = std::function<void(base::Result<DnsAnswer, DnsFailure>)>;

  /// Starts it. `on_done` runs once, in a turn of its own. Where some of what was asked has an
  /// answer (A came, AAAA timed out), the answer says what is missing.
  DnsLookup(EventLoop& loop, DnsSettings settings, DnsQuestion question, Handler on_done);
  ~DnsLookup();
  DnsLookup(const DnsLookup&) = delete;
  DnsLookup& operator=(const DnsLookup&) = delete;

 private:
  using Service = DnsRecords::Service;
  using Reply = DnsChannel::Reply;
  using Manner = DnsChannel::Manner;
  struct Walk;  // from whole name to whole name

  void AskForServices();
  void AskForAddresses(const std::string& name, std::vector<Service> services);
  void OnServices(const DnsRecords& found);
  void Add(const std::vector<SocketAddress>& addresses, const std::vector<Service>& services);

  void Start(const std::string& name, std::vector<int> types,
             std::function<void(const DnsRecords&)> on_found);
  void AskNext(Walk& walk);
  void Ask(Walk& walk, const std::string& name, int type, Manner manner);
  void OnReply(Walk& walk, int type, const Reply& reply);
  void OnRecords(Walk& walk, int type, const std::optional<DnsRecords>& records);
  void OnName(Walk& walk);
  void Miss(int type, DnsFailure failure);
  void End();
  void Finish();

  EventLoop& loop_;
  const DnsSettings settings_;
  const DnsQuestion question_;
  const DnsHabits habits_;
  const Handler on_done_;
  Timer finish_;
  int pending_ = 0;                                       // walks that are under way
  DnsFailure absence_{DnsFailure::Kind::kNoRecords, ""};  // why there is nothing, if no failure
  DnsAnswer answer_;
  std::vector<std::unique_ptr<Walk>> walks_;
  std::array<std::unique_ptr<DnsChannel>, 3> channels_;  // by manner; made when needed
};

}  // namespace evenkeel::net
