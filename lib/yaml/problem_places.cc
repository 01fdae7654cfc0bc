#include "lib/yaml/problem_places.h"

#include <algorithm>
#include <string>

namespace evenkeel::config {
namespace {

struct Found {
  const YamlNode* node;
  Mark value;
  Mark key;           // of a list's item: as its value
  std::string path;   // as the file has it: short forms have no keys inside
  bool exact = true;  // false: a default, which stands nowhere
};

const YamlNode::Entry* EntryOf(const YamlNode& node, const std::string& key) {
  const auto found = std::ranges::find(node.entries, key, &YamlNode::Entry::key);
  return found == node.entries.end() ? nullptr : &*found;
}

// Of what does not stand in the map or list that `found` is.
Found Missing(const Found& found) {
  return {found.node, found.value, found.value, found.path, false};
}

// As far as the file goes along the path.
Found Find(const YamlNode& root, const KeyPath& path) {
  const YamlNode* node = &root;
  Found found{node, root.mark, root.mark, path.ToString()};
  KeyPath way;
  for (const KeyPath::Step& step : path.steps()) {
    if (node->IsScalar()) {  // the short form of a map
      found.path = way.ToString();
      return found;
    }
    if (step.index) {
      way = way[*step.index];
      if (*step.index >= node->items.size()) return Missing(found);
      node = node->items[*step.index].get();
      found.key = node->mark;
    } else {
      way = way / step.key;
      const YamlNode::Entry* const entry = EntryOf(*node, step.key);
      if (entry == nullptr) return Missing(found);
      node = entry->value.get();
      found.key = entry->mark;
    }
    found.value = node->mark;
    found.node = node;
  }
  return found;
}

// The reason with the value as the file has it.
std::string Spelled(const Problem& problem, const Found& found) {
  const std::string value = Quoted(problem.value);
  const bool stands = found.exact && found.node->IsScalar();
  if (!stands || problem.value.empty() || !problem.reason.starts_with(value)) {
    return problem.reason;
  }
  return Quoted(found.node->text) + problem.reason.substr(value.size());
}

// The reason with the line of the other place that it names.
std::string ReasonOf(const Problem& problem, const Found& at, const YamlNode& root, Mark here,
                     const ErrorList& errors) {
  const std::string other = problem.other.ToString();
  const size_t named_at = other.empty() ? std::string::npos : problem.reason.find(other);
  if (named_at == std::string::npos) return Spelled(problem, at);
  const Found found = Find(root, problem.other);
  std::string named = found.path;
  if (found.exact) named += " in " + errors.LineOf(found.value, here);
  std::string reason = problem.reason;
  return reason.replace(named_at, other.size(), named);
}

}  // namespace

ConfigErrors AddProblems(const YamlNode& root, const std::vector<Problem>& problems,
                         ErrorList& errors) {
  ErrorList found = errors;  // those of problems do not hide each other
  ErrorList warnings = errors.WithoutErrors();
  for (const Problem& each : problems) {
    ErrorList& list = each.kind == Problem::Kind::kError ? found : warnings;
    if (list.full()) continue;
    const Found at = Find(root, each.path);
    if (errors.Touches(at.path)) continue;
    if (!each.other.steps().empty() && errors.Touches(Find(root, each.other).path)) continue;
    const Mark mark = each.spot == Problem::Spot::kKey ? at.key : at.value;
    list.Add(mark, at.path, {ReasonOf(each, at, root, mark, errors), each.hint});
  }
  errors = std::move(found);
  return std::move(warnings).Take();
}

}  // namespace evenkeel::config
