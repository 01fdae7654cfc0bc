#include "backend/server/worker_slots.h"

#include <utility>

namespace evenkeel::backend {

WorkerSlots::Place::Place(Place&& other) noexcept
    : slots_(std::exchange(other.slots_, nullptr)), ticket_(other.ticket_) {}

WorkerSlots::Place& WorkerSlots::Place::operator=(Place&& other) noexcept {
  if (this != &other) {
    Leave();
    slots_ = std::exchange(other.slots_, nullptr);
    ticket_ = other.ticket_;
  }
  return *this;
}

bool WorkerSlots::Place::working() const {
  return slots_ != nullptr && !slots_->queue_.contains(ticket_);
}

void WorkerSlots::Place::Leave() {
  if (WorkerSlots* const slots = std::exchange(slots_, nullptr)) slots->Leave(ticket_);
}

WorkerSlots::WorkerSlots(uint32_t limit, std::function<void(size_t)> on_busy)
    : limit_(limit), on_busy_(std::move(on_busy)) {}

WorkerSlots::Place WorkerSlots::Enter(Waiter& waiter) {
  const uint64_t ticket = next_ticket_++;
  if (limit_ == 0 || busy_ < limit_) {
    SetBusy(busy_ + 1);
  } else {
    queue_.emplace(ticket, &waiter);
  }
  return {this, ticket};
}

void WorkerSlots::Leave(uint64_t ticket) {
  if (queue_.erase(ticket) > 0) return;
  if (queue_.empty()) {
    SetBusy(busy_ - 1);
    return;
  }
  // The slot passes from one to the next, so busy_ stays.
  Waiter* const next = queue_.begin()->second;
  queue_.erase(queue_.begin());
  next->OnSlot();
}

void WorkerSlots::SetBusy(size_t busy) {
  busy_ = busy;
  on_busy_(busy);
}

}  // namespace evenkeel::backend
