// The value types of protobuf's JSON form that a gRPC service config uses, as key types.
#pragma once

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/status_names.h"
#include "lib/yaml/key_types.h"

namespace evenkeel::config {

/// "1.5s": seconds with up to nine decimals.
struct JsonDuration : Leaf {
  enum class Zero : bool { kRefused, kAllowed } zero;

  explicit JsonDuration(Zero zero = Zero::kRefused) : zero(zero) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    const std::string* text = place.Text("a duration", kHint);
    if (!text) return;
    const auto value = Parse(*text);
    if (!value) return place.Fail({Quoted(*text) + " is no duration", kHint});
    if (*value == base::Duration::zero() && zero == Zero::kRefused) {
      return place.Fail({"is not above 0", "write a positive duration"});
    }
    out = *value;
  }

 private:
  static constexpr char kHint[] = "write seconds and an s in quotes: \"0.5s\"";

  static std::optional<base::Duration> Parse(std::string_view text) {
    if (!text.ends_with('s')) return std::nullopt;
    text.remove_suffix(1);
    const size_t dot = std::min(text.find('.'), text.size());
    std::string digits(text.substr(dot < text.size() ? dot + 1 : dot));
    if (dot == 0 || digits.size() > 9 || (dot < text.size() && digits.empty())) return std::nullopt;
    digits.resize(9, '0');
    uint64_t seconds = 0;
    uint64_t nanoseconds = 0;
    if (!ParseDigits(text.substr(0, dot), seconds) || !ParseDigits(digits, nanoseconds)) {
      return std::nullopt;
    }
    if (seconds > 315'576'000) return std::nullopt;  // ten years
    return std::chrono::seconds(seconds) + std::chrono::nanoseconds(nanoseconds);
  }
  static bool ParseDigits(std::string_view text, uint64_t& value) {
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && rest == end;
  }
};

/// A number, also in quotes.
template <typename Unit>
struct JsonNumber : Leaf {
  using Value = typename Unit::Value;
  Value min;
  Value max;
  std::string rule;  ///< what it must be: "an integer above 1"

  JsonNumber(Value min, Value max, std::string rule) : min(min), max(max), rule(std::move(rule)) {}

  template <typename T>
  void Read(const Place& place, T& out) const {
    const std::string* text = place.Text(rule, "write a number");
    if (!text) return;
    const auto value = Unit::Parse(*text);
    if (!value || *value < min || *value > max) {
      return place.Fail({Quoted(*text) + " is not " + rule, "correct the number"});
    }
    out = *value;
  }
};

/// Status codes as numbers, or names in any case.
struct JsonCodes : Leaf {
  enum class Empty : bool { kRefused, kAllowed } empty;

  explicit JsonCodes(Empty empty = Empty::kRefused) : empty(empty) {}

  void Read(const Place& place, std::vector<std::string>& codes) const {
    if (place.node().kind != YamlNode::Kind::kList) {
      return place.FailType("a list", "write [\"UNAVAILABLE\"]");
    }
    codes.clear();
    if (place.node().items.empty() && empty == Empty::kRefused) {
      return place.Fail({"is an empty list", "name at least one status"});
    }
    for (size_t i = 0; i < place.node().items.size(); ++i) ReadCode(place.Item(i), codes);
  }

 private:
  static void ReadCode(const Place& place, std::vector<std::string>& codes) {
    const std::string* text = place.Text("a status code", "write gRPC's name of it");
    if (!text) return;
    std::string name = *text;
    if (const auto number = WholeNumberUnit::Parse(name); number && *number >= 0 && *number <= 16) {
      name = base::kStatusNames[static_cast<size_t>(*number)];
    }
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
    if (!base::IsErrorStatusName(name)) {
      return place.Fail({Quoted(*text) + " is no status that a call can fail with",
                         "write gRPC's name or number of it"});
    }
    codes.push_back(name);
  }
};

}  // namespace evenkeel::config
