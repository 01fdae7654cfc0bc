#include "lib/yaml/syntax_hints.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <utility>
#include <vector>

namespace evenkeel::config {
namespace {

struct LookAlike {
  std::string_view bytes;
  std::string_view name;
  std::string_view hint;
};

constexpr char kSpace[] = "type a plain space in its place";
constexpr char kQuote[] = "type \" or ' in its place";
constexpr std::array<LookAlike, 11> kLookAlikes = {{
    {"\xc2\xa0", "a no-break space (U+00A0)", kSpace},
    {"\xe2\x80\x82", "an en space (U+2002)", kSpace},
    {"\xe2\x80\x83", "an em space (U+2003)", kSpace},
    {"\xe2\x80\x89", "a thin space (U+2009)", kSpace},
    {"\xe2\x80\x8b", "a zero-width space (U+200B)", "remove it"},
    {"\xe2\x80\xaf", "a narrow no-break space (U+202F)", kSpace},
    {"\xef\xbb\xbf", "a byte order mark (U+FEFF)", "remove it"},
    {"\xe2\x80\x9c", "a typographic quote (U+201C)", kQuote},
    {"\xe2\x80\x9d", "a typographic quote (U+201D)", kQuote},
    {"\xe2\x80\x98", "a typographic quote (U+2018)", kQuote},
    {"\xe2\x80\x99", "a typographic quote (U+2019)", kQuote},
}};

// Blocks of text after | or > count as quoted too.
bool IsQuote(char c) { return c == '"' || c == '\''; }

// Where the text in quotes that begins at `start` has its closing quote; npos: nowhere.
size_t EndOfQuote(std::string_view text, size_t start) {
  const char quote = text[start];
  for (size_t i = start + 1; i < text.size(); ++i) {
    const bool is_pair = quote == '\'' && text.substr(i).starts_with("''");
    if (is_pair || (quote == '"' && text[i] == '\\')) {
      ++i;
    } else if (text[i] == quote) {
      return i;
    }
  }
  return std::string_view::npos;
}

// What may stand after a closing quote: the end of a line, of an item or of a key.
bool MayFollowQuote(char c) {
  return std::string_view(" \t\r\n,]}:#").find(c) != std::string::npos;
}

std::string_view LineOf(std::string_view text, size_t offset) {
  const size_t begin = offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

bool HasClosingQuote(std::string_view text, size_t start) {
  return !IsQuote(text[start]) || EndOfQuote(text, start) != std::string_view::npos;
}

std::optional<Slip> FindOpenQuote(std::string_view text, size_t start) {
  if (!IsQuote(text[start])) return std::nullopt;
  const size_t end = EndOfQuote(text, start);
  if (end == std::string_view::npos) {
    return Slip{start, {"this quote is never closed", "add the closing quote"}};
  }
  const std::string_view inside = text.substr(start, end - start);
  const auto lines = std::ranges::count(inside, '\n');
  const bool is_last = end + 1 == text.size();
  if (lines == 0 && (is_last || MayFollowQuote(text[end + 1]))) return std::nullopt;
  const std::string where = lines == 0   ? "in the same line"
                            : lines == 1 ? "one line below"
                                         : std::to_string(lines) + " lines below";
  return Slip{start,
              {"this quote is not closed where its text ends: the next one, " + where +
                   ", is taken for its end",
               "add the closing quote"}};
}

bool BeginsSlashComment(std::string_view text) {
  return text.starts_with("//") || text.starts_with("/*");
}

Complaint SlashComment(std::string_view text) {
  if (text.starts_with("/*")) {
    return {"/* does not begin a comment", "write # before each of its lines, or remove it"};
  }
  return {"// does not begin a comment", "write # in its place, or remove the line"};
}

namespace {

// Reads a text for its brackets alone, as YAML would; FindUnclosed.
class BracketScan {
 public:
  explicit BracketScan(std::string_view text) : text_(text) {}

  // Linear: a text of one line may be long.
  std::optional<Slip> Run() {
    for (; at_ < text_.size(); ++at_) {
      if (auto slip = Step()) return slip;
    }
    return open_.empty() ? std::nullopt : std::optional(NotClosed());
  }

 private:
  std::optional<Slip> Step() {
    const char c = text_[at_];
    if (c == '\n') {
      begins_ = true;
      line_ = LineFrom(at_ + 1);
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') return std::nullopt;
    if (c == '#' && (at_ == 0 || std::isspace(static_cast<unsigned char>(text_[at_ - 1])) != 0)) {
      at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
      return std::nullopt;
    }
    if (IsLeft()) return NotClosed();
    const bool begins = std::exchange(begins_, false);
    if (text_.substr(at_).starts_with("${")) return SkipVariable();
    if (begins && IsQuote(c)) return SkipQuote();
    if (begins && open_.empty() && (c == '|' || c == '>')) return SkipBlock();
    if ((c == '[' || c == '{') && (begins || !open_.empty())) {
      if (open_.empty()) outer_ = line_;
      open_.push_back(at_);
      begins_ = true;
    } else if (c == ']' || c == '}') {
      return Close(c);
    } else {
      begins_ = (c == ',' && !open_.empty()) || (IsAlone() && (c == ':' || (c == '-' && begins)));
    }
    return std::nullopt;
  }

  // Of a key's colon, or a list item's dash.
  bool IsAlone() const {
    const size_t next = at_ + 1;
    return next == text_.size() || std::isspace(static_cast<unsigned char>(text_[next])) != 0;
  }

  // What begins a line further left than the line of the outermost bracket is not inside of it. One
  // that begins its own line may be that of a JSON file.
  bool IsLeft() const {
    if (open_.empty() || text_[at_] == ']' || text_[at_] == '}') return false;
    if (line_.begin == outer_.begin || line_.first != at_) return false;
    return outer_.first != open_.front() && line_.indent() <= outer_.indent();
  }

  struct Line {
    size_t begin = 0;
    size_t first = 0;  // that is no space
    size_t indent() const { return first - begin; }
  };
  Line LineFrom(size_t begin) const {
    return {begin, std::min(text_.find_first_not_of(" \t", begin), text_.size())};
  }

  std::optional<Slip> SkipVariable() {
    if (at_ < no_variable_before_) return std::nullopt;
    const size_t end = std::min(text_.find_first_of("}\n", at_), text_.size());
    if (end < text_.size() && text_[end] == '}') {
      at_ = end;
    } else {
      no_variable_before_ = end;
    }
    return std::nullopt;
  }

  std::optional<Slip> SkipQuote() {
    if (auto slip = FindOpenQuote(text_, at_)) return slip;
    at_ = EndOfQuote(text_, at_);
    return std::nullopt;
  }

  // A text on lines of its own: those that stand further right.
  std::optional<Slip> SkipBlock() {
    size_t end = std::min(text_.find('\n', at_), text_.size());
    while (end < text_.size()) {
      const Line next = LineFrom(end + 1);
      const size_t next_end = std::min(text_.find('\n', next.begin), text_.size());
      const bool is_blank = next.first >= next_end;
      if (!is_blank && next.indent() <= line_.indent()) break;
      end = next_end;
    }
    at_ = end - 1;
    return std::nullopt;
  }

  std::optional<Slip> Close(char c) {
    if (open_.empty()) return std::nullopt;
    if ((text_[open_.back()] == '[') != (c == ']')) return NotClosed();
    open_.pop_back();
    return std::nullopt;
  }

  Slip NotClosed() const {
    const bool is_list = text_[open_.back()] == '[';
    return {open_.back(),
            {is_list ? "this [ is not closed" : "this { is not closed",
             is_list ? "add a ] or a comma" : "add a } or a comma"}};
  }

  const std::string_view text_;
  size_t at_ = 0;
  bool begins_ = true;  // a value may begin here
  std::vector<size_t> open_;
  Line line_ = LineFrom(0);
  Line outer_;                     // of the outermost bracket
  size_t no_variable_before_ = 0;  // none ends before it
};

}  // namespace

std::optional<Slip> FindUnclosed(std::string_view text) { return BracketScan(text).Run(); }

std::optional<Slip> FindSlashComment(std::string_view text, size_t offset) {
  size_t at = std::min(offset, text.size());
  for (int lines = 0; lines < 2; ++lines) {
    const std::string_view line = LineOf(text, at);
    const size_t begin = line.find_first_not_of(" \t");
    const size_t start = static_cast<size_t>(line.data() - text.data());
    if (begin != std::string_view::npos && BeginsSlashComment(line.substr(begin))) {
      return Slip{start + begin, SlashComment(line.substr(begin))};
    }
    if (start == 0) break;
    at = start - 1;
  }
  return std::nullopt;
}

std::optional<Slip> FindLookAlike(std::string_view part) {
  std::optional<Slip> first;
  for (const LookAlike& each : kLookAlikes) {
    const size_t at = part.find(each.bytes);
    if (at == std::string_view::npos || (first && first->offset < at)) continue;
    first = Slip{
        at,
        {"this is " + std::string(each.name) + ", not what it looks like", std::string(each.hint)}};
  }
  return first;
}

}  // namespace evenkeel::config
