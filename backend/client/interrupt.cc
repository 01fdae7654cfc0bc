#include "backend/client/interrupt.h"

#include <pthread.h>

#include <ctime>

namespace evenkeel::backend {
namespace {

// How long the destructor may have to wait.
constexpr timespec kPoll{.tv_sec = 0, .tv_nsec = 50'000'000};

sigset_t Signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

void Interrupt::Block() {
  const sigset_t signals = Signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

Interrupt::Interrupt(std::function<void()> handle)
    : handle_(std::move(handle)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

Interrupt::~Interrupt() = default;

void Interrupt::Run(const std::stop_token& stop) {
  const sigset_t signals = Signals();
  while (!stop.stop_requested()) {
    if (sigtimedwait(&signals, nullptr, &kPoll) < 0) continue;
    // The next one has its default effect on this thread, which ends the process.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    handle_();
    while (!stop.stop_requested()) nanosleep(&kPoll, nullptr);
  }
}

}  // namespace evenkeel::backend
