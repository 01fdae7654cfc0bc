// Validate: what is wrong with a configuration as a whole, whatever it was read from.
//
// Numbers beyond the bounds that stand beside the structs' members, references between clusters and
// routes, duplicates, settings that exclude each other or have no effect. What a text may be is its
// reader's to check. Each problem has a key path: lib/yaml adds file, line and column. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/key_path.h"

namespace evenkeel::config {

struct Problem {
  enum class Kind : uint8_t {
    kError,
    kWarning,  ///< the configuration works, but hardly as it was meant
  };
  enum class Spot : uint8_t {
    kValue,
    kKey,  ///< it is the key itself that is wrong
  };

  enum class Subject : uint8_t {
    kPath,          ///< what stands at the path
    kNumbersOfMap,  ///< numbers of the map at the path do not go together
  };

  KeyPath path{};
  std::string reason{};
  std::string hint{};
  Kind kind = Kind::kError;
  /// Another place that it is about; empty: none. Where that itself cannot be read, that says
  /// enough. The reason may name it by its path, to which a reader adds the line.
  KeyPath other{};
  Spot spot = Spot::kValue;
  /// The value that the reason begins with, in quotes; a file's own spelling is better. May be
  /// empty.
  std::string value{};
  Subject subject = Subject::kPath;
};

/// In no particular order; empty: nothing is wrong. That a number is out of bounds is all that is
/// said of it, and of how it goes together with others.
std::vector<Problem> Validate(const Config& config);

/// Of endpoints that a file of their own lists.
std::vector<Problem> ValidateEndpoints(const std::vector<Endpoint>& endpoints);

}  // namespace evenkeel::config
