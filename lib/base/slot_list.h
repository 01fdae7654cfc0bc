// SlotList: owns things in no order. Each knows its slot, so any may leave in constant time, and
// whoever walks over all reads one array. Where an order matters, or others own the things, there
// is IntrusiveList.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace evenkeel::base {

/// What a thing in a SlotList derives from.
class Slotted {
 public:
  Slotted() = default;
  Slotted(const Slotted&) = delete;
  Slotted& operator=(const Slotted&) = delete;

 protected:
  ~Slotted() = default;

 private:
  template <typename T>
  friend class SlotList;

  size_t slot_ = 0;
};

template <typename T>
class SlotList {
 public:
  T& Add(std::unique_ptr<T> thing) {
    SlotOf(*thing) = things_.size();
    things_.push_back(std::move(thing));
    return *things_.back();
  }
  /// Hands `thing` back; the last one takes its slot. Precondition: it is in this list.
  std::unique_ptr<T> Take(T& thing) {
    const size_t slot = SlotOf(thing);
    std::unique_ptr<T> taken = std::move(things_[slot]);
    if (slot + 1 < things_.size()) {
      things_[slot] = std::move(things_.back());
      SlotOf(*things_[slot]) = slot;
    }
    things_.pop_back();
    return taken;
  }
  void Clear() { things_.clear(); }

  size_t size() const { return things_.size(); }
  bool empty() const { return things_.empty(); }
  auto begin() const { return things_.begin(); }
  auto end() const { return things_.end(); }

 private:
  static size_t& SlotOf(Slotted& thing) { return thing.slot_; }

  std::vector<std::unique_ptr<T>> things_;
};

}  // namespace evenkeel::base
