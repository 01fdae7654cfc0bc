// NameBook: the IP addresses of the host names in a list of endpoints: looked up without blocking,
// some at a time, and kept for as long as the list has the name.
//
// Unlike DnsSource it makes one endpoint of a name, whatever its answer, and does not ask again.
// Owned by a FileSource, used on the main thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "lib/base/address.h"
#include "lib/config/config.h"
#include "lib/net/dns_lookup.h"
#include "lib/net/event_loop.h"

namespace evenkeel::discovery {

class NameBook {
 public:
  /// Nothing: all names are known. Else why one is not; those that were found stay known.
  using Handler = std::function<void(const std::optional<net::DnsFailure>& failure)>;

  NameBook(net::EventLoop& loop, net::DnsSettings settings, Handler on_done);

  /// Looks up the names in `listed` that are not known, in place of what was looked up so far, and
  /// forgets all others. Whether there is something to look up: then the handler runs, once, in a
  /// later turn.
  bool LookUp(const std::vector<config::Endpoint>& listed);

  /// At least one, IPv4 before IPv6. Precondition: a name in it is known.
  std::vector<net::SocketAddress> Of(const base::Address& address) const;

 private:
  void AskForSome();
  void OnAnswer(const std::string& name,
                const base::Result<net::DnsAnswer, net::DnsFailure>& answer);

  net::EventLoop& loop_;
  const net::DnsSettings settings_;
  const Handler on_done_;
  std::unordered_map<std::string, std::vector<net::SocketAddress>> known_;  // ports are 0
  std::set<std::string> waiting_;
  std::unordered_map<std::string, std::unique_ptr<net::DnsLookup>> lookups_;
  std::optional<net::DnsFailure> failure_;
};

}  // namespace evenkeel::discovery
