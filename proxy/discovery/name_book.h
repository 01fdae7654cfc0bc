// NameBook: the IP addresses of the host names in a list of endpoints: looked up without blocking,
// some at a time, and kept for as long as the list has the name.
//
// Unlike DnsSource it makes one endpoint of a name, whatever its answer, and does not ask again.
// Owned by a FileSource or a ListedSource, used on the main thread.
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
#include "proxy/discovery/resolved_endpoint.h"

namespace evenkeel::discovery {

class NameBook {
 public:
  /// What one name that is not found means.
  enum class OnFailure {
    kGiveUp,  ///< the list is of no use: no further names are asked for
    kGoOn,    ///< the others are
  };

  /// `on_news` runs in turns of its own: once all is known or one name failed (kGiveUp), or after
  /// each answer (kGoOn).
  NameBook(net::EventLoop& loop, net::DnsSettings settings, OnFailure on_failure,
           std::function<void()> on_news);

  /// The name has been looked up elsewhere.
  void Learn(const std::string& name, std::vector<net::SocketAddress> addresses);
  /// Looks up the names in `listed` that are not known, in place of what was looked up so far, and
  /// forgets all others. Whether there is something to look up.
  bool LookUp(const std::vector<config::Endpoint>& listed);

  bool is_busy() const { return !lookups_.empty(); }
  /// Why a name of the last LookUp is not known, the first of them; nothing: none has failed.
  const std::optional<net::DnsFailure>& failure() const { return failure_; }

  /// Whether it has an address, or needs no look-up.
  bool Knows(const base::Address& address) const;
  /// Its addresses are IPv4 before IPv6. Precondition: Knows.
  ResolvedEndpoint Resolve(const config::Endpoint& endpoint) const;

 private:
  void AskForSome();
  void OnAnswer(const std::string& name,
                const base::Result<net::DnsAnswer, net::DnsFailure>& answer);
  std::vector<net::SocketAddress> Of(const base::Address& address) const;

  net::EventLoop& loop_;
  const net::DnsSettings settings_;
  const OnFailure on_failure_;
  const std::function<void()> on_news_;
  std::unordered_map<std::string, std::vector<net::SocketAddress>> known_;  // ports mean nothing
  std::set<std::string> waiting_;
  std::unordered_map<std::string, std::unique_ptr<net::DnsLookup>> lookups_;
  std::optional<net::DnsFailure> failure_;
};

}  // namespace evenkeel::discovery
