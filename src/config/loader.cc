#include "config/loader.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "config/config_reader.h"
#include "config/discovery_reader.h"
#include "config/file_tree.h"
#include "config/key_types.h"
#include "config/service_config_reader.h"
#include "config/yaml_parser.h"

namespace evenkeel::config {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// One byte more than is allowed is enough for the parser to see that the file is too large, even
// when it is a pipe or a device without an end.
base::Result<std::string, int> ReadFile(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) return base::Error(int{errno});
  std::string text;
  char buffer[64 * 1024];
  while (text.size() <= kMaxFileBytes) {
    const size_t got = std::fread(buffer, 1, sizeof(buffer), file.get());
    text.append(buffer, got);
    if (got == sizeof(buffer)) continue;
    if (std::ferror(file.get())) return base::Error(int{errno});
    break;
  }
  return text;
}

base::Result<std::string, int> ReadNothing(const std::string&) { return base::Error(int{EPERM}); }

base::Result<Config, ConfigErrors> ReadTree(const YamlNodePtr& root, ErrorList errors) {
  Config config;
  if (root) ReadConfig(Place(*root, "", errors), config);
  if (errors.size() > 0) return base::Error(std::move(errors).Take());
  return config;
}

// What a file names relatively lies beside it, wherever the process was started.
void AnchorPaths(Config& config, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (Cluster& each : config.clusters) {
    auto* file = std::get_if<EndpointsFile>(&each.origin);
    if (file != nullptr) file->path = (folder / file->path).string();
  }
}

const YamlNode* Find(const YamlNode& map, std::string_view key) {
  for (const YamlNode::Entry& each : map.entries) {
    if (each.key == key) return each.value.get();
  }
  return nullptr;
}

// The service configs that the clusters name, also where they cannot be read: the one who corrects
// them is to be heard.
std::vector<std::string> ServiceConfigs(const YamlNode& root, const ErrorList& errors) {
  std::vector<std::string> paths;
  const YamlNode* const clusters = Find(root, "clusters");
  if (clusters == nullptr) return paths;
  for (const YamlNode::Entry& cluster : clusters->entries) {
    const YamlNode* const name = Find(*cluster.value, "service_config");
    if (name != nullptr && name->IsScalar()) {
      paths.push_back(ServiceConfigPath(errors.FileOf(name->mark), name->text));
    }
  }
  return paths;
}

// FNV-1a, as FileTree's, with one more file.
uint64_t WithFile(uint64_t fingerprint, const std::string& path) {
  const auto text = ReadFile(path);
  for (const char byte : text ? *text : std::string()) {
    fingerprint = (fingerprint ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  }
  return fingerprint;
}

}  // namespace

Loading Load(const std::string& path, const Variables& variables) {
  ErrorList errors(path);
  FileTree tree(ReadFile, variables, errors);
  const YamlNodePtr root = tree.Read(path);
  std::vector<std::string> files = tree.files();
  uint64_t fingerprint = tree.fingerprint();
  if (root) {
    for (std::string& each : ServiceConfigs(*root, errors)) {
      fingerprint = WithFile(fingerprint, each);
      files.push_back(std::move(each));
    }
  }
  auto config = ReadTree(root, std::move(errors));
  if (config) AnchorPaths(*config, path);
  return {std::move(config), std::move(files), fingerprint};
}

base::Result<Config, ConfigErrors> LoadFile(const std::string& path, const Variables& variables) {
  return Load(path, variables).config;
}

base::Result<std::vector<Endpoint>, ConfigErrors> LoadEndpoints(const std::string& path) {
  ErrorList errors(path);
  FileTree tree(ReadFile, FromEnvironment, errors);
  std::vector<Endpoint> endpoints;
  if (const YamlNodePtr root = tree.Read(path)) {
    const Group group{ReadEndpointsFile};
    group.Read(Place(*root, "", errors), endpoints);
  }
  if (errors.size() > 0) return base::Error(std::move(errors).Take());
  return endpoints;
}

base::Result<Config, ConfigErrors> LoadText(std::string_view text, std::string file_name,
                                            const Variables& variables) {
  ErrorList errors(file_name);
  FileTree tree(ReadNothing, variables, errors);
  const YamlNodePtr root = tree.ReadText(text, file_name);
  return ReadTree(root, std::move(errors));
}

}  // namespace evenkeel::config
