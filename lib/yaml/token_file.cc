#include "lib/yaml/token_file.h"

#include <algorithm>
#include <string_view>

#include "lib/yaml/secret_file.h"
#include "lib/yaml/text_file.h"

namespace evenkeel::config {
namespace {

bool IsOfToken(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

std::vector<std::string> LinesOf(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) lines.emplace_back(line);
  }
  return lines;
}

}  // namespace

base::Result<std::vector<std::string>, Complaint> ReadTokens(const std::string& path) {
  const auto text = TextOfSecret(path, ReadTextFileAtOnce(path));
  if (!text) return base::Error(text.error());
  std::vector<std::string> tokens = LinesOf(*text);
  const std::string subject = "the token file " + Quoted(path);
  for (const std::string& each : tokens) {
    if (!std::ranges::all_of(each, IsOfToken)) {
      return base::Error(Complaint{subject + " has a line that is no token",
                                   "write letters, digits and -._~+/= only, a token in a line"});
    }
    if (each.size() < kLeastTokenBytes) {
      return base::Error(Complaint{
          subject + " has a token of less than " + std::to_string(kLeastTokenBytes) + " characters",
          "make one by: openssl rand -hex 32"});
    }
  }
  return tokens;
}

}  // namespace evenkeel::config
