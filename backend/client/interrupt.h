// Interrupt: turns the first Ctrl-C (or SIGTERM) into a call; a second one ends the process.
#pragma once

#include <signal.h>

#include <functional>
#include <thread>

namespace evenkeel::backend {

class Interrupt {
 public:
  /// Blocks the signals for this thread and those it starts: call it before any other thread runs.
  static void Block();

  /// From now on, the first signal calls `handle` on a thread of this object's own.
  explicit Interrupt(std::function<void()> handle);
  /// Waits for a `handle` that is running.
  ~Interrupt();

 private:
  void Run(const std::stop_token& stop);

  const std::function<void()> handle_;
  std::jthread thread_;
};

}  // namespace evenkeel::backend
