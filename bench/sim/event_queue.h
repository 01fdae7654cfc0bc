// EventQueue: what happens next in virtual time.
//
// A 4-ary heap of 16-byte events: the simulator spends most of its time here. Events at the same
// instant come out in an order that depends only on the pushes, so a seed reproduces a run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace evenkeel::sim {

enum class EventKind : uint8_t {
  kArrival,     ///< a call reaches a sidecar
  kAtReplica,   ///< a call's request reaches its replica
  kServed,      ///< a replica has done a call's work
  kResponse,    ///< a call's response reaches its sidecar
  kDeadline,    ///< a call's client gives up
  kReport,      ///< the next out-of-band load report
  kChange,      ///< a change of the scenario; subject: its number
  kAntagonist,  ///< a replica's antagonist comes or goes; subject: the replica
  kRefresh,     ///< a sidecar's policy deals anew; subject: the sidecar
  kStreams,     ///< the long streams start
};

struct Event {
  int64_t at = 0;  ///< nanoseconds
  uint32_t subject = 0;
  EventKind kind = EventKind::kArrival;
  uint16_t generation = 0;  ///< of the call; a finished call's events are void
};

class EventQueue {
 public:
  bool empty() const { return heap_.empty(); }
  size_t size() const { return heap_.size(); }
  const Event& top() const { return heap_.front(); }

  void Push(Event event) {
    size_t at = heap_.size();
    heap_.push_back(event);
    while (at > 0) {
      const size_t parent = (at - 1) / kWays;
      if (heap_[parent].at <= event.at) break;
      heap_[at] = heap_[parent];
      at = parent;
    }
    heap_[at] = event;
  }

  Event Pop() {
    const Event first = heap_.front();
    const Event last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) Sink(last);
    return first;
  }

 private:
  static constexpr size_t kWays = 4;

  void Sink(const Event& event) {
    size_t at = 0;
    while (true) {
      const size_t first = at * kWays + 1;
      if (first >= heap_.size()) break;
      size_t least = first;
      const size_t end = first + kWays < heap_.size() ? first + kWays : heap_.size();
      for (size_t child = first + 1; child < end; ++child) {
        if (heap_[child].at < heap_[least].at) least = child;
      }
      if (heap_[least].at >= event.at) break;
      heap_[at] = heap_[least];
      at = least;
    }
    heap_[at] = event;
  }

  std::vector<Event> heap_;
};

}  // namespace evenkeel::sim
