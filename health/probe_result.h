// ProbeResult: what came of one question to an endpoint, and what a probe tells main.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace evenkeel::health {

enum class ProbeResult : uint8_t {
  kServing,
  kNotServing,
  kServiceUnknown,  ///< the endpoint answers, but knows no such service
  kUnimplemented,   ///< it does not have the method
  kDenied,          ///< it answers others, perhaps: UNAUTHENTICATED or PERMISSION_DENIED
  kTimeout,
  kFailed,  ///< any other error; the detail says which
};

inline constexpr int kProbeResultCount = 7;

/// "serving", "not serving", …: the label `result` of metrics.
std::string_view ProbeResultName(ProbeResult result);

enum class Health : uint8_t {
  kUnknown,  ///< it cannot be asked: there is no connection to do it over
  kAsked,    ///< its first answer since it was connected is awaited
  kServing,
  kNotServing,
};

/// What an endpoint's probe makes known.
struct ProbeReport {
  Health health = Health::kUnknown;
  /// The answer behind it; nothing where none was awaited (the connection was lost).
  std::optional<ProbeResult> result;
  /// For people: "Watch: NOT_SERVING", "Check timed out after 1 s".
  std::string detail;
};

}  // namespace evenkeel::health
