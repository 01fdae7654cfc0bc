#include "proxy/discovery/dns_source.h"

#include <algorithm>
#include <set>
#include <utility>

namespace evenkeel::discovery {
namespace {

net::DnsQuestion QuestionOf(const config::DnsName& name) {
  using Records = net::DnsQuestion::Records;
  const bool services = name.records == config::DnsName::Records::kServices;
  return {services ? Records::kServices : Records::kAddresses, name.name, name.port};
}

net::DnsSettings::Family FamilyOf(config::Dns::Family family) {
  switch (family) {
    case config::Dns::Family::kIpv4:
      return net::DnsSettings::Family::kIpv4;
    case config::Dns::Family::kIpv6:
      return net::DnsSettings::Family::kIpv6;
    case config::Dns::Family::kAll:
      break;
  }
  return net::DnsSettings::Family::kAll;
}

std::string_view ResultName(net::DnsFailure::Kind kind) {
  switch (kind) {
    case net::DnsFailure::Kind::kNoSuchName:
      return "no such name";
    case net::DnsFailure::Kind::kNoRecords:
      return "no records";
    case net::DnsFailure::Kind::kTimeout:
      return "timeout";
    case net::DnsFailure::Kind::kRefused:
      return "refused";
    case net::DnsFailure::Kind::kOther:
      break;
  }
  return "failed";
}

}  // namespace

net::DnsSettings SettingsOf(const config::Dns& dns) {
  net::DnsSettings settings{
      .resolvers = {}, .timeout = dns.timeout, .family = FamilyOf(dns.family)};
  for (const base::Address& each : dns.resolvers) {
    settings.resolvers.push_back(net::SocketAddress::From(each));
  }
  return settings;
}

std::vector<ResolvedEndpoint> EndpointsOf(const net::DnsAnswer& answer) {
  // A policy has few priorities, SRV records have any: only their order counts (RFC 2782).
  constexpr ptrdiff_t kLastPriority = 127;
  std::set<uint16_t> priorities;
  for (const auto& each : answer.endpoints) priorities.insert(each.priority);
  std::vector<ResolvedEndpoint> endpoints;
  for (const auto& each : answer.endpoints) {
    const auto rank = std::distance(priorities.begin(), priorities.find(each.priority));
    balancer::EndpointTraits traits;
    traits.weight = std::max<uint32_t>(each.weight, 1);
    traits.priority = static_cast<uint32_t>(std::min(rank, kLastPriority));
    endpoints.push_back({each.address.ToString(), std::move(traits), {each.address}});
  }
  return endpoints;
}

DnsSource::DnsSource(std::string cluster, const config::DnsName& name, const config::Dns& settings,
                     const Context& context, Events events)
    : EndpointSource(std::move(cluster), name.ToString(), context, std::move(events)),
      question_(QuestionOf(name)),
      settings_(SettingsOf(settings)),
      schedule_(settings, context.random),
      again_(context.loop, [this] { Ask(); }) {
  Ask();
}

void DnsSource::Ask() {
  lookup_ = std::make_unique<net::DnsLookup>(
      context().loop, settings_, question_,
      [this](base::Result<net::DnsAnswer, net::DnsFailure> answer) { OnAnswer(answer); });
}

void DnsSource::OnAnswer(const base::Result<net::DnsAnswer, net::DnsFailure>& answer) {
  context().loop.DeleteLater(std::move(lookup_));
  if (answer) {
    OnEndpoints(*answer);
  } else {
    again_.StartAfter(schedule_.AfterFailure());
    Failed({ResultName(answer.error().kind), answer.error().reason});
  }
}

void DnsSource::OnEndpoints(const net::DnsAnswer& answer) {
  std::vector<ResolvedEndpoint> endpoints = EndpointsOf(answer);
  if (!answer.gap) {
    again_.StartAfter(schedule_.AfterAnswer(answer.ttl));
    had_all_ = true;
    return Found(Sorted(std::move(endpoints)));
  }
  again_.StartAfter(schedule_.AfterPart(answer.ttl));
  const Failure failure{ResultName(answer.gap->why.kind), answer.gap->why.reason};
  if (answer.gap->family == AF_UNSPEC && had_all_) return Failed(failure);
  for (const ResolvedEndpoint& each : this->endpoints()) {
    if (each.addresses.front().family() == answer.gap->family) endpoints.push_back(each);
  }
  Found(Sorted(std::move(endpoints)), failure);
}

}  // namespace evenkeel::discovery
