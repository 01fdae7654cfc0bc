// FileModeKey: a key type, as key_types.h explains; the permissions of a file, in octal digits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/yaml/key_types.h"

namespace evenkeel::config {

struct FileModeKey : Leaf {
  void Read(const Place& place, std::optional<uint32_t>& mode) const;
  KeyFacts Facts(const std::optional<uint32_t>&) const {
    return {.type = "file mode", .range = "0000 to 0777"};
  }
  Written Write(const std::optional<uint32_t>& mode) const;
};

}  // namespace evenkeel::config
