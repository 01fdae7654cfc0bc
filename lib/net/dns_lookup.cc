#include "lib/net/dns_lookup.h"

#include <arpa/nameser.h>
#include <netinet/in.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

namespace evenkeel::net {
namespace {

using Status = DnsChannel::Status;
using Family = DnsSettings::Family;

constexpr base::Duration kNoTtlYet = base::Duration::max();

DnsFailure::Kind KindOf(Status status) {
  switch (status) {
    case Status::kNoSuchName:
      return DnsFailure::Kind::kNoSuchName;
    case Status::kNoRecords:
      return DnsFailure::Kind::kNoRecords;
    case Status::kTimeout:
      return DnsFailure::Kind::kTimeout;
    case Status::kRefused:
      return DnsFailure::Kind::kRefused;
    case Status::kFound:
    case Status::kOther:
      break;
  }
  return DnsFailure::Kind::kOther;
}

// Whether the server has answered: there are such records, or there are none.
bool IsAnswer(Status status) {
  return status == Status::kFound || status == Status::kNoSuchName || status == Status::kNoRecords;
}

// Truncated to nothing: whether there are records is not known (RFC 1035, section 4.1.1).
bool IsTruncated(const DnsChannel::Reply& reply) {
  constexpr uint8_t kTruncation = 2;
  return reply.status == Status::kNoRecords && reply.message.size() > 2 &&
         (static_cast<uint8_t>(reply.message[2]) & kTruncation) != 0;
}

std::vector<int> TypesOf(Family family) {
  switch (family) {
    case Family::kIpv4:
      return {ns_t_a};
    case Family::kIpv6:
      return {ns_t_aaaa};
    case Family::kAll:
      break;
  }
  return {ns_t_a, ns_t_aaaa};
}

int FamilyOf(Family family) {
  return family == Family::kIpv4 ? AF_INET : family == Family::kIpv6 ? AF_INET6 : AF_UNSPEC;
}

std::string NameOf(int type) { return type == ns_t_a ? "A" : type == ns_t_aaaa ? "AAAA" : "SRV"; }

// The name server is not asked for these (RFC 6761, section 6.3).
bool IsLocalhost(const std::string& name) {
  return name == "localhost" || name.ends_with(".localhost");
}

std::vector<SocketAddress> Loopback(Family family) {
  std::vector<SocketAddress> addresses;
  for (const char* each : {"127.0.0.1:0", "[::1]:0"}) {
    const auto address = SocketAddress::From(*base::Address::Parse(each));
    const int wanted = FamilyOf(family);
    if (wanted == AF_UNSPEC || wanted == address.family()) addresses.push_back(address);
  }
  return addresses;
}

std::string WithoutDot(const std::string& name) {
  return name.ends_with('.') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

struct DnsLookup::Walk {
  std::string name;                // as it was written
  std::vector<std::string> names;  // that it may stand for
  std::vector<int> types;
  std::function<void(const DnsRecords&)> on_found;
  size_t next = 0;     // of the names
  size_t pending = 0;  // questions for the one before
  bool silent = false;
  DnsRecords found;
};

DnsLookup::DnsLookup(EventLoop& loop, DnsSettings settings, DnsQuestion question, Handler on_done)
    : loop_(loop),
      settings_(std::move(settings)),
      question_(std::move(question)),
      habits_(ReadDnsHabits()),
      on_done_(std::move(on_done)),
      finish_(loop, [this] { Finish(); }) {
  answer_.ttl = kNoTtlYet;
  ++pending_;  // so that nothing ends before all is asked
  if (question_.records == DnsQuestion::Records::kServices) {
    AskForServices();
  } else {
    AskForAddresses(question_.name, {{question_.name, question_.port, 0, 0}});
  }
  End();
}

DnsLookup::~DnsLookup() = default;

void DnsLookup::AskForServices() {
  Start(question_.name, {ns_t_srv}, [this](const DnsRecords& found) { OnServices(found); });
}

void DnsLookup::OnServices(const DnsRecords& found) {
  answer_.ttl = std::min<base::Duration>(answer_.ttl, std::chrono::seconds(found.ttl));
  std::map<std::string, std::vector<Service>> by_target;
  for (const Service& each : found.services) {
    if (each.target.empty() || each.port == 0) continue;  // decidedly not available here
    by_target[each.target].push_back(each);
  }
  // Targets are whole names: the final dot keeps search domains out.
  for (auto& [target, of_target] : by_target) AskForAddresses(target + ".", std::move(of_target));
}

void DnsLookup::AskForAddresses(const std::string& name, std::vector<Service> services) {
  const std::string bare = WithoutDot(name);
  std::vector<SocketAddress> local;
  if (habits_.reads_hosts) local = FindInHosts(bare, FamilyOf(settings_.family));
  if (local.empty() && IsLocalhost(bare)) local = Loopback(settings_.family);
  if (!local.empty()) {
    answer_.ttl = std::min<base::Duration>(answer_.ttl, base::Duration::zero());
    return Add(local, services);
  }
  Start(name, TypesOf(settings_.family), [this, services](const DnsRecords& found) {
    answer_.ttl = std::min<base::Duration>(answer_.ttl, std::chrono::seconds(found.ttl));
    Add(found.addresses, services);
  });
}

void DnsLookup::Add(const std::vector<SocketAddress>& addresses,
                    const std::vector<Service>& services) {
  for (SocketAddress each : addresses) {
    if (!IsUsable(each)) {
      absence_ = {DnsFailure::Kind::kNoRecords,
                  question_.name + ": " + each.ToString() + " is no address of an endpoint"};
      continue;
    }
    for (const Service& service : services) {
      each.set_port(service.port);
      answer_.endpoints.push_back({each, service.priority, service.weight});
    }
  }
}

void DnsLookup::Start(const std::string& name, std::vector<int> types,
                      std::function<void(const DnsRecords&)> on_found) {
  ++pending_;
  walks_.push_back(std::make_unique<Walk>());
  Walk& walk = *walks_.back();
  walk.name = name;
  walk.names = habits_.search.NamesFor(name);
  walk.types = std::move(types);
  walk.on_found = std::move(on_found);
  AskNext(walk);
}

void DnsLookup::AskNext(Walk& walk) {
  const std::string name = walk.names[walk.next++];
  walk.pending = walk.types.size();
  for (const int type : walk.types) Ask(walk, name, type, Manner::kExtended);
}

void DnsLookup::Ask(Walk& walk, const std::string& name, int type, Manner manner) {
  auto& channel = channels_[static_cast<size_t>(manner)];
  if (!channel) channel = std::make_unique<DnsChannel>(loop_, settings_, manner);
  channel->Ask(name, type, [this, &walk, name, type, manner](const Reply& reply) {
    if (manner == Manner::kTruncated && IsTruncated(reply)) {
      return OnReply(walk, type, {Status::kRefused, "the answer is truncated, and TCP fails", {}});
    }
    if (IsAnswer(reply.status) || manner == Manner::kTruncated) return OnReply(walk, type, reply);
    Ask(walk, name, type, manner == Manner::kExtended ? Manner::kPlain : Manner::kTruncated);
  });
}

void DnsLookup::OnReply(Walk& walk, int type, const Reply& reply) {
  if (reply.status == Status::kFound) {
    OnRecords(walk, type, ParseDns(reply.message));
  } else if (IsAnswer(reply.status)) {
    if (absence_.reason.empty() || absence_.kind == DnsFailure::Kind::kNoSuchName) {
      absence_ = {KindOf(reply.status), question_.name + ": " + reply.reason};
    }
  } else {
    walk.silent = walk.silent || reply.status == Status::kTimeout;
    Miss(type, {KindOf(reply.status), NameOf(type) + " of " + walk.name + ": " + reply.reason});
  }
  if (--walk.pending == 0) OnName(walk);
}

void DnsLookup::OnRecords(Walk& walk, int type, const std::optional<DnsRecords>& records) {
  const std::string what = NameOf(type) + " of " + walk.name;
  if (!records) return Miss(type, {DnsFailure::Kind::kOther, what + ": the answer is malformed"});
  if (records->truncated) {
    Miss(type, {DnsFailure::Kind::kRefused, what + ": the answer is truncated, and TCP fails"});
  }
  DnsRecords& found = walk.found;
  const auto append = [](auto& to, const auto& from) {
    to.insert(to.end(), from.begin(), from.end());
  };
  append(found.addresses, records->addresses);
  append(found.services, records->services);
  found.ttl = std::min(found.ttl, records->ttl);
}

// All questions for one whole name are answered. Silence ends the walk, as with glibc: the name may
// be there, and the next one's addresses would be another service's.
void DnsLookup::OnName(Walk& walk) {
  const bool found = !walk.found.addresses.empty() || !walk.found.services.empty();
  if (!found && !walk.silent && walk.next < walk.names.size()) {
    if (answer_.gap) answer_.gap->family = AF_UNSPEC;
    return AskNext(walk);
  }
  if (found) walk.on_found(walk.found);
  End();
}

void DnsLookup::Miss(int type, DnsFailure failure) {
  const int family = type == ns_t_a ? AF_INET : type == ns_t_aaaa ? AF_INET6 : AF_UNSPEC;
  const bool is_services = question_.records == DnsQuestion::Records::kServices;
  if (!answer_.gap) {
    answer_.gap = {is_services ? AF_UNSPEC : family, std::move(failure)};
  } else if (answer_.gap->family != family) {
    answer_.gap->family = AF_UNSPEC;
  }
}

void DnsLookup::End() {
  // An answer can come before the question's call returns, and c-ares must not be destroyed there.
  if (--pending_ == 0) finish_.StartAfter({});
}

void DnsLookup::Finish() {
  if (!answer_.endpoints.empty()) return on_done_(std::move(answer_));
  if (answer_.gap) return on_done_(base::Error(answer_.gap->why));
  if (absence_.reason.empty()) absence_.reason = question_.name + ": not available here";
  on_done_(base::Error(absence_));
}

}  // namespace evenkeel::net
