// Bounds: the least and the most that a number of the configuration may be, both included.
//
// They stand beside the member that they are for, after its default: kAttempts is for `attempts`.
// Validate holds a configuration against them, wherever it comes from; the readers of lib/yaml show
// them in the schema. Pure.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "lib/config/complaint.h"
#include "lib/config/quantity.h"

namespace evenkeel::config {

/// `Unit`, one of quantity.h's, is how people write the number.
template <typename Unit>
struct Bounds {
  typename Unit::Value min;
  typename Unit::Value max;

  /// `value`: a number, or a duration of any precision.
  template <typename T>
  constexpr bool Hold(T value) const {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto number = static_cast<typename Unit::Value>(value);
      return number >= min && number <= max;
    } else {
      return value >= min && value <= max;
    }
  }
  /// What is wrong with a value that they do not hold.
  Complaint Refusal(std::string_view value) const {
    return {Quoted(value) + " is out of range", "allowed is " + ToString()};
  }
  /// "10ms to 5m"
  std::string ToString() const { return Unit::Format(min) + " to " + Unit::Format(max); }
};

using WholeNumbers = Bounds<WholeNumberUnit>;
using Decimals = Bounds<DecimalUnit>;
using Sizes = Bounds<SizeUnit>;
using Durations = Bounds<DurationUnit>;

}  // namespace evenkeel::config
