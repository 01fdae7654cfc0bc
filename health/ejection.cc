#include "health/ejection.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "lib/base/check.h"

namespace evenkeel::health {
namespace {

using Snapshot = OutcomeCounters::Snapshot;

double ShareOfSuccess(const Snapshot& interval) {
  return static_cast<double>(interval.successes) / interval.volume();
}

base::Duration Scale(base::Duration duration, double factor) {
  return base::Duration(static_cast<int64_t>(static_cast<double>(duration.count()) * factor));
}

std::string Seconds(base::Duration duration) {
  const auto milliseconds = std::chrono::round<std::chrono::milliseconds>(duration).count();
  if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
  return std::to_string((milliseconds + 500) / 1000) + " s";
}

std::string Percent(double share) { return std::to_string(std::lround(100 * share)) + " %"; }

// "7 of 9 calls failed in 10 s: 5 INTERNAL, 2 UNAVAILABLE"
std::string Describe(const Snapshot& gained, base::Duration time) {
  std::string text = std::to_string(gained.failures) + " of " + std::to_string(gained.volume()) +
                     " calls failed in " + Seconds(time);
  std::string_view separator = ": ";
  for (int code = 0; code < rpc::kStatusCodeCount; ++code) {
    const uint32_t count = gained.failures_by_status[static_cast<size_t>(code)];
    if (count == 0) continue;
    text.append(separator).append(std::to_string(count)).append(" ");
    text.append(rpc::StatusName(static_cast<rpc::StatusCode>(code)));
    separator = ", ";
  }
  return text;
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

std::string_view AlgorithmName(Ejection::Algorithm algorithm) {
  switch (algorithm) {
    case Ejection::Algorithm::kConsecutiveFailures:
      return "consecutive_failures";
    case Ejection::Algorithm::kSuccessRate:
      return "success_rate";
    case Ejection::Algorithm::kFailurePercentage:
      return "failure_percentage";
    case Ejection::Algorithm::kLatency:
      return "latency";
  }
  CHECK(!"a value outside Algorithm");
}

Ejection::Ejection(const config::OutlierDetection& settings, std::vector<Member> members,
                   base::Random& random, IsEligible is_eligible, base::Time now)
    : settings_(settings),
      random_(random),
      is_eligible_(std::move(is_eligible)),
      interval_start_(now) {
  Update(std::move(members), now);
}

void Ejection::Update(std::vector<Member> members, base::Time) {
  std::unordered_map<const balancer::Endpoint*, const State*> known_states;
  for (const State& each : states_) known_states.emplace(each.member.endpoint.get(), &each);
  std::vector<State> states;
  states.reserve(members.size());
  for (Member& each : members) {
    const auto known = known_states.find(each.endpoint.get());
    if (known != known_states.end()) {
      states.push_back(*known->second);
    } else {
      const Snapshot now = each.outcomes->Read();
      states.push_back({.member = std::move(each), .last = now, .interval = {}});
    }
  }
  states_ = std::move(states);
  ejected_ = static_cast<size_t>(std::ranges::count_if(states_, &State::ejected));
}

std::vector<Ejection::Event> Ejection::Sweep(base::Time now) {
  for (State& each : states_) {
    const Snapshot current = each.member.outcomes->Read();
    each.interval = current.Since(each.last);
    each.last = current;
  }
  std::vector<Event> events;
  if (settings_.success_rate) FindBySuccessRate(now, events);
  if (settings_.failure_percentage) FindByFailurePercentage(now, events);
  if (settings_.latency) FindByLatency(now, events);
  EndInterval(now, events);
  interval_start_ = now;
  return events;
}

void Ejection::FindBySuccessRate(base::Time now, std::vector<Event>& events) {
  const config::SuccessRate& algorithm = *settings_.success_rate;
  std::vector<double> rates;
  for (const State& each : states_) {
    if (each.interval.volume() >= algorithm.request_volume) {
      rates.push_back(ShareOfSuccess(each.interval));
    }
  }
  if (rates.empty() || rates.size() < algorithm.minimum_hosts) return;
  double mean = 0;
  for (const double rate : rates) mean += rate / static_cast<double>(rates.size());
  double variance = 0;
  for (const double rate : rates) {
    variance += (rate - mean) * (rate - mean) / static_cast<double>(rates.size());
  }
  const double bound = mean - algorithm.stdev_factor * std::sqrt(variance);
  for (State& each : states_) {
    if (each.ejected || each.interval.volume() < algorithm.request_volume) continue;
    const double rate = ShareOfSuccess(each.interval);
    if (rate >= bound) continue;
    events.push_back(Judge(each, Algorithm::kSuccessRate, algorithm.enforcement_percentage,
                           "success rate " + Percent(rate) + ", the others' mean " + Percent(mean) +
                               "; " + Describe(each.interval, now - interval_start_),
                           now));
  }
}

void Ejection::FindByFailurePercentage(base::Time now, std::vector<Event>& events) {
  const config::FailurePercentage& algorithm = *settings_.failure_percentage;
  if (CountWithVolume(algorithm.request_volume) < algorithm.minimum_hosts) return;
  for (State& each : states_) {
    if (each.ejected || each.interval.volume() < algorithm.request_volume) continue;
    const double percentage = 100 * (1 - ShareOfSuccess(each.interval));
    if (percentage <= algorithm.threshold) continue;
    events.push_back(Judge(each, Algorithm::kFailurePercentage, algorithm.enforcement_percentage,
                           Describe(each.interval, now - interval_start_), now));
  }
}

void Ejection::FindByLatency(base::Time now, std::vector<Event>& events) {
  const config::LatencyOutlier& algorithm = *settings_.latency;
  std::vector<double> all;
  for (const State& each : states_) {
    if (each.interval.volume() < algorithm.request_volume) continue;
    all.push_back(static_cast<double>(each.interval.P90().count()));
  }
  if (all.empty() || all.size() < algorithm.minimum_hosts) {
    for (State& each : states_) each.slow_intervals = 0;
    return;
  }
  const base::Duration median(static_cast<int64_t>(Median(std::move(all))));
  const base::Duration bound = std::max(Scale(median, algorithm.factor), algorithm.minimum);
  for (State& each : states_) {
    const bool is_slow =
        each.interval.volume() >= algorithm.request_volume && each.interval.P90() > bound;
    each.slow_intervals = is_slow ? each.slow_intervals + 1 : 0;
    if (each.ejected || each.slow_intervals < algorithm.intervals) continue;
    events.push_back(Judge(each, Algorithm::kLatency, algorithm.enforcement_percentage,
                           "p90 " + Seconds(each.interval.P90()) + ", the median of all " +
                               Seconds(median) + ", " + std::to_string(each.slow_intervals) +
                               " intervals long",
                           now));
  }
}

void Ejection::EndInterval(base::Time now, std::vector<Event>& events) {
  for (State& each : states_) {
    if (!each.ejected) {
      if (each.multiplier > 0) --each.multiplier;
    } else if (now > each.until) {
      Return(*each.member.endpoint);
      if (settings_.mode == config::OutlierDetection::Mode::kObserve) continue;
      events.push_back({.kind = Event::Kind::kReturned, .endpoint = each.member.endpoint});
    }
  }
}

std::optional<Ejection::Event> Ejection::OnConsecutiveFailures(const balancer::Endpoint& endpoint,
                                                               base::Time now) {
  State* state = Find(endpoint);
  if (state == nullptr || state->ejected || !settings_.consecutive_failures) return std::nullopt;
  const Snapshot gained = state->member.outcomes->Read().Since(state->last);
  return Judge(*state, Algorithm::kConsecutiveFailures,
               settings_.consecutive_failures->enforcement_percentage,
               std::to_string(state->member.outcomes->run()) + " failures in a row; " +
                   Describe(gained, now - interval_start_),
               now);
}

Ejection::Event Ejection::Judge(State& state, Algorithm algorithm, uint32_t enforcement,
                                std::string why, base::Time now) {
  Event event{.kind = Event::Kind::kNotEjected,
              .endpoint = state.member.endpoint,
              .algorithm = algorithm,
              .unenforced = WhyNot(state, enforcement),
              .length = {},
              .why = std::move(why)};
  if (event.unenforced.empty()) Eject(state, event, now);
  return event;
}

std::string_view Ejection::WhyNot(const State& state, uint32_t enforcement) {
  if (!MayEjectMore()) return "max_ejection_overflow";
  if (!settings_.eject_last && IsLastEligible(state)) return "last_endpoint";
  if (random_.Below(100) >= enforcement) return "enforcement_percentage";
  return {};
}

void Ejection::Eject(State& state, Event& event, base::Time now) {
  state.ejected = true;
  ++ejected_;
  ++state.multiplier;
  event.length = LengthOf(state.multiplier);
  state.until = now + event.length;
  state.member.outcomes->ResetRun();
  if (settings_.mode == config::OutlierDetection::Mode::kObserve) {
    event.unenforced = "observe";
  } else {
    event.kind = Event::Kind::kEjected;
  }
}

base::Duration Ejection::LengthOf(uint32_t multiplier) {
  const base::Duration longest =
      std::max(settings_.base_ejection_time, settings_.max_ejection_time);
  const base::Duration length = multiplier > longest / settings_.base_ejection_time
                                    ? longest
                                    : std::min(settings_.base_ejection_time * multiplier, longest);
  return Scale(length, random_.Between(1, 1 + settings_.ejection_jitter));
}

bool Ejection::Return(const balancer::Endpoint& endpoint) {
  State* state = Find(endpoint);
  if (state == nullptr || !state->ejected) return false;
  state->ejected = false;
  --ejected_;
  state->member.outcomes->ResetRun();
  return true;
}

size_t Ejection::CountWithVolume(uint32_t volume) const {
  return static_cast<size_t>(std::ranges::count_if(
      states_, [volume](const State& each) { return each.interval.volume() >= volume; }));
}

bool Ejection::MayEjectMore() const {
  if (settings_.max_ejection_percent == 0) return false;
  return ejected_ == 0 || ejected_ * 100 < settings_.max_ejection_percent * states_.size();
}

bool Ejection::IsLastEligible(const State& state) const {
  return std::ranges::none_of(states_, [&](const State& each) {
    return &each != &state && !each.ejected && is_eligible_(*each.member.endpoint);
  });
}

std::optional<base::Time> Ejection::EjectedUntil(const balancer::Endpoint& endpoint) const {
  const State* state = Find(endpoint);
  if (state == nullptr || !state->ejected) return std::nullopt;
  if (settings_.mode == config::OutlierDetection::Mode::kObserve) return std::nullopt;
  return state->until;
}

std::string Ejection::Recent(const balancer::Endpoint& endpoint, base::Time now) const {
  const State* state = Find(endpoint);
  if (state == nullptr) return "";
  const Snapshot gained = state->member.outcomes->Read().Since(state->last);
  return gained.volume() == 0 ? "" : Describe(gained, now - interval_start_);
}

Ejection::State* Ejection::Find(const balancer::Endpoint& endpoint) {
  return const_cast<State*>(std::as_const(*this).Find(endpoint));
}

const Ejection::State* Ejection::Find(const balancer::Endpoint& endpoint) const {
  const auto found = std::ranges::find_if(
      states_, [&](const State& each) { return each.member.endpoint.get() == &endpoint; });
  return found == states_.end() ? nullptr : &*found;
}

}  // namespace evenkeel::health
