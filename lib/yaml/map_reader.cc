#include "lib/yaml/map_reader.h"

#include <algorithm>

namespace evenkeel::config {
std::string KeysHint(const Catalog& keys) {
  std::string hint;
  for (const KeyFacts& key : keys) {
    if (key.path.find_first_of(".[") != std::string::npos) continue;
    hint += (hint.empty() ? "its keys are: " : ", ") + key.path;
  }
  return hint;
}

const YamlNode::Entry* MapReader::Find(std::string_view key) const {
  const auto found = std::ranges::find(entries_, key, &YamlNode::Entry::key);
  return found == entries_.end() ? nullptr : *found;
}

void MapReader::FailMissing(std::string_view key) const {
  place_.Below(key).Fail({"is missing", "it is required here"});
}

void MapReader::Finish() const {
  for (const YamlNode::Entry* entry : entries_) {
    if (std::ranges::find(known_, entry->key) == known_.end()) FailUnknown(*entry);
  }
}

void MapReader::FailUnknown(const YamlNode::Entry& entry) const {
  const Place key = place_.Key(entry);
  const std::string_view hint = HintFor(entry.key);
  if (hint.empty()) return key.FailUnknown(noun_, entry.key, known_);
  key.Fail({"unknown " + std::string(noun_) + " " + Quoted(entry.key), std::string(hint)});
}

std::string_view MapReader::HintFor(std::string_view key) const {
  // `a:b` is one text to YAML, not a key and its value.
  if (key.find(':') != std::string_view::npos) return "write a space after the colon";
  for (const auto& [name, hint] : elsewhere_) {
    if (name == key) return hint;
  }
  return {};
}

}  // namespace evenkeel::config
