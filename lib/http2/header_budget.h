// HeaderBudget: how much more than its bytes on the wire the header lists of a connection may hold.
//
// A byte of HPACK can stand for an entry of 4 KiB, so small blocks make large lists, which are held
// as long as their streams (CVE-2016-6581, CVE-2026-47774). What an honest peer makes of references
// is free: each entry of the table once, and sixteen times a block's bytes. What goes beyond it is
// taken from one budget of the connection. Owned by a session.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/http2/hpack_table.h"

namespace evenkeel::http2 {

class HeaderBudget {
 public:
  /// How large a list may become that a block of so many bytes brings, where none may be larger
  /// than `most`.
  size_t LimitFor(size_t block, size_t most) const {
    return std::min(most, FreeFor(block) + kBudget - std::min(kBudget, taken_));
  }
  /// Takes what such a list costs; the result is to be given back when the list goes.
  uint32_t Take(size_t block, size_t list) {
    const size_t cost = list - std::min(list, FreeFor(block));
    taken_ += cost;
    return static_cast<uint32_t>(cost);
  }
  void GiveBack(uint32_t cost) { taken_ -= cost; }

 private:
  static constexpr size_t kBudget = size_t{128} * 1024;
  static constexpr size_t kEach = 16;

  static size_t FreeFor(size_t block) { return HpackTable::kMostSize + kEach * block; }

  size_t taken_ = 0;
};

}  // namespace evenkeel::http2
