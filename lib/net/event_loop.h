// EventLoop: one thread's loop over sockets and timers, on libevent.
//
// A turn is: wait for events, run their handlers, then the end of the turn: flush what was
// scheduled (so that all calls which became ready in one turn leave in one write for each
// connection), then destroy what was handed to DeleteLater. Everything but Post belongs to the
// thread that calls Run.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/file_descriptor.h"

struct event;
struct event_base;

namespace evenkeel::net {

/// Something to be done once at the end of the turn, however often it was asked for.
class Flushable {
 public:
  virtual void Flush() = 0;

 protected:
  ~Flushable() = default;

 private:
  friend class EventLoop;
  bool scheduled_ = false;
};

/// Something heavy, such as a step of a handshake, to be done once when a turn's other work is
/// done.
class Deferrable {
 public:
  virtual void RunDeferred() = 0;

 protected:
  ~Deferrable() = default;

 private:
  friend class EventLoop;
  bool deferred_ = false;
};

class EventLoop final : public base::Clock {
 public:
  EventLoop();
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs turns until Stop; the turn in progress is completed.
  void Run();
  /// Runs one turn; waits for an event at most until the next timer. For tests.
  void RunOnce();
  /// `on_turn` runs at the end of each turn from now on, when all its work is done: for measuring.
  void WatchTurns(std::function<void()> on_turn) { on_turn_ = std::move(on_turn); }
  /// Has this turn end after the present handler; what else is ready comes in the next one.
  void EndTurnSoon();
  /// Makes Run return after this turn.
  void Stop() { stopped_ = true; }

  /// The same during one turn's handlers, so that all of them agree.
  base::Time Now() const override {
    if (!now_valid_) ReadClock();
    return now_;
  }

  /// Runs `task` on the loop's thread in a later turn. The one thing other threads may call, also
  /// before Run; tasks run in the order of Post. Tasks that never get a turn are destroyed unrun.
  void Post(std::function<void()> task);

  /// Has `flushable` flushed at the end of this turn.
  void ScheduleFlush(Flushable& flushable);
  /// Takes back ScheduleFlush; for destructors.
  void CancelFlush(Flushable& flushable);

  /// Has `heavy` run after a turn's handlers and flushes, in the order of the calls. A turn does at
  /// most kDeferredPerTurn of them or kDeferredTime, so that what is quick never waits for long.
  void Defer(Deferrable& heavy);
  /// How many wait for their turn.
  size_t deferred() const { return deferred_.size(); }
  /// Takes back Defer; for destructors.
  void CancelDeferred(Deferrable& heavy);
  static constexpr int kDeferredPerTurn = 8;
  static constexpr base::Duration kDeferredTime = std::chrono::milliseconds(2);

  /// Destroys `object` after this turn's handlers and flushes, when nobody is on its stack.
  template <typename T>
  void DeleteLater(std::unique_ptr<T> object) {
    doomed_.emplace_back(object.release(), [](void* doomed) { delete static_cast<T*>(doomed); });
  }

  /// Scratch space for one read; valid until the next event handler runs.
  std::span<uint8_t> read_buffer() { return {read_buffer_.get(), kReadBufferSize}; }

  /// libevent's base, for `net` and for evhttp.
  event_base* native() { return base_.get(); }

 private:
  static constexpr size_t kReadBufferSize = 64 * 1024;

  struct BaseDeleter {
    void operator()(event_base* base) const;
  };
  struct EventDeleter {
    void operator()(event* event) const;
  };

  void ReadClock() const;
  void Turn(int flags);
  void EndTurn();
  void RunDeferred();
  void RunPosted();

  std::unique_ptr<event_base, BaseDeleter> base_;
  base::FileDescriptor wake_;  // eventfd; readable while posted_ has tasks
  std::unique_ptr<event, EventDeleter> wake_event_;
  bool stopped_ = false;
  std::function<void()> on_turn_;  // may be empty
  mutable base::Time now_{};
  mutable bool now_valid_ = false;
  std::unique_ptr<uint8_t[]> read_buffer_;
  std::vector<Flushable*> to_flush_;
  std::deque<Deferrable*> deferred_;
  std::vector<std::unique_ptr<void, void (*)(void*)>> doomed_;

  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace evenkeel::net
