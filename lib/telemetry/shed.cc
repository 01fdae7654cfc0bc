#include "lib/telemetry/shed.h"

namespace evenkeel::telemetry {

std::string_view ShedName(Shed shed) {
  switch (shed) {
    case Shed::kMemory:
      return "memory";
    case Shed::kRateLimit:
      return "rate_limit";
    case Shed::kMaxCalls:
      return "max_calls";
    case Shed::kAdaptiveConcurrency:
      return "adaptive_concurrency";
    case Shed::kEndpointMaxCalls:
      return "endpoint_max_calls";
    case Shed::kMaxPendingCalls:
      break;
  }
  return "max_pending_calls";
}

}  // namespace evenkeel::telemetry
