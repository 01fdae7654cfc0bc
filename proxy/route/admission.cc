#include "proxy/route/admission.h"

#include <algorithm>
#include <atomic>
#include <string>

#include "health/health_message.h"
#include "lib/authz/plain_path.h"
#include "lib/rpc/message.h"

namespace evenkeel::proxy {
namespace {

bool HasRules(const std::optional<config::Authorization>& authorization) {
  return authorization && !authorization->empty();
}

bool HasRules(const config::Listener& listener) {
  return HasRules(listener.authorization) ||
         std::ranges::any_of(listener.routes, [](const config::Route& each) {
           return HasRules(each.authorization);
         });
}

bool AsksForHealth(std::string_view path) {
  const auto parts = rpc::ParsePath(path);
  return parts && parts->service == health::kHealthService;
}

// What is good but for somebody else is no failure to say who calls.
rpc::Status StatusOf(authz::Authenticator::Outcome outcome) {
  using Outcome = authz::Authenticator::Outcome;
  using rpc::StatusCode;
  switch (outcome) {
    case Outcome::kMissing:
      return {StatusCode::kUnauthenticated,
              "the call has no credential: send authorization: Bearer TOKEN"};
    case Outcome::kMalformed:
      return {StatusCode::kUnauthenticated,
              "the call's authorization is not one good bearer token"};
    case Outcome::kUnknown:
      return {StatusCode::kUnauthenticated, "the call's bearer token is not known here"};
    case Outcome::kExpired:
      return {StatusCode::kUnauthenticated, "the call's token has expired"};
    case Outcome::kNotYetValid:
      return {StatusCode::kUnauthenticated, "the call's token is not valid yet"};
    case Outcome::kWrongAudience:
      return {StatusCode::kPermissionDenied, "the call's token is for another audience"};
    default:
      return {StatusCode::kUnauthenticated, "the call's token is of nobody that is trusted here"};
  }
}

}  // namespace

std::shared_ptr<const Admission> Admission::Make(const config::Listener& listener,
                                                 telemetry::AccessMetrics& metrics,
                                                 const Admission* before) {
  const bool has_rules = HasRules(listener);
  if (!has_rules && !listener.authentication) return nullptr;
  std::shared_ptr<Admission> admission(new Admission());
  admission->judges_paths_ = has_rules;
  admission->spares_health_ = listener.health_service && !listener.guard_health_service;
  admission->authentication_ = listener.authentication;
  if (!listener.authentication) return admission;
  for (size_t i = 0; i < admission->counters_.size(); ++i) {
    const auto outcome = static_cast<authz::Authenticator::Outcome>(i);
    admission->counters_[i] = metrics.OfCredentials(
        listener.address.ToString(), std::string(authz::Authenticator::NameOf(outcome)));
  }
  // Tokens that workers remember are those of one authenticator.
  if (before != nullptr && before->authentication_ == listener.authentication) {
    admission->authenticator_ = before->authenticator_;
  } else {
    admission->authenticator_ =
        std::make_shared<const authz::Authenticator>(*listener.authentication);
  }
  return admission;
}

base::Result<authz::CallerPtr, rpc::Status> Admission::Admit(http2::HeaderList& request,
                                                             authz::CallerCache& cache,
                                                             base::Time now) const {
  const std::string_view path = request.Find(":path").value_or("");
  if (judges_paths_ && !authz::IsPlainPath(path)) {
    return base::Error(rpc::Status{rpc::StatusCode::kUnimplemented,
                                   "no method has the path " + std::string(path)});
  }
  if (authenticator_ == nullptr || (spares_health_ && AsksForHealth(path))) {
    return authz::CallerPtr();
  }
  return Authenticate(request, cache, now);
}

base::Result<authz::CallerPtr, rpc::Status> Admission::Authenticate(http2::HeaderList& request,
                                                                    authz::CallerCache& cache,
                                                                    base::Time now) const {
  using Outcome = authz::Authenticator::Outcome;
  authz::Authenticator::Result result = authenticator_->Authenticate(request, cache, now);
  if (result.outcome == Outcome::kKnown || result.outcome == Outcome::kAnonymous) {
    return std::move(result.caller);
  }
  counters_[static_cast<size_t>(result.outcome)]->fetch_add(1, std::memory_order_relaxed);
  return base::Error(StatusOf(result.outcome));
}

}  // namespace evenkeel::proxy
