#include "proxy/clients/connection_lifetime.h"

#include <algorithm>

namespace evenkeel::proxy {
namespace {

// gRFC A9.
constexpr double kAgeJitter = 0.1;

base::Duration Jittered(base::Duration duration, base::Random& random) {
  const double factor = random.Between(1 - kAgeJitter, 1 + kAgeJitter);
  return std::chrono::duration_cast<base::Duration>(duration * factor);
}

}  // namespace

ConnectionLifetime::ConnectionLifetime(const Settings& settings, base::Time now,
                                       base::Random& random)
    : settings_(settings), idle_since_(now) {
  if (settings.max_age > base::Duration::zero())
    age_end_ = now + Jittered(settings.max_age, random);
  due_ = std::min(age_end_, IdleEnd(now, 0));
}

void ConnectionLifetime::ExpireAt(base::Time end) {
  expiry_ = end;
  if (state_ == State::kOpen) due_ = std::min(due_, end);
}

ConnectionLifetime::Action ConnectionLifetime::Look(base::Time now, size_t open_calls) {
  if (state_ == State::kOver || now < due_) return Action::kWait;
  if (state_ == State::kDraining) {
    state_ = State::kOver;
    due_ = base::Time::max();
    return Action::kEndCalls;
  }
  if (now >= std::min(age_end_, expiry_)) {
    const bool forever = settings_.max_age_grace == base::Duration::zero();
    return Drain(now >= expiry_ ? Action::kDrainExpired : Action::kDrainOld,
                 forever ? base::Time::max() : now + settings_.max_age_grace);
  }
  if (open_calls == 0 && now >= IdleEnd(now, 0)) {
    return Drain(Action::kDrainIdle, base::Time::max());
  }
  due_ = std::min({age_end_, expiry_, IdleEnd(now, open_calls)});
  return Action::kWait;
}

ConnectionLifetime::Action ConnectionLifetime::Drain(Action why, base::Time due) {
  state_ = State::kDraining;
  due_ = due;
  return why;
}

base::Time ConnectionLifetime::IdleEnd(base::Time now, size_t open_calls) const {
  if (settings_.max_idle == base::Duration::zero()) return base::Time::max();
  return (open_calls > 0 ? now : idle_since_) + settings_.max_idle;
}

}  // namespace evenkeel::proxy
