// DnsLookup: one question to DNS, answered once; with SRV records (RFC 2782) the questions that
// their targets need, too. On c-ares, which nothing else includes.
//
// Never blocks but to read resolv.conf, hosts and nsswitch.conf when made: each look-up sees them
// as they are now and has sockets, and so ports, of its own. Destroying it takes it back. Used on
// its loop's thread; the handler may hand the look-up to DeleteLater.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/result.h"
#include "lib/net/event_loop.h"
#include "lib/net/socket_address.h"
#include "lib/net/timer.h"

struct ares_addrinfo;

namespace evenkeel::net {

struct DnsQuestion {
  enum class Records {
    kAddresses,  ///< A and AAAA
    kServices,   ///< SRV, then A and AAAA of the targets
  } records;
  std::string name;
  uint16_t port = 0;  ///< of the endpoints; kAddresses only
};

struct DnsSettings {
  std::vector<SocketAddress> resolvers;  ///< empty: those of resolv.conf
  base::Duration timeout;                ///< for a resolver's first answer; later ones get longer
};

struct DnsAnswer {
  struct Endpoint {
    SocketAddress address;
    uint16_t priority = 0;  ///< lower is used first
    uint16_t weight = 0;    ///< 0: as little as possible
  };
  std::vector<Endpoint> endpoints;  ///< at least one
  base::Duration ttl;               ///< the least of all records that led here
};

struct DnsFailure {
  enum class Kind { kNoSuchName, kNoRecords, kTimeout, kRefused, kOther } kind;
  std::string reason;  ///< "users.example: Domain name not found"
};

class DnsLookup {
 public:
  using Handler = std::function<void(base::Result<DnsAnswer, DnsFailure>)>;

  /// Starts it. `on_done` runs once, in a turn of its own. An answer with some addresses and a
  /// failure for the others (A answered, AAAA timed out) is a failure: it is not known who is left.
  DnsLookup(EventLoop& loop, const DnsSettings& settings, DnsQuestion question, Handler on_done);
  ~DnsLookup();
  DnsLookup(const DnsLookup&) = delete;
  DnsLookup& operator=(const DnsLookup&) = delete;

 private:
  struct Channel;  // c-ares, and its sockets in our loop
  struct Service;  // an SRV record

  void AskForServices();
  void AskForAddresses(const std::string& name, std::vector<Service> services);
  static bool ParseServices(std::span<const uint8_t> message, std::vector<Service>& services,
                            uint32_t& ttl);
  void OnServices(std::vector<Service> services, uint32_t ttl);
  void Add(const ares_addrinfo& found, const std::vector<Service>& services);
  void Fail(DnsFailure failure);
  void Answered();
  void Finish();

  const DnsQuestion question_;
  const Handler on_done_;
  Timer finish_;
  int pending_ = 0;  // questions without an answer
  int absence_;      // c-ares's word for why there is nothing
  DnsAnswer answer_;
  std::unique_ptr<DnsFailure> failure_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace evenkeel::net
