#include "lib/yaml/name_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "lib/base/address.h"
#include "lib/base/spiffe_id.h"
#include "lib/base/status_names.h"

namespace evenkeel::config {
namespace {

constexpr size_t kMaxClusterName = 100;
constexpr size_t kMaxText = 1024;

bool IsLower(char c) { return (c >= 'a' && c <= 'z'); }
bool IsUpper(char c) { return (c >= 'A' && c <= 'Z'); }
bool IsDigit(char c) { return (c >= '0' && c <= '9'); }
bool IsVisible(char c) { return c > ' ' && c <= '~'; }

bool IsClusterCharacter(char c) {
  return IsLower(c) || IsUpper(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
}

bool IsMetadataCharacter(char c) {
  return IsLower(c) || IsDigit(c) || c == '-' || c == '_' || c == '.';
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

// Nothing: it is neither a host name nor an IP address.
std::optional<base::Address::Kind> KindOfHost(std::string_view text) {
  const bool needs_brackets = text.find(':') != std::string_view::npos;
  const std::string host = needs_brackets ? "[" + std::string(text) + "]" : std::string(text);
  const auto address = base::Address::Parse(host + ":1");
  if (!address || address->kind() == base::Address::Kind::kUnix || text.ends_with('.')) {
    return std::nullopt;
  }
  return address->kind();
}

// What every text to compare calls with must be.
std::optional<Complaint> CheckVisible(std::string_view text, std::string_view what) {
  if (text.empty()) return Complaint{std::string(what) + " is empty", "remove the key, or fill it"};
  if (text.size() > kMaxText) {
    return Complaint{std::string(what) + " is longer than " + std::to_string(kMaxText) + " bytes",
                     ""};
  }
  if (!std::ranges::all_of(text, IsVisible)) {
    return Complaint{Quoted(text) + " has spaces, or letters other than ASCII",
                     "write it as it stands on the wire"};
  }
  if (text.find('*') != std::string_view::npos) {
    return Complaint{Quoted(text) + " has a wildcard, but is compared as it is",
                     "write one route for each value"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Complaint> CheckClusterName(std::string_view text) {
  if (!text.empty() && text.size() <= kMaxClusterName &&
      std::ranges::all_of(text, IsClusterCharacter)) {
    return std::nullopt;
  }
  return Complaint{Quoted(text) + " is no name for a cluster",
                   "use 1 to 100 letters, digits, '-', '_' and '.'"};
}

std::optional<Complaint> CheckAuthority(std::string_view text) {
  if (text.find_first_of("/@") != std::string_view::npos) {
    return Complaint{Quoted(text) + " is no authority", "write only host or host:port"};
  }
  return CheckVisible(text, "the authority");
}

std::optional<Complaint> CheckService(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    return Complaint{Quoted(text) + " is no service name",
                     "write it as package.Service, and the method in method"};
  }
  return CheckVisible(text, "the service name");
}

std::optional<Complaint> CheckMethod(std::string_view text) {
  if (text.find('/') != std::string_view::npos) {
    return Complaint{Quoted(text) + " is no method name",
                     "write only the method, and the service in service"};
  }
  return CheckVisible(text, "the method name");
}

std::optional<Complaint> CheckMetadataName(std::string_view text) {
  if (std::ranges::any_of(text, IsUpper)) {
    return Complaint{Quoted(text) + " has capitals, which HTTP/2 does not",
                     "write " + Quoted(Lower(text))};
  }
  if (text.starts_with(':')) {
    return Complaint{Quoted(text) + " is no metadata",
                     "compare with match.authority, match.service or match.method"};
  }
  if (text.starts_with("grpc-")) {
    return Complaint{Quoted(text) + " belongs to gRPC itself", "choose metadata of your own"};
  }
  if (text.ends_with("-bin")) {
    return Complaint{Quoted(text) + " is binary metadata, which cannot be compared",
                     "choose metadata that is text"};
  }
  if (text.empty() || text.size() > kMaxText || !std::ranges::all_of(text, IsMetadataCharacter)) {
    return Complaint{Quoted(text) + " is no name for metadata",
                     "use lower-case letters, digits, '-', '_' and '.'"};
  }
  return std::nullopt;
}

std::optional<Complaint> CheckSentName(std::string_view text) {
  constexpr std::array<std::string_view, 11> kOfTransport = {
      "te",         "content-type",     "content-length",    "host",    "connection",      //
      "keep-alive", "proxy-connection", "transfer-encoding", "upgrade", "http2-settings",  //
      "trailer"};
  if (text.starts_with(':')) {
    return Complaint{Quoted(text) + " is a pseudo-header of HTTP/2, which is no metadata",
                     "choose metadata of your own"};
  }
  if (std::ranges::find(kOfTransport, text) != kOfTransport.end()) {
    return Complaint{Quoted(text) + " belongs to HTTP and gRPC: with another one calls would break",
                     "choose metadata of your own"};
  }
  if (text.ends_with("-bin")) {
    return Complaint{Quoted(text) + " is binary metadata, which cannot be written here",
                     "choose metadata that is text"};
  }
  return CheckMetadataName(text);
}

std::optional<Complaint> CheckMetadataValue(std::string_view text) {
  const auto is_good = [](char c) { return c == ' ' || IsVisible(c); };
  if (!std::ranges::all_of(text, is_good)) {
    return Complaint{"has bytes other than ' ' to '~'", "metadata that is text has no others"};
  }
  if (text.starts_with(' ') || text.ends_with(' ')) {
    return Complaint{"has spaces around it", "remove them: calls arrive without"};
  }
  return std::nullopt;
}

std::optional<Complaint> CheckRuleName(std::string_view text) {
  if (!CheckClusterName(text)) return std::nullopt;
  return Complaint{Quoted(text) + " is no name for a rule",
                   "use 1 to 100 letters, digits, '-', '_' and '.'"};
}

// It may be a secret.
std::optional<Complaint> CheckPattern(std::string_view text) {
  if (text.empty()) return Complaint{"is empty", "write a text, or \"*\" for any that is there"};
  if (text == "***") return std::nullopt;  // what /config shows of a secret
  if (auto complaint = CheckMetadataValue(text)) return complaint;
  std::string_view rest = text;
  if (rest.ends_with('*')) {
    rest.remove_suffix(1);
  } else if (rest.starts_with('*')) {
    rest.remove_prefix(1);
  }
  if (rest.find('*') == std::string_view::npos) return std::nullopt;
  return Complaint{"has a * that is neither its end nor its beginning",
                   "write \"text*\" for what begins so, \"*text\" for what ends so"};
}

std::optional<Complaint> CheckMethodPattern(std::string_view text) {
  if (auto complaint = CheckPattern(text)) return complaint;
  const bool is_whole = text.find('*') == std::string_view::npos;
  const size_t slash = text.find('/');
  if (slash != 0 && (!is_whole || (slash != std::string_view::npos && slash + 1 < text.size()))) {
    return std::nullopt;
  }
  return Complaint{Quoted(text) + " names no method",
                   "write it as package.Service/Method, or \"package.Service/*\" for all of a "
                   "service"};
}

std::optional<Complaint> CheckClaimName(std::string_view text) { return CheckIssuer(text); }

std::optional<Complaint> CheckIssuer(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, IsVisible)) return std::nullopt;
  return Complaint{"is empty or has bytes other than '!' to '~'", "write it as tokens have it"};
}

std::optional<Complaint> CheckAlgorithm(std::string_view text) {
  for (const std::string_view each :
       {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}) {
    if (text == each) return std::nullopt;
  }
  return Complaint{Quoted(text) + " is no algorithm that signs with a key pair",
                   "use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 or EdDSA"};
}

std::optional<Complaint> CheckJudgedName(std::string_view text) {
  if (text == "te" || text == "host" || text == "connection") {
    return Complaint{Quoted(text) + " belongs to HTTP, which may change it on the way",
                     "choose other metadata"};
  }
  return CheckMetadataName(text);
}

std::optional<Complaint> CheckFilePath(std::string_view text) {
  if (!text.empty()) return std::nullopt;
  return Complaint{"is empty", "write the path of a file"};
}

std::optional<Complaint> CheckOpenPage(std::string_view text) {
  for (const std::string_view each : {"/live", "/ready", "/metrics", "/clusters"}) {
    if (text == each) return std::nullopt;
  }
  return Complaint{Quoted(text) + " is no page that can be open",
                   "use /live, /ready, /metrics or /clusters"};
}

std::optional<Complaint> CheckHost(std::string_view text) {
  if (KindOfHost(text)) return std::nullopt;
  return Complaint{Quoted(text) + " is neither a host name nor an IP address",
                   "write it without port and brackets: users.example"};
}

std::optional<Complaint> CheckServedName(std::string_view text) {
  const std::string_view host = text.starts_with("*.") ? text.substr(2) : text;
  if (KindOfHost(host) == base::Address::Kind::kName) return std::nullopt;
  return Complaint{Quoted(text) + " is no name that a client can ask for",
                   "write a.example, or \"*.example\" for all one label below it"};
}

std::optional<Complaint> CheckSubject(std::string_view text) {
  if (text.starts_with("spiffe:")) {
    const auto id = base::SpiffeId::Parse(text);
    if (id) return std::nullopt;
    return Complaint{Quoted(text) + " is no SPIFFE ID: " + id.error(), ""};
  }
  const bool is_uri = text.find("://") != std::string_view::npos;
  if (is_uri ? std::ranges::all_of(text, IsVisible) : KindOfHost(text).has_value()) {
    return std::nullopt;
  }
  return Complaint{Quoted(text) + " is no host name, IP address or URI",
                   "write it as the certificate has it: spiffe://example.org/users"};
}

std::optional<Complaint> CheckZone(std::string_view text) {
  if (!CheckClusterName(text)) return std::nullopt;
  return Complaint{Quoted(text) + " is no name for a zone",
                   "use up to 100 letters, digits, '-', '_' and '.'"};
}

std::optional<Complaint> CheckHashKey(std::string_view text) {
  if (text.empty()) return Complaint{"is empty", "write a text, or remove the key"};
  return CheckMetadataValue(text);
}

std::optional<Complaint> CheckErrorStatus(std::string_view text) {
  if (base::IsErrorStatusName(text)) return std::nullopt;
  return Complaint{Quoted(text) + " is no status that a call can fail with",
                   "write gRPC's name of it, such as UNAVAILABLE"};
}

std::optional<Complaint> CheckMetricName(std::string_view text) {
  if (!text.empty() && text.find(' ') == std::string_view::npos && !CheckMetadataValue(text)) {
    return std::nullopt;
  }
  return Complaint{Quoted(text) + " is no name of a metric", "write it as the endpoints report it"};
}

std::optional<Complaint> CheckUtilizationMetric(std::string_view text) {
  for (const std::string_view whole :
       {"application_utilization", "cpu_utilization", "mem_utilization"}) {
    if (text == whole) return std::nullopt;
  }
  for (const std::string_view prefix : {"utilization.", "named_metrics."}) {
    if (text.starts_with(prefix)) return CheckMetricName(text.substr(prefix.size()));
  }
  return Complaint{Quoted(text) + " is no metric of load reports",
                   "use application_utilization, cpu_utilization, mem_utilization, "
                   "utilization.NAME or named_metrics.NAME"};
}

}  // namespace evenkeel::config
