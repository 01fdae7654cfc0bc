// Event: what happens to the sidecar that an operator may care about. Each is one line of the log,
// one value of the label `event` of evenkeel_events_total, and one row of docs/events.md, which a
// test holds against this list. Values only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lib/telemetry/log_line.h"

namespace evenkeel::telemetry {

/// The folder whose code tells of an event: the log has a level for each.
enum class LogFolder : uint8_t { kNet, kHealth, kDiscovery, kServer, kProgram };
inline constexpr size_t kLogFolderCount = static_cast<size_t>(LogFolder::kProgram) + 1;
/// "lib/net", "health", "proxy/discovery", …
std::string_view LogFolderName(LogFolder folder);

enum class Event : uint8_t {
  // lib/net
  kLibraryWarning,
  // health
  kConnectionNews,
  kProbeAnswered,
  kEndpointState,
  kEndpointUp,
  kEndpointDown,
  kEndpointNotUp,
  kEndpointStillDown,
  kEndpointEjected,
  kEndpointNotEjected,
  kEndpointReturned,
  kHealthCheckDenied,
  kHealthServiceMissing,
  // proxy/discovery
  kEndpointsFound,
  kDiscoveryFailing,
  kDiscoveryBack,
  kNameHasSeveralAddresses,
  // proxy/server
  kPanic,
  kPanicOver,
  kLimitReached,
  kLimitOver,
  kRetriesHeldBack,
  kRetriesFree,
  kMemoryLimitReached,
  kMemoryLimitOver,
  kAcceptingPaused,
  kClientEnded,
  kCertificateEnds,
  kCertificateExpired,
  kCertificateRenewed,
  kDrainTimeout,
  // proxy/program
  kCannotStart,
  kListening,
  kWaitingToBeReady,
  kReady,
  kNotReady,
  kConfigApplied,
  kConfigUnchanged,
  kConfigRejected,
  kConfigWarning,
  kAdminTokensRead,
  kAdminTokensRejected,
  kLogLevelSet,
  kInheritedSocketClosed,
  kNobodyToTakeOverFrom,
  kTookOver,
  kTakeoverGivenUp,
  kNoGoodbye,
  kTakenOver,
  kTakeoverFailed,
  kNoTakeoverOffer,
  kDraining,
  kEndingAtOnce,
  kStopped,
};
inline constexpr size_t kEventCount = static_cast<size_t>(Event::kStopped) + 1;

/// Whether all of them are written, or some a second at most (LogLimiter): for what a peer can
/// repeat at will.
enum class Pace : bool { kAll, kLimited };

struct EventFacts {
  Event event;
  LogFolder folder;
  LogLevel level;
  std::string_view name;     ///< "endpoint_up": the label, and the line's field `event`
  std::string_view message;  ///< "endpoint up"
  Pace pace = Pace::kAll;
};

/// In the order of the enumeration.
std::span<const EventFacts> AllEvents();
const EventFacts& FactsOf(Event event);

}  // namespace evenkeel::telemetry
