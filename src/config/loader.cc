#include "config/loader.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include "config/config_reader.h"
#include "config/yaml_parser.h"

namespace evenkeel::config {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

Complaint Unreadable(int error) {
  const std::string reason = "cannot be read: " + std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      return {reason, "check the path given with --config"};
    case EACCES:
      return {reason, "check the permissions of the file and its folders"};
    case EISDIR:
      return {reason, "give a file in it"};
    default:
      return {reason, ""};
  }
}

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

}  // namespace

base::Result<Config, ConfigErrors> LoadText(std::string_view text, std::string file_name) {
  ErrorList errors(std::move(file_name));
  Config config;
  const YamlNodePtr root = ParseYaml(text, errors);
  if (root) ReadConfig(Place(*root, "", errors), config);
  if (errors.size() > 0) return base::Error(std::move(errors).Take());
  return config;
}

base::Result<Config, ConfigErrors> LoadFile(const std::string& path) {
  const auto text = ReadFile(path);
  if (text) return LoadText(*text, path);
  ErrorList errors(path);
  errors.Add({}, "", Unreadable(text.error()));
  return base::Error(std::move(errors).Take());
}

}  // namespace evenkeel::config
