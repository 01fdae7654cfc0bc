// Ejection: which endpoints are left out for a while, for what became of their calls (gRFC A50, and
// consecutive failures and latency, which A50 has not).
//
// Every `interval` a Sweep looks at what each endpoint's counters gained since the last one; a run
// of failures is heard of at once. Pure: the time and chance are handed in, and what is to be done
// comes back as events. Main thread; owned by ClusterHealth.
//
//   in ──an algorithm finds it──> out, multiplier + 1
//   out ──base × multiplier, at most max, has passed──> in ──an interval in──> multiplier - 1
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "balancer/endpoint.h"
#include "health/outcome_counters.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/config/health.h"

namespace evenkeel::health {

class Ejection {
 public:
  enum class Algorithm : uint8_t {
    kConsecutiveFailures,
    kSuccessRate,
    kFailurePercentage,
    kLatency,
  };

  struct Event {
    enum class Kind : uint8_t {
      kEjected,
      kNotEjected,  ///< found, and let be for the reason in `unenforced`
      kReturned,    ///< its time is over
    };
    Kind kind;
    balancer::EndpointPtr endpoint;
    Algorithm algorithm{};          ///< not for kReturned
    std::string_view unenforced{};  ///< the value of A91's label `unenforced_reason`
    base::Duration length{};        ///< kEjected: for how long
    std::string why{};              ///< "7 of 9 calls failed in 10 s: 7 INTERNAL"
  };

  struct Member {
    balancer::EndpointPtr endpoint;
    std::shared_ptr<OutcomeCounters> outcomes;
  };
  /// Whether an endpoint may take calls now, apart from what is decided here.
  using IsEligible = std::function<bool(const balancer::Endpoint&)>;

  /// `random` and `is_eligible` must outlive this.
  Ejection(const config::OutlierDetection& settings, std::vector<Member> members,
           base::Random& random, IsEligible is_eligible, base::Time now);

  /// Replaces the members; those that stay keep all that is known of them.
  void Update(std::vector<Member> members, base::Time now);
  /// Other settings from the next sweep on; who is out stays out for as long as was said.
  void SetSettings(const config::OutlierDetection& settings) { settings_ = settings; }

  std::vector<Event> Sweep(base::Time now);
  /// `endpoint` has reached the threshold of consecutive failures. Nothing: it is out already.
  std::optional<Event> OnConsecutiveFailures(const balancer::Endpoint& endpoint, base::Time now);
  /// Ends an ejection before its time. Whether there was one.
  bool Return(const balancer::Endpoint& endpoint);

  /// Until when it is ejected; nothing: it is not. In mode observe nobody is.
  std::optional<base::Time> EjectedUntil(const balancer::Endpoint& endpoint) const;
  /// What the counters gained since the last sweep, in words; empty before the first call.
  std::string Recent(const balancer::Endpoint& endpoint, base::Time now) const;

 private:
  struct State {
    Member member;
    OutcomeCounters::Snapshot last;      // at the last sweep
    OutcomeCounters::Snapshot interval;  // what it gained until the present one
    bool ejected = false;                // in mode observe: would be
    base::Time until{};
    uint32_t multiplier = 0;
    uint32_t slow_intervals = 0;
  };

  State* Find(const balancer::Endpoint& endpoint);
  const State* Find(const balancer::Endpoint& endpoint) const;
  void FindBySuccessRate(base::Time now, std::vector<Event>& events);
  void FindByFailurePercentage(base::Time now, std::vector<Event>& events);
  void FindByLatency(base::Time now, std::vector<Event>& events);
  void EndInterval(base::Time now, std::vector<Event>& events);
  size_t CountWithVolume(uint32_t volume) const;
  size_t EjectedCount() const { return ejected_; }
  bool MayEjectMore() const;
  bool IsLastEligible(const State& state) const;
  Event Judge(State& state, Algorithm algorithm, uint32_t enforcement, std::string why,
              base::Time now);
  std::string_view WhyNot(const State& state, uint32_t enforcement);
  void Eject(State& state, Event& event, base::Time now);
  base::Duration LengthOf(uint32_t multiplier);

  config::OutlierDetection settings_;
  base::Random& random_;
  const IsEligible is_eligible_;
  std::vector<State> states_;
  size_t ejected_ = 0;
  base::Time interval_start_;
};

/// "consecutive_failures", …: the label `detection_method`.
std::string_view AlgorithmName(Ejection::Algorithm algorithm);

}  // namespace evenkeel::health
