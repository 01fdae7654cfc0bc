// DnsChannel: c-ares and its sockets in our loop: one question to the name servers, one answer.
//
// c-ares is included by dns_channel.cc and nothing else. Made for one look-up, so that each sees
// resolv.conf as it is now and has sockets, and so ports, of its own; reading it is the one thing
// that blocks. Destroying it takes all questions back: their handlers do not run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/net/dns.h"
#include "lib/net/dns_search.h"
#include "lib/net/event_loop.h"

namespace evenkeel::net {

class DnsChannel {
 public:
  enum class Manner {
    kExtended,   ///< with EDNS (RFC 6891); what does not fit into a datagram comes over TCP
    kPlain,      ///< without EDNS, for servers that do not know it
    kTruncated,  ///< with EDNS and without TCP: of a long answer what fits into a datagram
  };

  enum class Status { kFound, kNoSuchName, kNoRecords, kTimeout, kRefused, kOther };
  struct Reply {
    Status status;
    std::string reason;                ///< in words, unless found
    std::span<const uint8_t> message;  ///< valid in the handler
  };
  using Handler = std::function<void(const Reply&)>;

  DnsChannel(EventLoop& loop, const DnsSettings& settings, Manner manner);
  ~DnsChannel();
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  /// Asks each server once, until one answers. `type` is that of the records (ns_t_a). The handler
  /// runs once, maybe before Ask returns; it may ask again, but must not destroy a channel.
  void Ask(const std::string& name, int type, Handler handler);

 private:
  struct Ares;

  const std::unique_ptr<Ares> ares_;
};

/// What resolv.conf and nsswitch.conf say of names without a final dot.
struct DnsHabits {
  DnsSearch search;
  bool reads_hosts = true;  ///< /etc/hosts is asked before DNS
};
DnsHabits ReadDnsHabits();

/// The addresses that /etc/hosts has for `name`, with ports 0. `family`: AF_UNSPEC for both.
std::vector<SocketAddress> FindInHosts(const std::string& name, int family);

}  // namespace evenkeel::net
