// Quantity: numbers with and without units, as the configuration writes them.
//
// Each unit class parses and formats one kind; bounds.h says what a key may be. A number too
// large for its type parses as the largest, so that the limits refuse it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/config/complaint.h"

namespace evenkeel::config {

/// 1024: a whole number, not below 0.
struct WholeNumberUnit {
  using Value = int64_t;
  static constexpr std::string_view kName = "whole number";
  static constexpr std::string_view kHint = "write digits only, without quotes";
  static constexpr bool kQuotable = false;
  static constexpr bool kHasUnit = false;
  static base::Result<Value, Complaint> Parse(std::string_view text);
  static std::string Format(Value value);
};

/// 1.6
struct DecimalUnit {
  using Value = double;
  static constexpr std::string_view kName = "number";
  static constexpr std::string_view kHint = "write a number such as 0.2, without quotes";
  static constexpr bool kQuotable = false;
  static constexpr bool kHasUnit = false;
  static base::Result<Value, Complaint> Parse(std::string_view text);
  static std::string Format(Value value);
};

/// 64KiB, 1MiB, 1GiB; a number without unit is bytes.
struct SizeUnit {
  using Value = int64_t;
  static constexpr std::string_view kName = "size";
  static constexpr std::string_view kHint =
      "write a whole number with KiB, MiB or GiB, such as 64KiB; without unit it is bytes";
  static constexpr bool kQuotable = true;
  static constexpr bool kHasUnit = true;
  static base::Result<Value, Complaint> Parse(std::string_view text);
  static std::string Format(Value value);
};

/// 250ms, 5s, 1m, 2h; the unit is required.
struct DurationUnit {
  using Value = std::chrono::milliseconds;
  static constexpr std::string_view kName = "duration";
  static constexpr std::string_view kHint = "write a whole number and a unit: 250ms, 5s, 1m or 2h";
  static constexpr bool kQuotable = true;
  static constexpr bool kHasUnit = true;
  static base::Result<Value, Complaint> Parse(std::string_view text);
  static std::string Format(Value value);
};

}  // namespace evenkeel::config
