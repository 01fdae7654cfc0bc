#include "discovery/endpoint_source.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "discovery/dns_source.h"
#include "discovery/file_source.h"

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
                                                     const Context& context, Handler on_found) {
  if (const auto* dns = std::get_if<config::DnsName>(&cluster.origin)) {
    return std::make_unique<DnsSource>(cluster.name, *dns, cluster.dns, context,
                                       std::move(on_found));
  }
  if (const auto* file = std::get_if<config::EndpointsFile>(&cluster.origin)) {
    return std::make_unique<FileSource>(cluster.name, file->path, context, std::move(on_found));
  }
  return nullptr;
}

EndpointSource::EndpointSource(std::string cluster, std::string what, const Context& context,
                               Handler on_found)
    : cluster_(std::move(cluster)),
      what_(std::move(what)),
      context_(context),
      on_found_(std::move(on_found)),
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
  on_found_(std::move(endpoints));
}

void EndpointSource::Failed(std::string_view result, const std::string& reason) {
  context_.metrics.Tried(cluster_, result);
  if (waiting_for_) waiting_for_ = what_ + " has not answered yet: " + reason;
  if (std::exchange(failing_, reason) == reason) return;
  context_.log.Warning(
      "endpoints not found, those known stay",
      {{"cluster", cluster_}, {"source", what_}, {"reason", reason}, {"known", endpoints_.size()}});
}

}  // namespace evenkeel::discovery
