#include "lib/trace/trace_state.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <vector>

namespace evenkeel::trace {
namespace {

constexpr size_t kMaxMembers = 32;
constexpr size_t kMaxKey = 256;
constexpr size_t kMaxValue = 256;
constexpr size_t kMaxSize = 512;
constexpr size_t kLargeMember = 128;
constexpr std::string_view kOwnKey = "ot";
constexpr size_t kRandomnessDigits = 14;

bool IsLowerOrDigit(char each) {
  return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9');
}

bool IsKey(std::string_view key) {
  if (key.empty() || key.size() > kMaxKey || !IsLowerOrDigit(key[0])) return false;
  return std::ranges::all_of(key, [](char each) {
    return IsLowerOrDigit(each) || std::string_view("_-*/@").find(each) != std::string_view::npos;
  });
}

// "=" and "," cannot be in it; spaces may be, but not at its end, where they are none of it.
bool IsValue(std::string_view value) {
  if (value.empty() || value.size() > kMaxValue) return false;
  return std::ranges::all_of(value,
                             [](char each) { return each >= ' ' && each <= '~' && each != '='; });
}

bool IsMember(std::string_view member) {
  const size_t at = member.find('=');
  return at != member.npos && IsKey(member.substr(0, at)) && IsValue(member.substr(at + 1));
}

std::string_view KeyOf(std::string_view member) { return member.substr(0, member.find('=')); }

std::string_view Trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// Calls `each` with what stands between separators, until it says no.
template <typename Function>
bool ForEachPart(std::string_view text, char separator, Function each) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (!each(text.substr(0, end))) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

std::string_view OwnValue(std::string_view state) {
  std::string_view value;
  ForEachPart(state, ',', [&value](std::string_view member) {
    if (KeyOf(member) != kOwnKey) return true;
    value = member.substr(kOwnKey.size() + 1);
    return false;
  });
  return value;
}

// The others keep their places behind the threshold; one that would make it too long goes.
std::string OwnMember(std::string_view value, std::string_view threshold) {
  std::string member = std::string(kOwnKey) + "=th:" + std::string(threshold);
  ForEachPart(value, ';', [&member](std::string_view part) {
    const size_t size = member.size() - kOwnKey.size() - 1 + 1 + part.size();
    if (!part.empty() && !part.starts_with("th:") && size <= kMaxValue) {
      member += ';';
      member += part;
    }
    return true;
  });
  return member;
}

size_t SizeOf(const std::vector<std::string_view>& members) {
  size_t size = members.size();
  for (const std::string_view each : members) size += each.size();
  return size;
}

}  // namespace

std::optional<std::string> JoinTraceState(const http2::HeaderList& headers) {
  std::string joined;
  size_t members = 0;
  for (const http2::HeaderField field : headers) {
    if (field.name != "tracestate") continue;
    const bool sound = ForEachPart(field.value, ',', [&](std::string_view part) {
      const std::string_view member = Trim(part);
      if (member.empty()) return true;
      if (++members > kMaxMembers || !IsMember(member)) return false;
      if (!joined.empty()) joined += ',';
      joined += member;
      return true;
    });
    if (!sound) return std::nullopt;
  }
  return joined;
}

std::optional<uint64_t> ExplicitRandomness(std::string_view state) {
  std::optional<uint64_t> found;
  ForEachPart(OwnValue(state), ';', [&found](std::string_view part) {
    if (!part.starts_with("rv:")) return true;
    part.remove_prefix(3);
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value, 16);
    const bool whole = error == std::errc() && end == part.data() + part.size();
    if (whole && part.size() == kRandomnessDigits) found = value;
    return false;
  });
  return found;
}

std::string WithThreshold(std::string_view state, std::string_view threshold) {
  const std::string own = OwnMember(OwnValue(state), threshold);
  std::vector<std::string_view> members = {own};
  ForEachPart(state, ',', [&members](std::string_view member) {
    if (KeyOf(member) != kOwnKey) members.push_back(member);
    return true;
  });
  for (auto at = members.end(); at != members.begin() + 1 && SizeOf(members) > kMaxSize + 1;) {
    if ((--at)->size() > kLargeMember) at = members.erase(at);
  }
  while (members.size() > kMaxMembers || (members.size() > 1 && SizeOf(members) > kMaxSize + 1)) {
    members.pop_back();
  }
  std::string text;
  for (const std::string_view each : members) {
    if (!text.empty()) text += ',';
    text += each;
  }
  return text;
}

}  // namespace evenkeel::trace
