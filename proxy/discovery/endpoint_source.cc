#include "proxy/discovery/endpoint_source.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "proxy/discovery/dns_source.h"
#include "proxy/discovery/file_source.h"
#include "proxy/discovery/listed_source.h"

namespace evenkeel::discovery {
namespace {

using telemetry::Event;

// What an address stands for does not change, so the rest tells.
bool IsSame(const std::vector<ResolvedEndpoint>& a, const std::vector<ResolvedEndpoint>& b) {
  return std::ranges::equal(a, b, [](const ResolvedEndpoint& left, const ResolvedEndpoint& right) {
    return left.address == right.address && left.traits == right.traits;
  });
}

// One address of each family is how one replica looks that has both.
bool HasSeveral(const ResolvedEndpoint& endpoint) {
  for (size_t i = 1; i < endpoint.addresses.size(); ++i) {
    if (endpoint.addresses[i].family() == endpoint.addresses[i - 1].family()) return true;
  }
  return false;
}

}  // namespace

std::unique_ptr<EndpointSource> EndpointSource::Make(const config::Cluster& cluster,
                                                     const KnownAddresses& known,
                                                     const Context& context, Events events) {
  if (const auto* dns = std::get_if<config::DnsName>(&cluster.origin)) {
    return std::make_unique<DnsSource>(cluster.name, *dns, cluster.dns, context, std::move(events));
  }
  if (const auto* file = std::get_if<config::EndpointsFile>(&cluster.origin)) {
    return std::make_unique<FileSource>(cluster.name, file->path, cluster.dns, context,
                                        std::move(events));
  }
  return std::make_unique<ListedSource>(cluster, known, context, std::move(events));
}

EndpointSource::EndpointSource(std::string cluster, std::string what, const Context& context,
                               Events events)
    : cluster_(std::move(cluster)),
      what_(std::move(what)),
      context_(context),
      events_(std::move(events)),
      waiting_for_(what_ + " has not answered yet") {}

std::vector<ResolvedEndpoint> EndpointSource::Sorted(std::vector<ResolvedEndpoint> endpoints) {
  std::ranges::stable_sort(endpoints, {}, [](const ResolvedEndpoint& each) {
    return std::tie(each.address, each.traits.priority);
  });
  const auto repeated = std::ranges::unique(endpoints, {}, &ResolvedEndpoint::address);
  endpoints.erase(repeated.begin(), repeated.end());
  return endpoints;
}

void EndpointSource::Has(std::vector<ResolvedEndpoint> endpoints) {
  if (!endpoints.empty()) waiting_for_.reset();
  endpoints_ = std::move(endpoints);
}

void EndpointSource::Found(std::vector<ResolvedEndpoint> endpoints,
                           const std::optional<Failure>& failure) {
  context_.metrics.Tried(cluster_, failure ? failure->result : "ok");
  context_.metrics.Found(cluster_, endpoints.size(), std::chrono::system_clock::now());
  waiting_for_.reset();
  const bool changed = !IsSame(endpoints, endpoints_);
  const bool is_back = !failing_.empty() && !failure;
  if (changed || is_back) {
    context_.log.Tell(is_back ? Event::kDiscoveryBack : Event::kEndpointsFound,
                      {{"cluster", cluster_},
                       {"source", what_},
                       {"endpoints", endpoints.size()},
                       {"before", endpoints_.size()}});
  }
  endpoints_ = endpoints;
  if (failure) {
    Log(*failure);
  } else {
    failing_.clear();
  }
  if (changed) events_.on_found(std::move(endpoints));
}

void EndpointSource::Failed(const Failure& failure) {
  context_.metrics.Tried(cluster_, failure.result);
  const bool is_first = expects_endpoint();
  if (waiting_for_) waiting_for_ = what_ + " has not answered yet: " + failure.reason;
  Log(failure);
  if (is_first) events_.on_failed();
}

void EndpointSource::WarnOfSeveral(const std::vector<ResolvedEndpoint>& endpoints) {
  for (const ResolvedEndpoint& each : endpoints) {
    if (!HasSeveral(each) || !several_.insert(each.address).second) continue;
    context_.log.Tell(Event::kNameHasSeveralAddresses,
                      {{"cluster", cluster_},
                       {"endpoint", each.address},
                       {"addresses", each.addresses.size()},
                       {"hint", "endpoints: dns:///" + each.address + " uses them all"}});
  }
}

void EndpointSource::Log(const Failure& failure) {
  if (std::exchange(failing_, failure.reason) == failure.reason) return;
  context_.log.Tell(Event::kDiscoveryFailing, {{"cluster", cluster_},
                                               {"source", what_},
                                               {"reason", failure.reason},
                                               {"known", endpoints_.size()}});
}

}  // namespace evenkeel::discovery
