#include "lib/yaml/place.h"

#include <algorithm>
#include <unordered_map>

#include "lib/config/suggestion.h"

namespace evenkeel::config {
namespace {

bool BeginsName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool IsOfName(char c) { return BeginsName(c) || (c >= '0' && c <= '9'); }

// `$NAME` without braces, as in a shell, is text here, and so is `$(NAME)`, as in Kubernetes.
void AddVariableHint(const std::string& text, std::string& hint) {
  for (size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at + 1)) {
    auto begin = text.begin() + static_cast<std::ptrdiff_t>(at) + 1;
    if (begin != text.end() && *begin == '(') ++begin;
    if (begin == text.end() || !BeginsName(*begin)) continue;
    const std::string name(begin, std::find_if_not(begin, text.end(), IsOfName));
    hint += (hint.empty() ? "" : "; ") + std::string("a variable is written ${") + name + "}";
    return;
  }
}

}  // namespace

Place Place::Value(const YamlNode::Entry& entry) const {
  return Place(*entry.value, entry.value->mark, JoinPath(path_, entry.key), *errors_);
}

Place Place::Key(const YamlNode::Entry& entry) const {
  return Place(*entry.value, entry.mark, JoinPath(path_, entry.key), *errors_);
}

Place Place::Item(size_t index) const {
  const YamlNode& item = *node_->items[index];
  return Place(item, item.mark, path_ + "[" + std::to_string(index) + "]", *errors_);
}

void Place::Fail(Complaint complaint) const {
  if (node_->IsScalar()) AddVariableHint(node_->text, complaint.hint);
  errors_->Add(mark_, path_, std::move(complaint));
}

void Place::FailType(std::string_view expected, std::string hint) const {
  Fail({"expected " + std::string(expected) + ", found " + node_->Description(), std::move(hint)});
}

void Place::FailUnknown(std::string_view noun, std::string_view name,
                        std::span<const std::string> known) const {
  if (errors_->full()) return;  // a suggestion is the one costly error
  const std::string nouns = noun == "policy" ? "policies" : std::string(noun) + "s";
  Fail({"unknown " + std::string(noun) + " " + Quoted(name), Suggest(name, known, nouns)});
}

const std::string* Place::Text(std::string_view expected, std::string_view hint) const {
  if (node_->IsScalar()) return &node_->text;
  FailType(expected, std::string(hint));
  return nullptr;
}

std::vector<const YamlNode::Entry*> Place::Entries() const {
  std::vector<const YamlNode::Entry*> entries;
  std::unordered_map<std::string_view, Mark> marks;
  for (const YamlNode::Entry& entry : node_->entries) {
    const auto [first, is_new] = marks.emplace(entry.key, entry.mark);
    if (!is_new) {
      Key(entry).Fail(
          {"this key stands here twice, first in " + errors_->LineOf(first->second, entry.mark),
           "remove one"});
    } else if (entry.key == "<<") {
      Key(entry).Fail({"merge keys are not supported",
                       "write the keys out, or give the whole value by an alias"});
    } else {
      entries.push_back(&entry);
    }
  }
  return entries;
}

}  // namespace evenkeel::config
