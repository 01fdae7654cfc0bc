// HpackEncoder: the header blocks of one direction of a connection, written (RFC 7541).
//
// A connection's calls send the same lists again and again. So the encoder remembers which entry
// was the field at each place of the last list of so many fields, and compares the next list's
// fields with these; only where they differ does it look through the tables. Owned by a session;
// one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/http/header_list.h"
#include "lib/http2/hpack_table.h"

namespace evenkeel::http2 {

class HpackEncoder {
 public:
  HpackEncoder();

  /// The peer's SETTINGS_HEADER_TABLE_SIZE; 4,096 before. We use at most 4,096 of it. A change is
  /// told at the next block's start: the smallest since the last block, and the last one (RFC 7541,
  /// section 4.2).
  void SetTableLimit(uint32_t bytes);
  /// Bytes that Encode can need at most for these headers, table size updates included.
  static size_t Bound(const HeaderList& headers);
  /// Writes one block; returns its size. Precondition: room for Bound(headers) at `to`.
  size_t Encode(const HeaderList& headers, uint8_t* to);

 private:
  // An index of the static table, or kDynamic and the low bits of the number of a dynamic entry.
  // The entry may be another one or gone.
  using Guess = uint8_t;
  static constexpr Guess kDynamic = 0x80;
  static constexpr uint32_t kNumberMask = HpackTable::kMostEntries - 1;
  static_assert(kNumberMask < kDynamic);

  struct Found {
    uint32_t field = 0;  // index of the entry that is the field
    uint32_t name = 0;   // index of one that has its name
  };

  /// Whether the guess is the field; its index then.
  bool Confirm(Guess guess, const HeaderField& field, uint32_t& index) const;
  /// Writes a field that the guess is not; makes it the guess if it may come again.
  uint8_t* EncodeMiss(const HeaderField& field, Guess& guess, uint8_t* to);
  Found FindInTable(const HeaderField& field, HpackTable::Hashes hashes) const;
  /// The number of the entry at an index of the dynamic part, as a guess.
  Guess Dynamic(uint32_t index) const;
  uint8_t* TellLimit(uint8_t* to);

  HpackTable table_;
  uint32_t smallest_limit_;  // since the last block
  uint32_t last_limit_;
  std::array<Guess, 32> guesses_;  // lists of other sizes begin at other places
};

}  // namespace evenkeel::http2
