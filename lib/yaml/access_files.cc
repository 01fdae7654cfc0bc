#include "lib/yaml/access_files.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/jwt/key_set.h"
#include "lib/yaml/name_rules.h"
#include "lib/yaml/text_file.h"

namespace evenkeel::config {
namespace {

constexpr char kForm[] =
    "write name: SHA-256 in 64 hex digits, which is what printf %s TOKEN | sha256sum prints";

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool ReadDigest(std::string_view text, std::array<uint8_t, 32>& digest) {
  if (text.size() != 2 * digest.size()) return false;
  for (size_t i = 0; i < digest.size(); ++i) {
    const int high = HexDigit(text[2 * i]);
    const int low = HexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    digest[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return true;
}

std::optional<BearerToken> TokenIn(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  BearerToken token;
  token.name = Trimmed(line.substr(0, colon));
  if (CheckRuleName(token.name) || !ReadDigest(Trimmed(line.substr(colon + 1)), token.sha256)) {
    return std::nullopt;
  }
  return token;
}

}  // namespace

base::Result<std::vector<BearerToken>, Complaint> ParseBearerTokens(const std::string& path,
                                                                    std::string_view text) {
  std::vector<BearerToken> tokens;
  const std::string subject = "the token file " + Quoted(path);
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view line = Trimmed(whole.substr(0, whole.find('#')));
    if (line.empty()) continue;
    auto token = TokenIn(line);
    if (!token) {
      return base::Error(
          Complaint{subject + " has no token in line " + std::to_string(number), kForm});
    }
    if (std::ranges::find(tokens, token->sha256, &BearerToken::sha256) != tokens.end()) {
      return base::Error(Complaint{subject + " has a token again in line " + std::to_string(number),
                                   "remove one of the two"});
    }
    tokens.push_back(std::move(*token));
  }
  if (tokens.empty()) return base::Error(Complaint{subject + " has no token", kForm});
  return tokens;
}

namespace {

class Reading {
 public:
  explicit Reading(const std::function<base::Result<std::string, int>(const std::string&)>& read)
      : read_(read) {}

  void Read(const KeyPath& path, Authentication& authentication) {
    if (auto& tokens = authentication.bearer_tokens) {
      ReadTokens(path / "bearer_tokens" / "file", *tokens);
    }
    for (size_t i = 0; i < authentication.jwt.size(); ++i) {
      ReadKeys((path / "jwt")[i] / "jwks" / "file", authentication.jwt[i]);
    }
  }
  AccessFiles Take() && { return std::move(result_); }

 private:
  void ReadTokens(const KeyPath& path, BearerTokens& tokens) {
    const auto text = TextOf(path, tokens.file);
    if (!text) return;
    auto parsed = ParseBearerTokens(tokens.file, *text);
    if (!parsed) return Fail(path, parsed.error());
    tokens.tokens = std::move(*parsed);
  }
  void ReadKeys(const KeyPath& path, JwtIssuer& issuer) {
    auto text = TextOf(path, issuer.jwks_file);
    if (!text) return;
    if (const auto keys = jwt::KeySet::Parse(*text); !keys) {
      return Fail(path, {"the key set " + Quoted(issuer.jwks_file) + " " + keys.error(),
                         "the issuer gives it out at the jwks_uri of its openid-configuration"});
    }
    issuer.jwks = std::move(*text);
  }
  std::optional<std::string> TextOf(const KeyPath& path, const std::string& file) {
    if (std::ranges::find(result_.files, file) == result_.files.end()) {
      result_.files.push_back(file);
    }
    auto text = read_(file);
    if (text) return std::move(*text);
    Fail(path, Unreadable(file, text.error(),
                          "check the path, which is relative to the file that names it"));
    return std::nullopt;
  }
  void Fail(const KeyPath& path, Complaint complaint) {
    result_.problems.push_back({path, std::move(complaint.reason), std::move(complaint.hint)});
  }

  const std::function<base::Result<std::string, int>(const std::string&)>& read_;
  AccessFiles result_;
};

}  // namespace

AccessFiles ReadAccessFiles(
    Config& config, const std::function<base::Result<std::string, int>(const std::string&)>& read) {
  Reading reading(read);
  for (size_t i = 0; i < config.listeners.size(); ++i) {
    if (!config.listeners[i]->authentication) continue;
    reading.Read((KeyPath() / "listeners")[i] / "authentication",
                 *config.listeners[i].Edit().authentication);
  }
  return std::move(reading).Take();
}

}  // namespace evenkeel::config
