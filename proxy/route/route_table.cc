#include "proxy/route/route_table.h"

#include <strings.h>

#include <algorithm>

#include "health/health_message.h"

namespace evenkeel::proxy {
namespace {

// `:authority`, or `host` where a client sends only that (RFC 9113, section 8.3.1).
std::string_view AuthorityOf(const http2::HeaderList& headers) {
  if (const auto authority = headers.Find(":authority")) return *authority;
  return headers.Find("host").value_or("");
}

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool HasField(const http2::HeaderList& headers, const config::Metadata& wanted) {
  for (const http2::HeaderField field : headers) {
    if (field.name == wanted.name && field.value == wanted.value) return true;
  }
  return false;
}

}  // namespace

RouteTable::RouteTable(const config::Listener& listener, const config::Clusters& clusters,
                       uint64_t seed)
    : answers_health_(listener.health_service) {
  if (answers_health_) {
    const config::Match match{.authority = {},
                              .service = std::string(health::kHealthService),
                              .method = {},
                              .metadata = {}};
    routes_.push_back({match, 0, {}, {}, Answered::kHere});
  }
  for (const config::Route& each : listener.routes) {
    const std::string& first = each.cluster.empty() ? each.traffic.split[0].cluster : each.cluster;
    const size_t cluster = IndexOf(first, clusters);
    routes_.push_back({each.match, cluster, MethodRules(each.calls, clusters[cluster]),
                       RouteTraffic(each.traffic, clusters, seed)});
  }
  if (listener.cluster.empty()) return;
  const size_t cluster = IndexOf(listener.cluster, clusters);
  routes_.push_back({{}, cluster, MethodRules({}, clusters[cluster]), {}});
}

const RouteTable::Route* RouteTable::Find(const rpc::MethodPath& path,
                                          const http2::HeaderList& headers) const {
  for (const Route& each : routes_) {
    if (Matches(each.match, path, headers)) return &each;
  }
  return nullptr;
}

bool RouteTable::Matches(const config::Match& match, const rpc::MethodPath& path,
                         const http2::HeaderList& headers) {
  if (!match.service.empty() && match.service != path.service) return false;
  if (!match.method.empty() && match.method != path.method) return false;
  if (!match.authority.empty() && !EqualsIgnoringCase(match.authority, AuthorityOf(headers))) {
    return false;
  }
  return std::ranges::all_of(match.metadata,
                             [&](const auto& each) { return HasField(headers, each); });
}

}  // namespace evenkeel::proxy
