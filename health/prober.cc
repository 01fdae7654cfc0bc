#include "health/prober.h"

#include <utility>

namespace evenkeel::health {
namespace {

// grpc/grpc doc/connection-backoff.md, which gRFC A17 refers to.
constexpr pool::Backoff::Settings kWatchBackoff = {.initial = std::chrono::seconds(1),
                                                   .max = std::chrono::seconds(120),
                                                   .multiplier = 1.6,
                                                   .jitter = 0.2};

std::string Milliseconds(base::Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count()) +
         " ms";
}

bool IsDenial(rpc::StatusCode code) {
  return code == rpc::StatusCode::kUnauthenticated || code == rpc::StatusCode::kPermissionDenied;
}

std::string DenialOf(const std::string& answer) {
  return "health unknown, its health service refuses to answer: " + answer;
}

}  // namespace

Prober::Prober(const config::HealthCheck& settings, const base::Clock& clock, base::Random& random,
               Driver& driver)
    : settings_(settings),
      clock_(clock),
      random_(random),
      driver_(driver),
      backoff_(kWatchBackoff) {}

void Prober::Start() {
  if (!UsesConnection()) Check();
}

void Prober::Connected() {
  if (!UsesConnection() || state_ != State::kIdle) return;
  health_ = Health::kAsked;
  good_run_ = bad_run_ = 0;
  backoff_.Reset();
  Report(std::nullopt, "asked");
  if (settings_.mode == config::HealthCheck::Mode::kCheck) return Check();
  Watch();
}

void Prober::Disconnected(const std::string& reason) {
  if (!UsesConnection()) return;
  state_ = State::kIdle;
  health_ = Health::kUnknown;
  driver_.StopWake();
  driver_.StopProbe();
  Report(std::nullopt, reason);
}

void Prober::GoAway() {
  if (state_ != State::kWatching) return;
  driver_.StopProbe();
  driver_.StopWake();
  if (health_ == Health::kNotServing) return PauseWatch(std::nullopt, "draining, NOT_SERVING");
  Watch();  // what it said last holds until the new one speaks
}

void Prober::Watch() {
  state_ = State::kWatching;
  answered_ = false;
  watch_start_ = clock_.Now();
  backoff_.AttemptStarted(watch_start_, random_);
  driver_.StartWatch();
}

void Prober::OnSent() {
  if (state_ == State::kWatching || state_ == State::kChecking) {
    driver_.WakeAt(clock_.Now() + settings_.timeout);
  }
}

void Prober::OnAnswer(ProbeResult result, const std::string& detail) {
  if (state_ == State::kChecking) return OnCheckAnswer(result, detail);
  if (state_ != State::kWatching) return;
  if (!std::exchange(answered_, true)) {
    backoff_.Reset();
    backoff_.AttemptStarted(watch_start_, random_);
  }
  driver_.StopWake();
  health_ = result == ProbeResult::kServing ? Health::kServing : Health::kNotServing;
  Report(result, detail);
}

void Prober::OnWatchEnded(const rpc::Status& status) {
  if (state_ != State::kWatching) return;
  driver_.StopWake();
  if (status.code == rpc::StatusCode::kUnimplemented) {
    Report(ProbeResult::kUnimplemented, "no Watch");
    return Check();
  }
  if (MayReplaceWatch()) return Watch();
  std::string detail = "Watch ended: " + std::string(rpc::StatusName(status.code));
  if (!status.message.empty()) detail += ", " + status.message;
  if (IsDenial(status.code) && TrustsTheDenying()) {
    return TrustConnection(ProbeResult::kDenied, DenialOf(detail));
  }
  // An answer came, so that it ends is no failed probe.
  PauseWatch(answered_ ? std::nullopt : std::optional(ProbeResult::kFailed), detail);
}

void Prober::OnNoRoomToWatch() {
  if (state_ == State::kWatching) Check();
}

void Prober::OnLost(const std::string& reason) {
  driver_.StopWake();
  if (state_ == State::kWatching) {
    if (MayReplaceWatch()) return Watch();
    return PauseWatch(std::nullopt, reason);
  }
  state_ = State::kCheckPause;
  driver_.WakeAt(clock_.Now() + NextInterval());
  Report(std::nullopt, reason);
}

// A stream that was good and long-lived is replaced at once, as A17 has it; one that keeps ending
// young is not, or we would ask as fast as it can answer. Nor is one that had said NOT_SERVING:
// that endpoint is about to leave.
bool Prober::MayReplaceWatch() const {
  const bool was_long = clock_.Now() - watch_start_ >= kWatchBackoff.initial;
  return answered_ && was_long && health_ == Health::kServing;
}

void Prober::PauseWatch(std::optional<ProbeResult> result, const std::string& detail) {
  state_ = State::kWatchPause;
  health_ = Health::kNotServing;
  // The back-off counts from the Watch's start, which may be long ago.
  if (backoff_.next() <= clock_.Now()) backoff_.AttemptStarted(clock_.Now(), random_);
  driver_.WakeAt(backoff_.next());
  Report(result, detail);
}

void Prober::OnWake() {
  switch (state_) {
    case State::kWatching:
      driver_.StopProbe();
      return PauseWatch(ProbeResult::kTimeout,
                        "no answer to Watch in " + Milliseconds(settings_.timeout));
    case State::kWatchPause:
      return Watch();
    case State::kChecking:
      driver_.StopProbe();
      return OnCheckAnswer(ProbeResult::kTimeout,
                           "no answer in " + Milliseconds(settings_.timeout));
    case State::kCheckPause:
      return Check();
    case State::kIdle:
    case State::kConnectionAlone:
      return;
  }
}

void Prober::Check() {
  state_ = State::kChecking;
  driver_.StartCheck();
}

void Prober::OnCheckAnswer(ProbeResult result, const std::string& detail) {
  driver_.StopWake();
  if (result == ProbeResult::kUnimplemented) {
    return TrustConnection(result, "no health service: its connection is all there is to judge by");
  }
  if (result == ProbeResult::kDenied && TrustsTheDenying()) {
    return TrustConnection(result, DenialOf(detail));
  }
  Weigh(result == ProbeResult::kServing);
  state_ = State::kCheckPause;
  driver_.WakeAt(clock_.Now() + NextInterval());
  Report(result, detail);
}

void Prober::TrustConnection(ProbeResult result, const std::string& why) {
  state_ = State::kConnectionAlone;
  health_ = Health::kServing;
  Report(result, why);
}

void Prober::Weigh(bool good) {
  good_run_ = good ? good_run_ + 1 : 0;
  bad_run_ = good ? 0 : bad_run_ + 1;
  const bool is_first = health_ == Health::kUnknown || health_ == Health::kAsked;
  if (good && (is_first || good_run_ >= settings_.healthy_threshold)) {
    health_ = Health::kServing;
  } else if (!good && (is_first || bad_run_ >= settings_.unhealthy_threshold)) {
    health_ = Health::kNotServing;
  }
}

// While the answers disagree with what stands, the next is wanted sooner.
base::Duration Prober::NextInterval() {
  const bool changing =
      (health_ == Health::kServing && bad_run_ > 0) ||
      (health_ == Health::kNotServing && good_run_ > 0) ||
      (health_ == Health::kNotServing && bad_run_ <= settings_.unhealthy_threshold);
  const base::Duration interval = changing ? settings_.edge_interval : settings_.interval;
  return base::Duration(
      static_cast<int64_t>(static_cast<double>(interval.count()) *
                           random_.Between(1 - settings_.jitter, 1 + settings_.jitter)));
}

void Prober::Report(std::optional<ProbeResult> result, std::string detail) {
  driver_.OnReport({health_, result, std::move(detail)});
}

}  // namespace evenkeel::health
