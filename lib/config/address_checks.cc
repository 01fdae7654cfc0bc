#include "lib/config/address_checks.h"

#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "lib/config/complaint.h"

namespace evenkeel::config {
namespace {

using Kind = base::Address::Kind;

bool IsAnyPort(const base::Address& address) {
  return address.kind() != Kind::kUnix && address.port() == 0;
}

// A complete name (with its dot at the end) and the same without are one.
std::string Spelled(const base::Address& address) {
  std::string host = address.host();
  if (address.kind() != Kind::kName || !host.ends_with('.')) return address.ToString();
  host.pop_back();
  return host + ":" + std::to_string(address.port());
}

// The addresses that were given out so far, each with the place that has it.
class TakenAddresses {
 public:
  explicit TakenAddresses(std::vector<Problem>& problems) : problems_(problems) {}

  void Take(const base::Address& address, const KeyPath& path) {
    if (IsAnyPort(address)) return;
    const auto [first, is_new] = holders_.emplace(Spelled(address), path);
    if (is_new) return;
    problems_.push_back({.path = path,
                         .reason = "the address " + Quoted(address.ToString()) + " is that of " +
                                   first->second.ToString() + " too",
                         .hint = "give each its own, or remove one",
                         .other = first->second});
  }

 private:
  std::map<std::string, KeyPath> holders_;
  std::vector<Problem>& problems_;
};

constexpr std::string_view kAnyIpv4 = "0.0.0.0";
constexpr std::string_view kAnyIpv6 = "::";
constexpr std::string_view kLocalhost = "localhost";

std::string HostOf(const base::Address& address) {
  std::string host = address.host();
  if (address.kind() == Kind::kName && host.ends_with('.')) host.pop_back();
  return host;
}

bool IsAny(const base::Address& address) {
  return address.kind() != Kind::kName &&
         (address.host() == kAnyIpv4 || address.host() == kAnyIpv6);
}

// The hosts whose sockets one that is not IsAny cannot stand beside, its own apart.
std::vector<std::string_view> RivalsOf(const base::Address& address) {
  if (HostOf(address) == kLocalhost) return {kAnyIpv4, kAnyIpv6, "127.0.0.1", "::1"};
  if (address.kind() == Kind::kName) return {kAnyIpv4, kAnyIpv6};
  std::vector<std::string_view> rivals = {address.kind() == Kind::kIpv4 ? kAnyIpv4 : kAnyIpv6};
  if (address.host() == "127.0.0.1" || address.host() == "::1") rivals.push_back(kLocalhost);
  return rivals;
}

// A socket takes it, but nobody can listen there: it is given by those who block a name. What is
// reserved (240.0.0.0/4) is somebody's, as DNS has it too.
bool IsNobodys(const base::Address& address) {
  const std::string& host = address.host();
  if (address.kind() == Kind::kIpv6) {
    return host == kAnyIpv6 || (host.starts_with("ff") && host.find(':') == 4);
  }
  if (address.kind() != Kind::kIpv4) return false;
  const int first = std::atoi(host.c_str());
  const bool is_multicast = 224 <= first && first < 240;
  return is_multicast || host == kAnyIpv4 || host == "255.255.255.255";
}

// The addresses that are listened on, each with the place that says so.
class ListenAddresses {
 public:
  explicit ListenAddresses(std::vector<Problem>& problems)
      : taken_(problems), problems_(problems) {}

  void Take(const base::Address& address, const KeyPath& path) {
    taken_.Take(address, path);
    if (address.host().starts_with("::ffff:") && address.kind() == Kind::kIpv6) {
      problems_.push_back({path,
                           Quoted(address.ToString()) + " is an IPv4 address, written as IPv6",
                           "write the IPv4 address, or [::] for every IPv6 one"});
    }
    if (address.kind() == Kind::kUnix || address.port() == 0) return;
    Holders& holders = ports_[address.port()];
    if (const Holder* rival = FindRival(holders, address)) Refuse(address, path, *rival);
    holders.emplace(HostOf(address), Holder{address, path});
  }

 private:
  struct Holder {
    base::Address address;
    KeyPath path;
  };
  using Holders = std::map<std::string, Holder, std::less<>>;  // of one port, by their hosts

  static const Holder* FindRival(const Holders& holders, const base::Address& address) {
    if (IsAny(address)) return FindOfFamily(holders, address);
    for (const std::string_view each : RivalsOf(address)) {
      const auto found = holders.find(each);
      if (found != holders.end()) return &found->second;
    }
    return nullptr;
  }

  // The first of the same family, or a name, which may be of either.
  static const Holder* FindOfFamily(const Holders& holders, const base::Address& any) {
    for (const auto& [host, holder] : holders) {
      const Kind kind = holder.address.kind();
      if (!IsAny(holder.address) && (kind == Kind::kName || kind == any.kind())) return &holder;
    }
    return nullptr;
  }

  void Refuse(const base::Address& address, const KeyPath& path, const Holder& rival) {
    problems_.push_back({.path = path,
                         .reason = Quoted(address.ToString()) + " cannot be listened on beside " +
                                   Quoted(rival.address.ToString()) + " of " +
                                   rival.path.ToString(),
                         .hint = "they may take one port of one address: give each a port of its "
                                 "own, or write the IP addresses",
                         .other = rival.path});
  }

  TakenAddresses taken_;
  std::map<uint16_t, Holders> ports_;
  std::vector<Problem>& problems_;
};

}  // namespace

void CheckEndpointAddresses(const KeyPath& path, const std::vector<Endpoint>& endpoints,
                            std::vector<Problem>& problems) {
  TakenAddresses taken(problems);
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const base::Address& address = endpoints[i].address;
    taken.Take(address, path[i] / "address");
    if (IsNobodys(address)) {
      problems.push_back({path[i] / "address",
                          Quoted(address.host()) + " is no address of an endpoint",
                          "write the endpoint's own; on this machine that is 127.0.0.1, or [::1]"});
    }
  }
}

void CheckResolverAddresses(const KeyPath& path, const std::vector<base::Address>& resolvers,
                            std::vector<Problem>& problems) {
  TakenAddresses taken(problems);
  for (size_t i = 0; i < resolvers.size(); ++i) taken.Take(resolvers[i], path[i]);
}

void CheckListenAddresses(const Config& config, std::vector<Problem>& problems) {
  ListenAddresses taken(problems);
  if (config.admin.address) taken.Take(*config.admin.address, KeyPath() / "admin" / "address");
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    taken.Take(config.listeners[i]->address, (KeyPath() / "listeners")[i] / "address");
  }
}

}  // namespace evenkeel::config
