#include "proxy/discovery/endpoint_source.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "proxy/discovery/dns_source.h"
#include "proxy/discovery/file_source.h"

namespace evenkeel::discovery {
namespace {

// Sorts by address; of several entries for one, the one with the lowest priority number stays.
void Normalise(std::vector<ResolvedEndpoint>& endpoints) {
  std::ranges::stable_sort(endpoints, {}, [](const ResolvedEndpoint& each) {
    return std::tie(each.address, each.traits.priority);
  });
  const auto repeated = std::ranges::unique(endpoints, {}, &ResolvedEndpoint::address);
  endpoints.erase(repeated.begin(), repeated.end());
}

// What an address stands for does not change, so the rest tells.
bool IsSame(const std::vector<ResolvedEndpoint>& a, const std::vector<ResolvedEndpoint>& b) {
  return std::ranges::equal(a, b, [](const ResolvedEndpoint& left, const ResolvedEndpoint& right) {
    return left.address == right.address && left.traits == right.traits;
  });
}

}  // namespace

std::unique_ptr<EndpointSource> EndpointSource::Make(const config::Cluster& cluster,
                                                     const Context& context, Events events) {
  if (const auto* dns = std::get_if<config::DnsName>(&cluster.origin)) {
    return std::make_unique<DnsSource>(cluster.name, *dns, cluster.dns, context, std::move(events));
  }
  if (const auto* file = std::get_if<config::EndpointsFile>(&cluster.origin)) {
    return std::make_unique<FileSource>(cluster.name, file->path, cluster.dns, context,
                                        std::move(events));
  }
  return nullptr;
}

EndpointSource::EndpointSource(std::string cluster, std::string what, const Context& context,
                               Events events)
    : cluster_(std::move(cluster)),
      what_(std::move(what)),
      context_(context),
      events_(std::move(events)),
      waiting_for_(what_ + " has not answered yet") {}

void EndpointSource::Found(std::vector<ResolvedEndpoint> endpoints) {
  Normalise(endpoints);
  context_.metrics.Tried(cluster_, "ok");
  context_.metrics.Found(cluster_, endpoints.size(), std::chrono::system_clock::now());
  waiting_for_.reset();
  const bool changed = !IsSame(endpoints, endpoints_);
  if (changed || !failing_.empty()) {
    context_.log.Info("endpoints found", {{"cluster", cluster_},
                                          {"source", what_},
                                          {"endpoints", endpoints.size()},
                                          {"before", endpoints_.size()}});
  }
  failing_.clear();
  if (!changed) return;
  endpoints_ = endpoints;
  events_.on_found(std::move(endpoints));
}

void EndpointSource::Failed(std::string_view result, const std::string& reason) {
  context_.metrics.Tried(cluster_, result);
  const bool had_hope = expects_endpoint();
  if (waiting_for_) waiting_for_ = what_ + " has not answered yet: " + reason;
  const bool is_known = std::exchange(failing_, reason) == reason;
  if (had_hope) events_.on_no_hope();
  if (is_known) return;
  context_.log.Warning(
      "endpoints not found, those known stay",
      {{"cluster", cluster_}, {"source", what_}, {"reason", reason}, {"known", endpoints_.size()}});
}

}  // namespace evenkeel::discovery
