#include "backend/server/call.h"

namespace evenkeel::backend {

void CallSet::Drain() {
  draining_ = true;
  for (const auto& [key, call] : calls_) call->OnDrain();
}

Call::Call(CallSet& calls) : calls_(calls) { context_.AsyncNotifyWhenDone(&done_); }

void Call::Dispatch(Handler handler, bool ok) {
  --pending_;
  (this->*handler)(ok);
  if (pending_ == 0) calls_.Erase(*this);
}

void Call::OnMatched(bool ok) {
  // Without a call, grpc++ never completes done_ either.
  if (!ok) return;
  Begin(done_);
  running_ = true;
  Renew();
  Accepted();
}

void Call::OnDone(bool /*ok*/) {
  running_ = false;
  Ended();
}

}  // namespace evenkeel::backend
