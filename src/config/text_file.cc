#include "config/text_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "config/yaml_parser.h"

namespace evenkeel::config {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

}  // namespace

base::Result<std::string, int> ReadTextFile(const std::string& path) {
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

Complaint Unreadable(std::string_view subject, int error, std::string_view missing) {
  std::string reason = subject.empty() ? "" : Quoted(subject) + " ";
  reason += "cannot be read: " + std::generic_category().message(error);
  switch (error) {
    case ENOENT:
      return {reason, std::string(missing)};
    case EACCES:
      return {reason, "check the permissions of the file and its folders"};
    case EISDIR:
      return {reason, "give a file in it"};
    default:
      return {reason, ""};
  }
}

}  // namespace evenkeel::config
