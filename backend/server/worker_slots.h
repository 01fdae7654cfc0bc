// WorkerSlots: how many calls a replica works on at once, and the queue of those that wait.
//
// It knows neither calls nor time: a call enters with a Waiter and holds a Place until it is done
// with its work. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

namespace evenkeel::backend {

class WorkerSlots {
 public:
  class Waiter {
   public:
    /// A slot is yours now. Called from another Place's Leave, never from Enter.
    virtual void OnSlot() = 0;

   protected:
    ~Waiter() = default;
  };

  /// A slot, or a place in the queue for one; gives it up when destroyed. Must not outlive the
  /// WorkerSlots, and not its Waiter while it waits.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place() { Leave(); }

    /// True while it holds a slot; false while it waits and after it left.
    bool working() const;
    /// The first in the queue, if any, gets its OnSlot before this returns.
    void Leave();

   private:
    friend class WorkerSlots;
    Place(WorkerSlots* slots, uint64_t ticket) : slots_(slots), ticket_(ticket) {}

    WorkerSlots* slots_ = nullptr;
    uint64_t ticket_ = 0;
  };

  /// `limit` 0: no limit. `on_busy` hears the number of slots in use whenever it changes.
  WorkerSlots(uint32_t limit, std::function<void(size_t busy)> on_busy);

  /// Takes a slot if one is free, else the last place in the queue.
  Place Enter(Waiter& waiter);

  size_t busy() const { return busy_; }
  size_t queued() const { return queue_.size(); }

 private:
  void SetBusy(size_t busy);
  void Leave(uint64_t ticket);

  const uint32_t limit_;
  const std::function<void(size_t)> on_busy_;
  size_t busy_ = 0;
  uint64_t next_ticket_ = 0;
  std::map<uint64_t, Waiter*> queue_;  // by ticket: first come, first served
};

}  // namespace evenkeel::backend
