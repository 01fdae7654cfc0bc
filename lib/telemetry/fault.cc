#include "lib/telemetry/fault.h"

namespace evenkeel::telemetry {

std::string_view SideName(Side side) { return side == Side::kClient ? "client" : "endpoint"; }

Fault FaultFromHttp2(http2::ErrorCode code) {
  const auto number = static_cast<uint32_t>(code);
  return number < static_cast<uint32_t>(Fault::kNotGrpc) ? static_cast<Fault>(number)
                                                         : Fault::kOther;
}

std::string_view FaultName(Fault fault) {
  switch (fault) {
    case Fault::kNotGrpc:
      return "not gRPC";
    case Fault::kBadTimeout:
      return "bad grpc-timeout";
    case Fault::kMissingStatus:
      return "no grpc-status";
    case Fault::kBadStatus:
      return "bad grpc-status";
    case Fault::kHeadersTooLarge:
      return "headers too large";
    case Fault::kOther:
      return "other";
    default:
      return http2::ErrorCodeName(static_cast<http2::ErrorCode>(fault));
  }
}

}  // namespace evenkeel::telemetry
