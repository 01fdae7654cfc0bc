#include "lib/yaml/variables.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "lib/yaml/utf8_text.h"

namespace evenkeel::config {
namespace {

constexpr std::string_view kOpening = "${";
constexpr std::string_view kSeparator = ":-";
constexpr std::string_view kFile = "file:";
constexpr char kMask[] = "***";

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool IsName(std::string_view text) {
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::ranges::all_of(text, IsNameCharacter);
}

// What stands between ${ and }.
base::Result<std::string, Complaint> Expand(std::string_view inside, const Variables& variables) {
  const size_t separator = inside.find(kSeparator);
  const std::string name(inside.substr(0, separator));
  if (!IsName(name)) {
    return base::Error(Complaint{Quoted(name) + " is no name of an environment variable",
                                 "write ${NAME} or ${NAME:-default}; $${ stands for a plain ${"});
  }
  const auto value = variables(name);
  if (value && FindBadByte(*value)) {
    return base::Error(
        Complaint{"the environment variable " + name + " holds bytes that are no text",
                  "set it to UTF-8 without control characters"});
  }
  if (value && !(value->empty() && separator != std::string_view::npos)) return *value;
  if (separator != std::string_view::npos) {
    return std::string(inside.substr(separator + kSeparator.size()));
  }
  return base::Error(Complaint{"the environment variable " + name + " is not set",
                               "set it, or give a default: ${" + name + ":-default}"});
}

// ${file:-x} is the variable `file` with a default.
bool NamesFile(std::string_view inside) {
  return inside.starts_with(kFile) && !inside.substr(kFile.size()).starts_with('-');
}

base::Result<std::string, Complaint> Secret(std::string_view path, const Secrets& secrets) {
  if (!secrets) return base::Error(Complaint{"no files of secrets are read here", ""});
  if (path.empty()) return base::Error(Complaint{"${file:} names no file", "write ${file:PATH}"});
  return secrets(std::string(path));
}

// A text as it grows, twice: with its secrets, and without.
class Pieces {
 public:
  void Add(std::string_view text) {
    shown_.append(text);
    whole_.append(text);
  }
  void AddSecret(std::string_view text) {
    shown_.append(kMask);
    whole_.append(text);
    has_secret_ = true;
  }
  Expansion Take() && {
    return {std::move(shown_), has_secret_ ? std::move(whole_) : std::string()};
  }

 private:
  std::string shown_;
  std::string whole_;
  bool has_secret_ = false;
};

// Each character of the first stands for that of the second while YAML is parsed. Only control
// characters, which no file has.
constexpr std::string_view kMeaning = "{}:,[]#";
constexpr std::string_view kHidden = "\x01\x02\x03\x04\x05\x06\x07";

// Whether the } at `end` belongs to the ${ before `at`. Where that has none, the next } is that of
// a map around it: quotes, blanks or brackets come before.
bool IsClosedBy(std::string_view text, size_t at, size_t end, char separator) {
  const std::string_view inside = text.substr(at, end - at);
  const size_t first = inside.find_first_of("\"' \t[]{" + std::string{separator});
  return first == std::string::npos || inside[first] == separator;
}

// Replaces in each `$X…Y`, where X and Y are the first two of `from`, within a line; the third
// begins the default.
std::string Replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const std::string opening = {'$', from[0]};
  size_t at = 0;
  size_t end = 0;  // of the variable at `at` or a later one: a line of openings is read once
  while ((at = result.find(opening, at)) != std::string::npos) {
    if (end <= at) end = result.find_first_of(std::string{from[1], '\n'}, at);
    if (end == std::string::npos) break;
    if (result[end] == from[1] && IsClosedBy(result, at + opening.size(), end, from[2])) {
      for (size_t i = at; i <= end; ++i) {
        const size_t which = from.find(result[i]);
        if (which != std::string_view::npos) result[i] = to[which];
      }
    }
    at += opening.size();
  }
  return result;
}

}  // namespace

std::string HideVariables(std::string_view text) { return Replaced(text, kMeaning, kHidden); }

std::string ShowVariables(std::string_view text) { return Replaced(text, kHidden, kMeaning); }

std::optional<std::string> FromEnvironment(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

base::Result<Expansion, Complaint> ExpandVariables(std::string_view text,
                                                   const Variables& variables,
                                                   const Secrets& secrets) {
  Pieces pieces;
  for (size_t at = 0; (at = text.find(kOpening)) != std::string_view::npos;) {
    if (at > 0 && text[at - 1] == '$') {
      pieces.Add(text.substr(0, at - 1));
      pieces.Add(kOpening);
      text.remove_prefix(at + kOpening.size());
      continue;
    }
    const size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      return base::Error(
          Complaint{"this ${ is not closed", "add the }; $${ stands for a plain ${"});
    }
    const size_t start = at + kOpening.size();
    const std::string_view inside = text.substr(start, end - start);
    const bool is_secret = NamesFile(inside);
    const auto value =
        is_secret ? Secret(inside.substr(kFile.size()), secrets) : Expand(inside, variables);
    if (!value) return base::Error(value.error());
    pieces.Add(text.substr(0, at));
    is_secret ? pieces.AddSecret(*value) : pieces.Add(*value);
    text.remove_prefix(end + 1);
  }
  pieces.Add(text);
  return std::move(pieces).Take();
}

}  // namespace evenkeel::config
