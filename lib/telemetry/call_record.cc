#include "lib/telemetry/call_record.h"

namespace evenkeel::telemetry {

std::string_view AttemptKindName(AttemptKind kind) {
  switch (kind) {
    case AttemptKind::kFirst:
      return "first";
    case AttemptKind::kRetry:
      return "retry";
    case AttemptKind::kTransparent:
      return "transparent";
    case AttemptKind::kHedge:
      break;
  }
  return "hedge";
}

}  // namespace evenkeel::telemetry
