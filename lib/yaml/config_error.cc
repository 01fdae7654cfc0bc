#include "lib/yaml/config_error.h"

#include <algorithm>
#include <cstdio>

namespace evenkeel::config {
namespace {

bool IsControl(unsigned char c) { return c < 0x20 || c == 0x7f; }

std::string OneLine(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    if (IsControl(static_cast<unsigned char>(c))) {
      char escaped[8];
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(c));
      line += escaped;
    } else {
      line += c;
    }
  }
  return line;
}

std::string Line(const ConfigError& error, std::string_view kind) {
  std::string line = error.file + ":" + std::to_string(error.mark.line) + ":" +
                     std::to_string(error.mark.column) + ": ";
  line += kind;
  if (!error.key.empty()) line += error.key + ": ";
  line += error.reason;
  if (!error.hint.empty()) line += "; " + error.hint;
  return OneLine(line);
}

}  // namespace

std::string Format(const ConfigError& error) { return Line(error, ""); }

std::string FormatWarning(const ConfigError& error) { return Line(error, "warning: "); }

std::string Format(const ConfigErrors& errors) {
  std::string lines;
  for (const ConfigError& error : errors) lines += Format(error) + "\n";
  return lines;
}

void ErrorList::Add(Mark mark, std::string key, Complaint complaint) {
  if (full()) return;
  const std::string& file = files_[static_cast<size_t>(mark.file)];
  errors_.push_back(
      {file, mark, std::move(key), std::move(complaint.reason), std::move(complaint.hint)});
  if (full()) errors_.push_back({file, mark, "", "more errors follow", "correct these first"});
}

int ErrorList::AddFile(std::string name) {
  files_.push_back(std::move(name));
  return static_cast<int>(files_.size()) - 1;
}

std::string ErrorList::LineOf(Mark mark, Mark here) const {
  std::string line = "line " + std::to_string(mark.line);
  if (mark.file != here.file) line += " of " + files_[static_cast<size_t>(mark.file)];
  return line;
}

bool ErrorList::Touches(std::string_view key) const {
  return std::ranges::any_of(errors_, [key](const ConfigError& each) {
    return IsWithin(each.key, key) || IsWithin(key, each.key);
  });
}

ConfigErrors ErrorList::Take() && {
  std::ranges::stable_sort(errors_, {}, &ConfigError::mark);
  return std::move(errors_);
}

}  // namespace evenkeel::config
