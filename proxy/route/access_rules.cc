#include "proxy/route/access_rules.h"

#include <algorithm>
#include <span>

namespace evenkeel::proxy {
namespace {

// The names of a certificate that count, as gRPC's principals are (gRFC A41): its URIs, else its
// DNS names, else its subject. Nobody's name counts that has not been proved.
std::span<const std::string> IdentitiesOf(const net::Peer& client) {
  if (client.security == nullptr || client.security->identity.empty()) return {};
  const net::CertificateFacts* const certificate = client.security->certificate.get();
  if (certificate == nullptr) return {&client.security->identity, 1};
  if (!certificate->uri_names.empty()) return certificate->uri_names;
  if (!certificate->dns_names.empty()) return certificate->dns_names;
  return {&certificate->subject, 1};
}

}  // namespace

AccessRules::AccessRules(const config::Authorization& authorization, const std::string& listener,
                         telemetry::AccessMetrics& metrics)
    : policy_(authorization) {
  for (size_t i = 0; i < policy_.deny_count(); ++i) {
    counters_.push_back(metrics.Of(listener, std::string(policy_.NameOf(i))));
  }
  counters_.push_back(metrics.Of(listener, std::string(policy_.NameOf(policy_.rule_count()))));
}

std::shared_ptr<const AccessRules> AccessRules::Make(
    const std::optional<config::Authorization>& authorization, const std::string& listener,
    telemetry::AccessMetrics& metrics) {
  if (!authorization || authorization->empty()) return nullptr;
  return std::make_shared<const AccessRules>(*authorization, listener, metrics);
}

AccessRules::Verdict AccessRules::Judge(const net::Peer& client, const authz::Caller* caller,
                                        std::string_view path,
                                        const http2::HeaderList& request) const {
  const authz::Policy::Verdict verdict = policy_.Judge({.method = path.substr(1),
                                                        .metadata = request,
                                                        .address = client.address,
                                                        .identities = IdentitiesOf(client),
                                                        .caller = caller});
  if (verdict.allowed) return {Outcome::kAllowed, {}};
  telemetry::DenialCounter& counter =
      *counters_[std::min<size_t>(verdict.rule, policy_.deny_count())];
  (policy_.observe() ? counter.observed : counter.denied).fetch_add(1, std::memory_order_relaxed);
  return {policy_.observe() ? Outcome::kObserved : Outcome::kDenied, policy_.NameOf(verdict.rule)};
}

}  // namespace evenkeel::proxy
