// The static table of HPACK (RFC 7541, appendix A), and which names an encoder knows.
//
// Compiled in; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "lib/http2/hpack_entry.h"

namespace evenkeel::http2 {

inline constexpr uint32_t kStaticEntries = 61;

/// Entry `index` of the table is kStaticTable[index - 1].
extern const std::array<HpackEntry, kStaticEntries> kStaticTable;

/// What an encoder does with a field that is in no table yet.
enum class Insertion : uint8_t {
  kAlways,    ///< enter it
  kNameOnce,  ///< its values change: enter it only when no entry has the name
  kNever,     ///< its values change, or say when something was
  kSecret,    ///< mark it never-indexed (RFC 7541, section 7.1.3)
  kCookie,    ///< secret when it is short enough to be guessed
};

struct KnownName {
  uint8_t index = 0;   ///< its first entry in the static table; 0 for none
  uint8_t values = 0;  ///< so many entries there have the name, one after the other
  Insertion insertion = Insertion::kAlways;
};

/// The default of KnownName for any other name. Precondition: hash == HashBytes(name).
KnownName FindKnownName(std::string_view name, uint16_t hash);

}  // namespace evenkeel::http2
