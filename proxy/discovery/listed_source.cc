#include "proxy/discovery/listed_source.h"

#include <chrono>
#include <utility>

#include "proxy/discovery/dns_source.h"

namespace evenkeel::discovery {
namespace {

constexpr auto kPause = std::chrono::milliseconds(5);

bool IsName(const config::Endpoint& endpoint) {
  return endpoint.address.kind() == base::Address::Kind::kName;
}

// "users.example:50051", or "users.example:50051 and 2 other names".
std::string WhatIsLookedUp(const std::vector<config::Endpoint>& listed) {
  std::string what;
  size_t others = 0;
  for (const config::Endpoint& each : listed) {
    if (!IsName(each)) continue;
    if (what.empty()) {
      what = each.address.ToString();
    } else {
      ++others;
    }
  }
  if (others > 0)
    what += " and " + std::to_string(others) + (others == 1 ? " other name" : " other names");
  return what.empty() ? "the list" : what;
}

}  // namespace

ListedSource::ListedSource(const config::Cluster& cluster, const KnownAddresses& known,
                           const Context& context, Events events)
    : EndpointSource(cluster.name, WhatIsLookedUp(cluster.endpoints), context, std::move(events)),
      listed_(cluster.endpoints),
      names_(context.loop, SettingsOf(cluster.dns), NameBook::OnFailure::kGoOn,
             [this] { tell_.StartAfter(kPause); }),
      schedule_(cluster.dns, context.random),
      again_(context.loop, [this] { Ask(); }),
      tell_(context.loop, [this] { Tell(); }) {
  for (const config::Endpoint& each : listed_) {
    const auto* addresses = IsName(each) ? known(each.address.ToString()) : nullptr;
    if (addresses != nullptr) names_.Learn(each.address.host(), *addresses);
  }
  Ask();
  Has(Known());
}

void ListedSource::Ask() { names_.LookUp(listed_); }

void ListedSource::Tell() {
  std::vector<ResolvedEndpoint> endpoints = Known();
  WarnOfSeveral(endpoints);
  if (names_.is_busy() && endpoints.size() == this->endpoints().size()) return;
  std::optional<Failure> failure;
  if (names_.failure()) failure = {"name not found", names_.failure()->reason};
  if (!names_.is_busy() && failure) again_.StartAfter(schedule_.AfterFailure());
  if (!endpoints.empty()) {
    Found(std::move(endpoints), failure);
  } else if (failure) {
    Failed(*failure);
  }
}

std::vector<ResolvedEndpoint> ListedSource::Known() const {
  std::vector<ResolvedEndpoint> endpoints;
  endpoints.reserve(listed_.size());
  for (const config::Endpoint& each : listed_) {
    if (names_.Knows(each.address)) endpoints.push_back(names_.Resolve(each));
  }
  return endpoints;
}

}  // namespace evenkeel::discovery
