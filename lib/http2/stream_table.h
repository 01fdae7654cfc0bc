// StreamTable: a session's streams by their ids.
//
// Open addressing in one block of memory that is as large as the most streams at once need, and
// none while there are no streams. It owns no stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "lib/http2/frame.h"

namespace evenkeel::http2 {

class Stream;

class StreamTable {
 public:
  StreamTable() = default;
  ~StreamTable();
  StreamTable(const StreamTable&) = delete;
  StreamTable& operator=(const StreamTable&) = delete;

  /// Null for an id that is not in it.
  Stream* Find(StreamId id) const;
  /// Precondition: its id is not in it.
  void Insert(Stream& stream);
  /// Precondition: it is in it.
  void Erase(const Stream& stream);

  size_t size() const { return size_; }
  /// Calls `visit` with each stream; it must not change the table.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (uint32_t slot = 0; slot < capacity_; ++slot) {
      if (slots_[slot] != nullptr) visit(*slots_[slot]);
    }
  }

 private:
  static constexpr uint32_t kFirstCapacity = 8;

  uint32_t HomeOf(StreamId id) const;
  uint32_t After(uint32_t slot) const { return (slot + 1) & (capacity_ - 1); }
  void Place(Stream& stream);
  void Rebuild(uint32_t capacity);

  Stream** slots_ = nullptr;
  uint32_t capacity_ = 0;  // a power of two, at least twice the size
  uint32_t size_ = 0;
};

}  // namespace evenkeel::http2
