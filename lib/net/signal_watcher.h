// SignalWatcher: turns Unix signals into events of one loop.
#pragma once

#include <event2/event_struct.h>

#include <functional>
#include <initializer_list>

#include "lib/base/file_descriptor.h"
#include "lib/net/event_loop.h"

namespace evenkeel::net {

/// Has these signals wait, in this thread and in those it starts from now on, until a SignalWatcher
/// takes them up.
void BlockSignals(std::initializer_list<int> signals);

class SignalWatcher {
 public:
  /// Blocks `signals`, those that wait already come first: make it before other threads.
  /// `on_signal` gets each signal's number in a turn of the loop.
  SignalWatcher(EventLoop& loop, std::initializer_list<int> signals,
                std::function<void(int)> on_signal);
  ~SignalWatcher();
  SignalWatcher(const SignalWatcher&) = delete;
  SignalWatcher& operator=(const SignalWatcher&) = delete;

 private:
  void OnReadable();

  base::FileDescriptor fd_;
  const std::function<void(int)> on_signal_;
  event event_;
};

}  // namespace evenkeel::net
