#include "lib/yaml/loader.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <utility>

#include "lib/yaml/access_files.h"
#include "lib/yaml/config_reader.h"
#include "lib/yaml/discovery_reader.h"
#include "lib/yaml/file_tree.h"
#include "lib/yaml/key_types.h"
#include "lib/yaml/problem_places.h"
#include "lib/yaml/service_config_reader.h"
#include "lib/yaml/text_file.h"
#include "lib/yaml/tls_files.h"

namespace evenkeel::config {
namespace {

base::Result<std::string, int> ReadNothing(const std::string&) { return base::Error(int{EPERM}); }

// Returns the warnings.
ConfigErrors ReadTree(const YamlNode& root, Config& config, ErrorList& errors) {
  ReadConfig(Place(root, "", errors), config);
  return AddProblems(root, Validate(config), errors);
}

base::Result<Config, ConfigErrors> Unless(ErrorList errors, Config config) {
  if (errors.size() > 0) return base::Error(std::move(errors).Take());
  return config;
}

// What a file names relatively lies beside it, wherever the process was started.
void AnchorPaths(Config& config, const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  for (auto& each : config.clusters) {
    auto* file = std::get_if<EndpointsFile>(&each.Edit().origin);
    if (file != nullptr) file->path = (folder / file->path).string();
  }
  std::string& tokens = config.admin.token_file;
  if (!tokens.empty()) tokens = (folder / tokens).string();
}

const YamlNode* Find(const YamlNode& map, std::string_view key) {
  for (const YamlNode::Entry& each : map.entries) {
    if (each.key == key) return each.value.get();
  }
  return nullptr;
}

// The service configs that the clusters name, also those that cannot be read: a correction of one
// is a change to watch for.
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
  const auto text = ReadTextFile(path);
  for (const char byte : text ? *text : std::string()) {
    fingerprint = (fingerprint ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  }
  return fingerprint;
}

Loading LoadBy(const FileTree::FileReader& reader, const std::string& path,
               const Variables& variables) {
  ErrorList errors(path);
  FileTree tree(reader, variables, errors);
  const YamlNodePtr root = tree.Read(path);
  std::vector<std::string> files = tree.files();
  uint64_t fingerprint = tree.fingerprint();
  if (root) {
    for (std::string& each : ServiceConfigs(*root, errors)) {
      fingerprint = WithFile(fingerprint, each);
      files.push_back(std::move(each));
    }
  }
  Config config;
  ConfigErrors warnings;
  if (root) warnings = ReadTree(*root, config, errors);
  bool may_settle = false;
  if (root && errors.size() == 0) {
    AnchorPaths(config, path);
    const TlsFiles tls = ReadTlsFiles(config, ReadTextFile);
    for (const std::string& each : tls.certificates) fingerprint = WithFile(fingerprint, each);
    for (const auto* paths : {&tls.certificates, &tls.keys}) {
      files.insert(files.end(), paths->begin(), paths->end());
    }
    std::ranges::move(AddProblems(*root, tls.problems, errors), std::back_inserter(warnings));
    may_settle = errors.size() > 0;
    const AccessFiles access = ReadAccessFiles(config, ReadTextFile);
    files.insert(files.end(), access.files.begin(), access.files.end());
    AddProblems(*root, access.problems, errors);
  }
  return {Unless(std::move(errors), std::move(config)), std::move(warnings), std::move(files),
          fingerprint, may_settle};
}

}  // namespace

Loading Load(const std::string& path, const Variables& variables) {
  return LoadBy(ReadTextFile, path, variables);
}

Loading LoadGiven(const std::string& text, const std::string& name, const Variables& variables) {
  const FileTree::FileReader reader =
      [&](const std::string& path) -> base::Result<std::string, int> {
    if (path == name) return text;
    return ReadTextFile(path);
  };
  return LoadBy(reader, name, variables);
}

base::Result<Config, ConfigErrors> LoadFile(const std::string& path, const Variables& variables) {
  return Load(path, variables).config;
}

base::Result<std::vector<Endpoint>, ConfigErrors> LoadEndpoints(const std::string& path) {
  ErrorList errors(path);
  FileTree tree(ReadTextFileAtOnce, FromEnvironment, errors,
                "it needs a list of endpoints: endpoints: […]");
  std::vector<Endpoint> endpoints;
  if (const YamlNodePtr root = tree.Read(path)) {
    const Group group{ReadEndpointsFile};
    group.Read(Place(*root, "", errors), endpoints);
    AddProblems(*root, ValidateEndpoints(endpoints), errors);
  }
  if (errors.size() > 0) return base::Error(std::move(errors).Take());
  return endpoints;
}

base::Result<Config, ConfigErrors> LoadText(std::string_view text, std::string file_name,
                                            const Variables& variables) {
  ErrorList errors(file_name);
  FileTree tree(ReadNothing, variables, errors);
  Config config;
  if (const YamlNodePtr root = tree.ReadText(text, file_name)) ReadTree(*root, config, errors);
  return Unless(std::move(errors), std::move(config));
}

}  // namespace evenkeel::config
