// HpackEntry: one entry of a header table, static or dynamic.
//
// Its value stands before its name, as a HeaderList lays out a field: both are compared as one run
// of bytes then.
#pragma once

#include <cstdint>
#include <string_view>

#include "lib/http/header_list.h"
#include "lib/http/same_text.h"

namespace evenkeel::http2 {

struct HpackEntry {
  const char* bytes = nullptr;  ///< the value's, then the name's; who made the entry owns them
  uint16_t name_size = 0;
  uint16_t value_size = 0;
  uint16_t name_hash = 0;  ///< for an encoder's dynamic entries: HashBytes
  uint16_t value_hash = 0;

  std::string_view name() const { return {bytes + value_size, name_size}; }
  std::string_view value() const { return {bytes, value_size}; }

  [[gnu::always_inline]] bool Is(const HeaderField& field) const {
    if (field.name.size() != name_size || field.value.size() != value_size) return false;
    if (field.value.data() + value_size == field.name.data()) [[likely]] {
      return SameBytes(bytes, field.value.data(), size_t{value_size} + name_size);
    }
    return SameText(name(), field.name) && SameText(value(), field.value);
  }
};

}  // namespace evenkeel::http2
