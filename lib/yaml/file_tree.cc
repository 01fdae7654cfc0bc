#include "lib/yaml/file_tree.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "lib/yaml/secret_file.h"
#include "lib/yaml/text_file.h"
#include "lib/yaml/yaml_parser.h"

namespace evenkeel::config {
namespace {

constexpr char kInclude[] = "include";

std::string Beside(const std::string& file, const std::string& name) {
  return (std::filesystem::path(file).parent_path() / name).lexically_normal().string();
}

// Two values of one key that both files have: lists and maps add up, all else is left to the
// reader, which complains about a repeated key.
bool Merge(YamlNode::Entry& entry, const YamlNode& other) {
  if (entry.key != "listeners" && entry.key != "clusters") return false;
  if (entry.value->kind != other.kind) return false;
  auto sum = std::make_shared<YamlNode>(*entry.value);
  sum->weight += other.weight;
  sum->items.insert(sum->items.end(), other.items.begin(), other.items.end());
  sum->entries.insert(sum->entries.end(), other.entries.begin(), other.entries.end());
  entry.value = std::move(sum);
  return true;
}

void AddEntries(YamlNode& map, const YamlNode& other) {
  for (const YamlNode::Entry& entry : other.entries) {
    const auto same = std::ranges::find(map.entries, entry.key, &YamlNode::Entry::key);
    if (same == map.entries.end() || !Merge(*same, *entry.value)) map.entries.push_back(entry);
  }
}

}  // namespace

YamlNodePtr FileTree::Read(const std::string& path) { return ReadInto(path, {}); }

YamlNodePtr FileTree::ReadText(std::string_view text, const std::string& path) {
  files_.push_back(path);
  return ParseInto(text, path, 0);
}

YamlNodePtr FileTree::ReadInto(const std::string& path, Mark from) {
  const bool included = !files_.empty();
  files_.push_back(path);
  const auto text = reader_(path);
  if (!text) {
    errors_.Add(from, included ? kInclude : "",
                Unreadable(included ? path : "", text.error(),
                           included ? "paths are relative to the file that includes them"
                                    : "check its path"));
    return nullptr;
  }
  return ParseInto(*text, path, included ? errors_.AddFile(path) : 0);
}

YamlNodePtr FileTree::ParseInto(std::string_view text, const std::string& path, int file) {
  for (const char byte : text) {
    fingerprint_ = (fingerprint_ ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  }
  const Secrets secrets = [this, &path](const std::string& name) {
    return ReadSecret(Beside(path, name));
  };
  const YamlNodePtr root = ParseYaml(
      text, errors_,
      {file, &variables_, &secrets, file == 0 ? needs_ : "it needs listeners or clusters"});
  if (!root || root->kind != YamlNode::Kind::kMap) return root;
  open_.push_back(path);
  YamlNodePtr whole = WithIncludes(root, path);
  open_.pop_back();
  return whole;
}

YamlNodePtr FileTree::WithIncludes(const YamlNodePtr& root, const std::string& path) {
  const auto include = std::ranges::find(root->entries, kInclude, &YamlNode::Entry::key);
  if (include == root->entries.end()) return root;
  auto whole = std::make_shared<YamlNode>(*root);
  std::erase_if(whole->entries, [&include](const YamlNode::Entry& each) {
    return each.key == kInclude && each.mark == include->mark;
  });
  const YamlNode& value = *include->value;
  if (value.IsScalar()) return Include(value, path, *whole) ? whole : nullptr;
  if (value.kind != YamlNode::Kind::kList) {
    errors_.Add(value.mark, kInclude,
                {"expected a file or a list of files, found " + value.Description(),
                 "write include: [clusters.yaml]"});
    return nullptr;
  }
  bool good = true;
  for (const YamlNodePtr& each : value.items) good = Include(*each, path, *whole) && good;
  return good ? whole : nullptr;
}

bool FileTree::Include(const YamlNode& name, const std::string& from, YamlNode& into) {
  if (!name.IsScalar() || name.text.empty()) {
    errors_.Add(name.mark, kInclude,
                {"expected a file, found " + name.Description(), "write its path"});
    return false;
  }
  const std::string path = Beside(from, name.text);
  if (!MayInclude(path, name.mark)) return false;
  const YamlNodePtr other = ReadInto(path, name.mark);
  if (!other) return false;
  if (other->kind != YamlNode::Kind::kMap) {
    errors_.Add(other->mark, "",
                {"expected a map, found " + other->Description(),
                 "an included file has the keys of a configuration, such as clusters"});
    return false;
  }
  AddEntries(into, *other);
  return true;
}

std::vector<std::string> FileTree::files() const {
  std::vector<std::string> all = files_;
  all.insert(all.end(), secrets_.begin(), secrets_.end());
  return all;
}

base::Result<std::string, Complaint> FileTree::ReadSecret(const std::string& path) {
  if (secrets_.size() >= kMaxFiles && !secrets_.contains(path)) {
    return base::Error(
        Complaint{"more than " + std::to_string(kMaxFiles) + " files of secrets", "use fewer"});
  }
  secrets_.insert(path);
  return TextOfSecret(path, reader_(path));
}

bool FileTree::MayInclude(const std::string& path, Mark from) {
  if (std::ranges::find(open_, path) != open_.end()) {
    std::string way;
    for (const std::string& each : open_) way += each + " → ";
    errors_.Add(from, kInclude,
                {"the files include each other in a circle: " + way + path, "break the circle"});
    return false;
  }
  if (open_.size() >= kMaxIncludeDepth) {
    errors_.Add(from, kInclude,
                {"files include each other more than " + std::to_string(kMaxIncludeDepth) + " deep",
                 "include them from fewer files"});
    return false;
  }
  if (files_.size() >= kMaxFiles) {
    errors_.Add(from, kInclude, {"more than " + std::to_string(kMaxFiles) + " files", "use fewer"});
    return false;
  }
  return true;
}

}  // namespace evenkeel::config
