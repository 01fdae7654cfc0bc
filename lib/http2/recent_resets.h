// RecentResets: which streams we have reset so lately that the peer may not know it yet.
//
// What it sends on them has crossed with the reset and means nothing (RFC 9113, section 5.1). Of
// more than a few within a second it cannot tell which they were, and takes any for one of them.
#pragma once

#include <array>
#include <cstddef>

#include "lib/base/clock.h"
#include "lib/http2/frame.h"

namespace evenkeel::http2 {

class RecentResets {
 public:
  void Add(StreamId id, base::Time now) {
    entries_[next_] = {id, now};
    next_ = (next_ + 1) % entries_.size();
  }
  bool MayHold(StreamId id, base::Time now) const {
    const auto recent = [now](const Entry& each) {
      return each.id != 0 && now - each.time < kRoundTrip;
    };
    if (recent(entries_[next_])) return true;  // the oldest; there may have been more
    for (const Entry& each : entries_) {
      if (each.id == id && recent(each)) return true;
    }
    return false;
  }

 private:
  static constexpr auto kRoundTrip = std::chrono::seconds(1);
  struct Entry {
    StreamId id = 0;
    base::Time time{};
  };

  std::array<Entry, 8> entries_;
  size_t next_ = 0;
};

}  // namespace evenkeel::http2
