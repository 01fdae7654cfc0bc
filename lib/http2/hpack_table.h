// HpackTable: the dynamic table of one direction of a connection (RFC 7541, section 2.3.2).
//
// Encoder and decoder have one each. An entry's bytes are a block of the pool, and what there is to
// know of it stands in a ring that grows with the entries, so that an empty table has no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/http2/hpack_entry.h"

namespace evenkeel::http2 {

class HpackTable {
 public:
  /// SETTINGS_HEADER_TABLE_SIZE unless told otherwise, and the most that this class can hold,
  /// bytes.
  static constexpr uint32_t kMostSize = 4096;
  /// Added to each entry's bytes (RFC 7541, section 4.1).
  static constexpr uint32_t kEntryOverhead = 32;
  static constexpr uint32_t kMostEntries = kMostSize / kEntryOverhead;

  struct Hashes {
    uint16_t name;
    uint16_t value;
  };

  /// Precondition: limit <= kMostSize.
  explicit HpackTable(uint32_t limit);
  HpackTable(const HpackTable&) = delete;
  HpackTable& operator=(const HpackTable&) = delete;
  ~HpackTable();

  /// Entry 0 is the newest. Views of its bytes live until it is evicted. Precondition: age <
  /// count().
  const HpackEntry& operator[](uint32_t age) const { return ring_[(inserted_ - 1 - age) & mask_]; }
  uint32_t count() const { return count_; }

  /// Entries ever made, modulo 2^32; the newest is number inserted() - 1.
  uint32_t inserted() const { return inserted_; }
  /// Precondition: one of the last count() ever made has a number with these low bits.
  const HpackEntry& AtNumber(uint32_t number) const { return ring_[number & mask_]; }

  /// Sum of name + value + 32 over the entries.
  uint32_t size() const { return size_; }
  uint32_t limit() const { return limit_; }
  /// Evicts what no longer fits. Precondition: limit <= kMostSize.
  void SetLimit(uint32_t limit);

  /// Whether an entry of these could be in the table at all.
  bool Fits(std::string_view name, std::string_view value) const {
    return name.size() + value.size() + kEntryOverhead <= limit_;
  }
  /// Makes the newest entry, and room for it; name and value may stand in entries that go.
  /// Precondition: Fits(name, value).
  void Insert(std::string_view name, std::string_view value, Hashes hashes = {});
  /// Evicts all.
  void Clear() { EvictDownTo(0); }

 private:
  void EvictDownTo(uint32_t size);
  void GrowRing();

  HpackEntry* ring_ = nullptr;  // entry number n is at n & mask_
  uint32_t mask_ = 0;
  uint32_t inserted_ = 0;
  uint32_t count_ = 0;
  uint32_t size_ = 0;
  uint32_t limit_;
};

}  // namespace evenkeel::http2
