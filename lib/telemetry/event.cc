#include "lib/telemetry/event.h"

#include <array>

#include "lib/base/check.h"

namespace evenkeel::telemetry {
namespace {

using enum Event;
using enum LogFolder;
using enum LogLevel;

constexpr auto kFacts = std::to_array<EventFacts>({
    {kLibraryWarning, kNet, kWarning, "library_warning", "libevent", Pace::kLimited},

    {kConnectionNews, kHealth, kDebug, "connection_news", "connections of an endpoint"},
    {kProbeAnswered, kHealth, kDebug, "probe_answered", "health check answered"},
    {kEndpointState, kHealth, kDebug, "endpoint_state", "endpoint state"},
    {kEndpointUp, kHealth, kInfo, "endpoint_up", "endpoint up"},
    {kEndpointDown, kHealth, kWarning, "endpoint_down", "endpoint down"},
    {kEndpointNotUp, kHealth, kWarning, "endpoint_not_up", "endpoint has not come up"},
    {kEndpointStillDown, kHealth, kWarning, "endpoint_still_down", "endpoint still down",
     Pace::kLimited},
    {kEndpointEjected, kHealth, kWarning, "endpoint_ejected", "endpoint ejected"},
    {kEndpointNotEjected, kHealth, kInfo, "endpoint_not_ejected", "endpoint not ejected",
     Pace::kLimited},
    {kEndpointReturned, kHealth, kInfo, "endpoint_returned", "endpoint returned"},
    {kHealthCheckDenied, kHealth, kWarning, "health_check_denied", "health check denied"},
    {kHealthServiceMissing, kHealth, kWarning, "health_service_missing", "health service missing"},

    {kEndpointsFound, kDiscovery, kInfo, "endpoints_found", "endpoints found"},
    {kDiscoveryFailing, kDiscovery, kWarning, "discovery_failing",
     "endpoints not found, those known stay"},
    {kDiscoveryBack, kDiscovery, kInfo, "discovery_back", "endpoints found again"},
    {kNameHasSeveralAddresses, kDiscovery, kWarning, "name_has_several_addresses",
     "a listed name is one endpoint, whatever its addresses"},

    {kPanic, kServer, kWarning, "panic", "panic"},
    {kPanicOver, kServer, kInfo, "panic_over", "panic is over"},
    {kLimitReached, kServer, kWarning, "limit_reached", "limit reached: refusing calls"},
    {kLimitOver, kServer, kInfo, "limit_over", "limit no longer reached"},
    {kRetriesHeldBack, kServer, kWarning, "retries_held_back", "retries held back"},
    {kRetriesFree, kServer, kInfo, "retries_free", "retries no longer held back"},
    {kMemoryLimitReached, kServer, kWarning, "memory_limit_reached",
     "memory_limit is reached: refusing new calls"},
    {kMemoryLimitOver, kServer, kInfo, "memory_limit_over",
     "memory is below memory_limit again: taking calls"},
    {kAcceptingPaused, kServer, kWarning, "accepting_paused", "accepting connections paused",
     Pace::kLimited},
    {kClientEnded, kServer, kWarning, "client_ended", "client connection ended", Pace::kLimited},
    {kCertificateEnds, kServer, kWarning, "certificate_ends", "certificate ends soon"},
    {kCertificateExpired, kServer, kError, "certificate_expired", "certificate has expired"},
    {kCertificateRenewed, kServer, kInfo, "certificate_renewed", "certificate renewed"},
    {kDrainTimeout, kServer, kWarning, "drain_timeout",
     "drain timeout: ending the calls that are left"},

    {kCannotStart, kProgram, kError, "cannot_start", "cannot start"},
    {kListening, kProgram, kInfo, "listening", "listening"},
    {kWaitingToBeReady, kProgram, kInfo, "waiting_to_be_ready", "waiting to be ready"},
    {kReady, kProgram, kInfo, "ready", "ready"},
    {kNotReady, kProgram, kWarning, "not_ready", "not ready"},
    {kConfigApplied, kProgram, kInfo, "config_applied", "configuration applied"},
    {kConfigUnchanged, kProgram, kInfo, "config_unchanged", "configuration unchanged"},
    {kConfigRejected, kProgram, kError, "config_rejected", "configuration rejected"},
    {kConfigWarning, kProgram, kWarning, "config_warning", "configuration warning"},
    {kAdminTokensRead, kProgram, kInfo, "admin_tokens_read", "admin tokens read anew"},
    {kAdminTokensRejected, kProgram, kError, "admin_tokens_rejected",
     "admin tokens rejected: the old ones stay"},
    {kLogLevelSet, kProgram, kInfo, "log_level_set", "log level set"},
    {kInheritedSocketClosed, kProgram, kWarning, "inherited_socket_closed",
     "inherited socket closed: no listener has its address"},
    {kNobodyToTakeOverFrom, kProgram, kInfo, "nobody_to_take_over_from",
     "nobody to take over from"},
    {kTookOver, kProgram, kInfo, "took_over", "took over"},
    {kTakeoverGivenUp, kProgram, kError, "takeover_given_up",
     "take-over given up, the running process goes on"},
    {kNoGoodbye, kProgram, kWarning, "no_goodbye", "predecessor did not say goodbye"},
    {kTakenOver, kProgram, kInfo, "taken_over", "a successor has taken over, draining"},
    {kTakeoverFailed, kProgram, kWarning, "takeover_failed", "take-over failed, going on"},
    {kNoTakeoverOffer, kProgram, kError, "no_takeover_offer", "no successor can take over"},
    {kDraining, kProgram, kInfo, "draining", "draining"},
    {kEndingAtOnce, kProgram, kWarning, "ending_at_once", "second signal: ending at once"},
    {kStopped, kProgram, kInfo, "stopped", "stopped"},
});

constexpr bool IsInOrder() {
  for (size_t i = 0; i < kFacts.size(); ++i) {
    if (static_cast<size_t>(kFacts[i].event) != i) return false;
  }
  return kFacts.size() == kEventCount;
}
static_assert(IsInOrder());

}  // namespace

std::string_view LogFolderName(LogFolder folder) {
  switch (folder) {
    case kNet:
      return "lib/net";
    case kHealth:
      return "health";
    case kDiscovery:
      return "proxy/discovery";
    case kServer:
      return "proxy/server";
    case kProgram:
      return "proxy/program";
  }
  CHECK(!"a value outside LogFolder");
}

std::span<const EventFacts> AllEvents() { return kFacts; }

const EventFacts& FactsOf(Event event) { return kFacts[static_cast<size_t>(event)]; }

}  // namespace evenkeel::telemetry
