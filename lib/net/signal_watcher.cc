#include "lib/net/signal_watcher.h"

#include <event2/event.h>
#include <sys/signalfd.h>

#include <csignal>

#include "lib/base/check.h"

namespace evenkeel::net {

namespace {

sigset_t SetOf(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int each : signals) sigaddset(&set, each);
  return set;
}

}  // namespace

void BlockSignals(std::initializer_list<int> signals) {
  const sigset_t set = SetOf(signals);
  CHECK(pthread_sigmask(SIG_BLOCK, &set, nullptr) == 0);
}

SignalWatcher::SignalWatcher(EventLoop& loop, std::initializer_list<int> signals,
                             std::function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)) {
  BlockSignals(signals);
  const sigset_t set = SetOf(signals);
  fd_ = base::FileDescriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  CHECK(fd_);
  CHECK(
      event_assign(
          &event_, loop.native(), fd_.get(), EV_READ | EV_PERSIST,
          [](int, short, void* self) noexcept { static_cast<SignalWatcher*>(self)->OnReadable(); },
          this) == 0);
  CHECK(event_add(&event_, nullptr) == 0);
}

SignalWatcher::~SignalWatcher() { event_del(&event_); }

void SignalWatcher::OnReadable() {
  signalfd_siginfo info;
  while (read(fd_.get(), &info, sizeof info) == sizeof info) {
    on_signal_(static_cast<int>(info.ssi_signo));
  }
}

}  // namespace evenkeel::net
