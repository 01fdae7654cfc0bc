// BackgroundThread: work that would keep a loop from turning, on a thread of its own.
//
// One piece after the other, in the order of Run. What a piece finds out comes back to the loop:
//
//   background.Run([path] {                   // on the thread, with values of its own
//     auto text = std::make_shared<std::string>(Read(path));
//     return [text] { Show(*text); };         // in a later turn of the loop
//   });
//
// Destroying is cancelling: it waits for the piece in work, and no answer comes any more. So what
// answers refer to need outlive nothing but this. Used on its loop's thread.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "lib/net/event_loop.h"

namespace evenkeel::net {

class BackgroundThread {
 public:
  /// Runs on the loop's thread; may be empty.
  using Answer = std::function<void()>;
  /// Runs on the thread. Knows nothing that the loop's thread may change meanwhile.
  using Work = std::function<Answer()>;

  /// The thread has the signal mask of the one that calls.
  explicit BackgroundThread(EventLoop& loop);
  ~BackgroundThread();
  BackgroundThread(const BackgroundThread&) = delete;
  BackgroundThread& operator=(const BackgroundThread&) = delete;

  void Run(Work work);

 private:
  void Loop();
  /// The next piece; empty: this is being destroyed.
  Work Next();

  EventLoop& loop_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);  // for answers
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Work> queue_;
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace evenkeel::net
