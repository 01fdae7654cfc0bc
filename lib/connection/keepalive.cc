#include "lib/connection/keepalive.h"

namespace evenkeel::rpc {

Keepalive::Action Keepalive::Look(base::Time now, size_t open_calls) {
  sleeping_ = false;
  if (pinged_ != base::Time{} && last_read_ >= pinged_) pinged_ = {};
  if (pinged_ != base::Time{}) {
    due_ = pinged_ + settings_.timeout;
    return now >= due_ ? Action::kDie : Action::kWait;
  }
  due_ = last_read_ + settings_.time;
  if (now < due_) return Action::kWait;
  if (open_calls == 0 && settings_.without_calls == Settings::WithoutCalls::kNo) {
    sleeping_ = true;
    return Action::kSleep;
  }
  pinged_ = now;
  due_ = now + settings_.timeout;
  return Action::kPing;
}

}  // namespace evenkeel::rpc
