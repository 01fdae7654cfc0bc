// Policy and Picker: how a cluster chooses the endpoint of each call.
//
// The two halves split by thread, as gRPC's own load-balancing API does. A Policy lives on the main
// thread and keeps what must survive a change of endpoints (a rotation's phase, weights). From the
// endpoints that may take calls now it makes a Picker: immutable but for atomics, shared by all
// workers, swapped whole. So a pick takes no lock and sees one consistent set.
//
// Neither does I/O nor asks for the time or for chance: both are handed in. What calls and reports
// teach comes back through the Picker that is current when it arrives.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "balancer/attempt_result.h"
#include "balancer/endpoint.h"
#include "balancer/explanation.h"
#include "balancer/load_report.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"

namespace evenkeel::balancer {

/// What a pick may look at. Everything in it lives as long as the call to Pick.
struct CallFacts {
  std::string_view path;  ///< "/package.Service/Method"
  base::Time now{};
  /// Endpoints not to be picked for this call: they just failed it, or have no connection here.
  std::span<const Endpoint* const> avoid{};
  /// What hash policies hash: the metadata value or source address their settings ask for. Empty:
  /// there is none, and they pick at random.
  std::string_view hash_key{};

  bool Avoids(const Endpoint& endpoint) const {
    for (const Endpoint* each : avoid) {
      if (each == &endpoint) return true;
    }
    return false;
  }
};

/// Thread-safe, never allocates or blocks (Explain apart).
class Picker {
 public:
  virtual ~Picker() = default;

  /// The endpoint for one call, or null when there is none to be had (none eligible, or all of them
  /// are to be avoided).
  virtual EndpointPtr Pick(const CallFacts& call, base::Random& random) const = 0;

  /// What Pick would look at and return now, without a trace in the policy's state. For an
  /// operator, not for calls: it allocates.
  virtual Explanation Explain(const CallFacts& call, base::Random& random) const = 0;

  /// An attempt on `endpoint` ended; it still counts in endpoint.in_flight(). The endpoint may have
  /// left the set meanwhile. Called by InFlight::Finish.
  virtual void Finished(const Endpoint& /*endpoint*/, const AttemptResult& /*result*/) const {}

  /// `endpoint` reported its load. It may have left the set meanwhile.
  virtual void Reported(const Endpoint& /*endpoint*/, const LoadReport& /*report*/,
                        base::Time /*now*/) const {}
};

/// Main thread only.
class Policy {
 public:
  virtual ~Policy() = default;

  /// A picker over exactly these endpoints, in this order. `eligible` may be empty: the picker then
  /// picks nothing.
  virtual std::shared_ptr<const Picker> MakePicker(std::vector<EndpointPtr> eligible,
                                                   base::Time now) = 0;

  /// How often a new picker should be made though no endpoint changed; nothing: never.
  virtual std::optional<base::Duration> RefreshPeriod() const { return std::nullopt; }
};

inline void InFlight::Finish(const Picker& picker, const AttemptResult& result) {
  if (!endpoint_) return;
  picker.Finished(*endpoint_, result);
  Release();
}

}  // namespace evenkeel::balancer
