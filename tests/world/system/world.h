// World: one simulated machine with all that a process asks of it: time, loops that turn, sockets.
//
// Everything in it happens on the thread that runs it, in an order that a seed decides: the code
// above the system calls and above libevent is the one that runs in production, net's own included.
// Loops that would turn on threads of their own turn one at a time here, each turn in an instant;
// what makes them concurrent is that any loop that could turn may be the next one.
//
//   agenda   what the world itself does at a time: bytes arrive, faults strike, peers act
//   loops    a turn of one whose sockets are ready or whose timers are due
//
// One at a time; code that asks for the time or opens a socket while there is one gets its.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/net/event_loop.h"

namespace evenkeel::world {

class Sockets;

class World {
 public:
  using Action = std::function<void()>;

  explicit World(uint64_t seed);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Null: the time and the sockets are the real ones.
  static World* Current() { return current_; }

  base::Time now() const { return now_; }
  base::Random& random() { return random_; }
  Sockets& sockets() { return *sockets_; }
  /// Whether it happens, once in `times` on average.
  bool OnceIn(uint64_t times) { return random_.Below(times) == 0; }
  /// Uniform from `least` to `most`.
  base::Duration Between(base::Duration least, base::Duration most);

  /// Has `action` happen then, or now if that is past; those of one time in the order of the calls.
  void At(base::Time due, Action action);
  void After(base::Duration delay, Action action) { At(now_ + delay, std::move(action)); }

  /// The loop turns from now on, until RemoveLoop. `name` is for the log.
  void AddLoop(net::EventLoop& loop, std::string name);
  void RemoveLoop(net::EventLoop& loop);
  /// The loop does not turn for so long, as if its thread got no processor.
  void Stall(net::EventLoop& loop, base::Duration duration);
  const std::vector<net::EventLoop*> loops() const;

  /// Lets time pass until `done`, which is asked after each step, or for `limit`. Whether it is.
  bool RunUntil(const std::function<bool()>& done, base::Duration limit);
  void RunFor(base::Duration duration);
  uint64_t turns() const { return turns_; }

  /// A line of the log of events; kept when `keeps_log`, with the time before it.
  void Note(const std::string& line);
  void KeepLog(bool on) { keeps_log_ = on; }
  bool keeps_log() const { return keeps_log_; }
  const std::vector<std::string>& log() const { return log_; }

 private:
  struct Loop {
    net::EventLoop* loop;
    std::string name;
    base::Time free{};  // when its last turn is over
  };
  struct Item {
    base::Time due;
    uint64_t number;
    mutable Action action;
    bool operator<(const Item& other) const {
      return due != other.due ? due > other.due : number > other.number;
    }
  };

  bool Step();
  bool DoAgenda();
  bool TurnOne();
  bool PassTime();

  static World* current_;

  base::Random random_;
  base::Time now_ = base::Time(std::chrono::hours(1));
  std::priority_queue<Item> agenda_;
  uint64_t items_ = 0;
  uint64_t turns_ = 0;
  std::vector<Loop> loops_;
  std::vector<size_t> ready_;  // scratch
  bool keeps_log_ = false;
  std::vector<std::string> log_;
  std::unique_ptr<Sockets> sockets_;
};

}  // namespace evenkeel::world
