#include "lib/rpc/outcome.h"

#include "lib/base/check.h"

namespace evenkeel::rpc {

std::string_view OriginName(Origin origin) {
  switch (origin) {
    case Origin::kEndpoint:
      return "endpoint";
    case Origin::kClient:
      return "client";
    case Origin::kProxy:
      return "proxy";
  }
  CHECK(!"a value outside Origin");
}

FailureSet DefaultFailures() {
  FailureSet set;
  for (const StatusCode code :
       {StatusCode::kUnknown, StatusCode::kDeadlineExceeded, StatusCode::kInternal,
        StatusCode::kUnavailable, StatusCode::kDataLoss}) {
    set.set(static_cast<size_t>(code));
  }
  return set;
}

StatusSet StatusSetOf(const std::vector<std::string>& names) {
  StatusSet set;
  for (const std::string& name : names) {
    if (const auto code = StatusNamed(name)) set.set(static_cast<size_t>(*code));
  }
  return set;
}

Verdict VerdictOf(const AttemptOutcome& outcome, const FailureSet& failures) {
  const bool counts = failures.test(static_cast<size_t>(outcome.status));
  switch (outcome.cause) {
    case Cause::kAnswered:
      return counts ? Verdict::kFailure : Verdict::kSuccess;
    case Cause::kDeadline:
    case Cause::kNoRoom:
    case Cause::kTryTimeout:
      return counts ? Verdict::kFailure : Verdict::kNeutral;
    case Cause::kReset:
    case Cause::kLost:
    case Cause::kNotConnected:
      return Verdict::kFailure;
    case Cause::kLocal:
    case Cause::kRefused:
    case Cause::kNeverSent:
    case Cause::kShed:
    case Cause::kTooLarge:
    case Cause::kTryUnsent:
    case Cause::kCancelled:
      break;
  }
  return Verdict::kNeutral;
}

}  // namespace evenkeel::rpc
