#include "proxy/program/error_display.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string_view>
#include <system_error>

#include "lib/yaml/text_file.h"

namespace evenkeel::proxy {
namespace {

constexpr size_t kMaxWidth = 100;  // characters of a line that are shown
constexpr char kEndsOfAWord[] = " \t,:[]{}";

struct Colours {
  const char* place = "";
  const char* mark = "";
  const char* faint = "";
  const char* off = "";
};

Colours ColoursOf(ErrorStyle style, bool is_warning) {
  if (style != ErrorStyle::kColoured) return {};
  return {"\033[1m", is_warning ? "\033[1;33m" : "\033[1;31m", "\033[2m", "\033[0m"};
}

bool ContinuesCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

// Characters, not bytes: what a terminal has columns for.
size_t Width(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return !ContinuesCharacter(c); }));
}

// Nothing that moves the cursor.
std::string Printable(std::string_view text) {
  std::string printable(text);
  for (char& c : printable) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = ' ';
  }
  return printable;
}

std::string_view LineOf(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

// What the mark underlines: a word, or all between two quotes.
size_t LengthOfWord(std::string_view from) {
  if (from.empty()) return 1;
  const bool quoted = from[0] == '"' || from[0] == '\'';
  const size_t end = quoted ? from.find(from[0], 1) : from.find_first_of(kEndsOfAWord);
  if (end == std::string_view::npos) return from.size();
  return std::max<size_t>(end + (quoted ? 1 : 0), 1);
}

// "   7 |     policy: round_robbin" and below it "     |             ^~~~~~~~~~~~".
std::string Snippet(std::string_view line, config::Mark mark, const Colours& colours) {
  size_t at = std::min(static_cast<size_t>(std::max(mark.column, 1)) - 1, line.size());
  // A line that is too long is shown from where the mark is in sight.
  size_t from = at > kMaxWidth / 2 && line.size() > kMaxWidth ? at - kMaxWidth / 2 : 0;
  while (from > 0 && ContinuesCharacter(line[from])) --from;
  line.remove_prefix(from);
  at -= from;
  size_t shown = std::min(line.size(), kMaxWidth);
  while (shown < line.size() && ContinuesCharacter(line[shown])) --shown;
  line = line.substr(0, shown);
  const size_t word = Width(line.substr(at).substr(0, LengthOfWord(line.substr(at))));
  std::string number = std::to_string(mark.line);
  number.insert(0, number.size() < 5 ? 5 - number.size() : 0, ' ');
  const std::string margin(number.size(), ' ');
  return colours.faint + number + " | " + colours.off + Printable(line) + "\n" + colours.faint +
         margin + " | " + colours.off + std::string(Width(line.substr(0, at)), ' ') + colours.mark +
         "^" + std::string(std::max<size_t>(word, 1) - 1, '~') + colours.off + "\n";
}

// The place apart from what is said of it.
std::string Coloured(const std::string& line, const Colours& colours) {
  const size_t place = line.find(": ");
  if (*colours.place == '\0' || place == std::string::npos) return line;
  return colours.place + line.substr(0, place + 1) + colours.off + line.substr(place + 1);
}

bool IsOfWholeFile(const config::ConfigError& error) {
  return error.key.empty() && error.mark.line == 1 && error.mark.column == 1;
}

std::string DisplayAll(const config::ConfigErrors& errors, ErrorStyle style, const TextOf& text_of,
                       bool are_warnings) {
  const Colours colours = ColoursOf(style, are_warnings);
  std::map<std::string, std::optional<std::string>> texts;
  std::string all;
  for (const config::ConfigError& each : errors) {
    const std::string line = are_warnings ? config::FormatWarning(each) : config::Format(each);
    all += Coloured(line, colours) + "\n";
    if (style == ErrorStyle::kLines || IsOfWholeFile(each)) continue;
    const auto [text, is_new] = texts.try_emplace(each.file);
    if (is_new) text->second = text_of(each.file);
    if (!text->second) continue;
    const std::string_view shown = LineOf(*text->second, each.mark.line);
    if (!shown.empty()) all += Snippet(shown, each.mark, colours);
  }
  return all;
}

}  // namespace

ErrorStyle StyleFor(int fd) {
  if (::isatty(fd) == 0) return ErrorStyle::kLines;
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (no_colour != nullptr && *no_colour != '\0') return ErrorStyle::kSnippets;
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return ErrorStyle::kSnippets;
  return ErrorStyle::kColoured;
}

std::optional<std::string> TextOfFile(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  auto text = config::ReadTextFile(file);
  if (!text) return std::nullopt;
  return std::move(*text);
}

std::string Display(const config::ConfigErrors& errors, ErrorStyle style, const TextOf& text_of) {
  return DisplayAll(errors, style, text_of, false);
}

std::string DisplayWarnings(const config::ConfigErrors& warnings, ErrorStyle style,
                            const TextOf& text_of) {
  return DisplayAll(warnings, style, text_of, true);
}

}  // namespace evenkeel::proxy
