#include "health/probe_result.h"

#include "lib/base/check.h"

namespace evenkeel::health {

std::string_view ProbeResultName(ProbeResult result) {
  switch (result) {
    case ProbeResult::kServing:
      return "serving";
    case ProbeResult::kNotServing:
      return "not serving";
    case ProbeResult::kServiceUnknown:
      return "service unknown";
    case ProbeResult::kUnimplemented:
      return "unimplemented";
    case ProbeResult::kDenied:
      return "denied";
    case ProbeResult::kTimeout:
      return "timeout";
    case ProbeResult::kFailed:
      return "failed";
  }
  CHECK(!"a value outside ProbeResult");
}

}  // namespace evenkeel::health
