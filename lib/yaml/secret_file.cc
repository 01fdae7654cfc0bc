#include "lib/yaml/secret_file.h"

#include <utility>

#include "lib/yaml/text_file.h"
#include "lib/yaml/utf8_text.h"

namespace evenkeel::config {
namespace {

constexpr char kMissing[] =
    "check the path, which is relative to the file that names it; a file has no default";

}  // namespace

base::Result<std::string, Complaint> TextOfSecret(const std::string& path,
                                                  base::Result<std::string, int> read) {
  if (!read) return base::Error(Unreadable(path, read.error(), kMissing));
  std::string text = std::move(*read);
  text.erase(text.find_last_not_of("\r\n") + 1);
  const std::string subject = "the secret file " + Quoted(path);
  if (text.empty()) {
    return base::Error(Complaint{subject + " is empty", "write the secret into it"});
  }
  if (text.size() > kMaxSecretBytes) {
    return base::Error(
        Complaint{subject + " has more than " + std::to_string(kMaxSecretBytes >> 10) + "KiB",
                  "is it the right file?"});
  }
  if (FindBadByte(text)) {
    return base::Error(Complaint{subject + " holds bytes that are no text",
                                 "write UTF-8 without control characters"});
  }
  return text;
}

}  // namespace evenkeel::config
