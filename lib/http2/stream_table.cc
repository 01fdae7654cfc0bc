#include "lib/http2/stream_table.h"

#include <algorithm>
#include <bit>

#include "lib/base/block_pool.h"
#include "lib/http2/stream.h"

namespace evenkeel::http2 {

StreamTable::~StreamTable() {
  if (slots_ != nullptr) base::BlockPool::Free(slots_, capacity_ * sizeof(Stream*));
}

Stream* StreamTable::Find(StreamId id) const {
  if (size_ == 0) return nullptr;
  for (uint32_t slot = HomeOf(id); slots_[slot] != nullptr; slot = After(slot)) {
    if (slots_[slot]->id() == id) return slots_[slot];
  }
  return nullptr;
}

void StreamTable::Insert(Stream& stream) {
  if (2 * (size_ + 1) > capacity_) Rebuild(std::max(kFirstCapacity, 2 * capacity_));
  Place(stream);
  ++size_;
}

void StreamTable::Erase(const Stream& stream) {
  uint32_t hole = HomeOf(stream.id());
  while (slots_[hole] != &stream) hole = After(hole);
  --size_;
  if (size_ == 0 && capacity_ > kFirstCapacity) return Rebuild(0);
  // What lies behind the hole and could not lie nearer to its home moves into it.
  for (uint32_t slot = After(hole); slots_[slot] != nullptr; slot = After(slot)) {
    const uint32_t distance = (slot - HomeOf(slots_[slot]->id())) & (capacity_ - 1);
    if (distance < ((slot - hole) & (capacity_ - 1))) continue;
    slots_[hole] = slots_[slot];
    hole = slot;
  }
  slots_[hole] = nullptr;
}

// Fibonacci hashing: ids that rise in steps of two make no long runs. A peer that picks its ids may
// make them, as long as there are streams that it may have open.
uint32_t StreamTable::HomeOf(StreamId id) const {
  constexpr uint32_t kGoldenRatio = 0x9e3779b1;
  return static_cast<uint32_t>(id) * kGoldenRatio >> (32 - std::countr_zero(capacity_));
}

void StreamTable::Place(Stream& stream) {
  uint32_t slot = HomeOf(stream.id());
  while (slots_[slot] != nullptr) slot = After(slot);
  slots_[slot] = &stream;
}

void StreamTable::Rebuild(uint32_t capacity) {
  Stream** const former = slots_;
  const uint32_t former_capacity = capacity_;
  capacity_ = capacity;
  slots_ = nullptr;
  if (capacity > 0) {
    slots_ = static_cast<Stream**>(base::BlockPool::Take(capacity * sizeof(Stream*)));
    std::fill_n(slots_, capacity, nullptr);
  }
  if (former == nullptr) return;
  for (uint32_t slot = 0; slot < former_capacity && size_ > 0; ++slot) {
    if (former[slot] != nullptr) Place(*former[slot]);
  }
  base::BlockPool::Free(former, former_capacity * sizeof(Stream*));
}

}  // namespace evenkeel::http2
