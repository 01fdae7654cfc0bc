#include "lib/rpc/field_rules.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace evenkeel::rpc {
namespace {

constexpr std::array<std::string_view, 4> kSingle = {"content-type", "grpc-timeout", "grpc-status",
                                                     "grpc-encoding"};

bool IsBinary(std::string_view name) { return name.ends_with("-bin"); }

// What six bits a character stands for; -1: it is none of base64's (RFC 4648, section 4).
int BitsOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// Padding may be left out, but not in part. Bits beyond the last byte are 0: readers differ in what
// they make of others.
bool IsBase64(std::string_view text) {
  std::string_view digits = text.substr(0, text.find('='));
  const std::string_view padding = text.substr(digits.size());
  if (!padding.empty() && (text.size() % 4 != 0 || padding.size() > 2)) return false;
  if (std::ranges::any_of(padding, [](char c) { return c != '='; })) return false;
  if (std::ranges::any_of(digits, [](char c) { return BitsOf(c) < 0; })) return false;
  switch (digits.size() % 4) {
    case 0:
      return true;
    case 2:
      return BitsOf(digits.back()) % 16 == 0;
    case 3:
      return BitsOf(digits.back()) % 4 == 0;
    default:
      return false;
  }
}

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// Takes the first of the values that are joined in `list`; the rest stays there.
std::string_view TakeValue(std::string_view& list) {
  const size_t comma = std::min(list.find(','), list.size());
  const std::string_view value = WithoutBlanks(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return value;
}

bool AreBase64(std::string_view values) {
  while (!values.empty()) {
    if (!IsBase64(TakeValue(values))) return false;
  }
  return true;
}

// What taking values apart may add to a list: each repeats its field's name, and nobody has counted
// that against max_header_list.
constexpr size_t kMostAdded = 8 * 1024;
constexpr size_t kFieldOverhead = 32;  // RFC 9113, section 6.5.2

// Every value of binary metadata in a field of its own.
http2::HeaderList TakenApart(const http2::HeaderList& fields) {
  http2::HeaderList apart;
  if (fields.truncated()) apart.set_truncated();
  for (const http2::HeaderField field : fields) {
    const bool joined = IsBinary(field.name) && field.value.find(',') != field.value.npos;
    if (!joined) {
      apart.Add(field.name, field.value, field.indexing);
      continue;
    }
    std::string_view rest = field.value;
    const bool ends_empty = rest.ends_with(',');
    while (!rest.empty()) apart.Add(field.name, TakeValue(rest), field.indexing);
    if (ends_empty) apart.Add(field.name, {}, field.indexing);
  }
  return apart;
}

}  // namespace

base::Result<void, std::string> ApplyFieldRules(http2::HeaderList& fields) {
  std::array<int, kSingle.size()> seen{};
  bool joined = false;
  size_t added = 0;
  for (const http2::HeaderField field : fields) {
    if (IsBinary(field.name)) {
      if (!AreBase64(field.value)) {
        return base::Error("a value of " + std::string(field.name) + " that is not base64");
      }
      const auto commas = static_cast<size_t>(std::ranges::count(field.value, ','));
      joined |= commas > 0;
      added += commas * (field.name.size() + kFieldOverhead);
      if (added > kMostAdded) {
        return base::Error("too many values joined in " + std::string(field.name.substr(0, 64)));
      }
    }
    const auto single = std::ranges::find(kSingle, field.name);
    if (single == kSingle.end()) continue;
    if (++seen[static_cast<size_t>(single - kSingle.begin())] > 1) {
      return base::Error("more than one " + std::string(field.name));
    }
  }
  if (joined) fields = TakenApart(fields);
  return {};
}

}  // namespace evenkeel::rpc
