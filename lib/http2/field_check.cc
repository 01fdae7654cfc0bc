#include "lib/http2/field_check.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace evenkeel::http2 {
namespace {

// Where a byte may stand, as bits.
enum CharClass : uint8_t {
  kInName = 1 << 0,       // tchar in lower case (RFC 9110, section 5.6.2)
  kInValue = 1 << 1,      // RFC 9110, section 5.5
  kInToken = 1 << 2,      // tchar
  kInPath = 1 << 3,       // visible ASCII but "#", which begins no path's fragment in HTTP
  kInAuthority = 1 << 4,  // RFC 3986, section 3.2, without userinfo (RFC 9113, section 8.3.1)
  kInScheme = 1 << 5,     // RFC 3986, section 3.1
};

constexpr std::array<uint8_t, 256> MakeCharClasses() {
  constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
  constexpr std::string_view kAuthorityMarks = "-._~%!$&'()*+,;=:[]";
  constexpr std::string_view kSchemeMarks = "+-.";
  std::array<uint8_t, 256> classes{};
  for (int each = 0; each < 256; ++each) {
    const auto c = static_cast<char>(each);
    const bool lower = c >= 'a' && c <= 'z';
    const bool upper = c >= 'A' && c <= 'Z';
    const bool digit = c >= '0' && c <= '9';
    const bool any = lower || upper || digit;
    int bits = 0;
    if (lower || digit || kTokenMarks.find(c) != kTokenMarks.npos) bits |= kInName;
    if (any || kTokenMarks.find(c) != kTokenMarks.npos) bits |= kInToken;
    if (any || kAuthorityMarks.find(c) != kAuthorityMarks.npos) bits |= kInAuthority;
    if (any || kSchemeMarks.find(c) != kSchemeMarks.npos) bits |= kInScheme;
    if (each > ' ' && each < 0x7f && c != '#') bits |= kInPath;
    if ((each >= ' ' && each != 0x7f) || c == '\t') bits |= kInValue;
    classes[static_cast<size_t>(each)] = static_cast<uint8_t>(bits);
  }
  return classes;
}

constexpr std::array<uint8_t, 256> kCharClasses = MakeCharClasses();

bool AllAre(CharClass wanted, std::string_view text) {
  uint8_t common = wanted;
  for (const char each : text) common &= kCharClasses[static_cast<uint8_t>(each)];
  return common != 0;
}

// Eight bytes at once: the high bit of each byte says what holds of it. Precondition of each but
// the last: no byte has its high bit set.
constexpr uint64_t kOnes = 0x0101010101010101;
constexpr uint64_t kHighs = 0x80 * kOnes;
constexpr uint64_t AtLeast(uint64_t eight, uint8_t least) {
  return (eight + (0x80 - least) * kOnes) & kHighs;
}
constexpr uint64_t Is(uint64_t eight, uint8_t byte) {
  return ~AtLeast(eight ^ (byte * kOnes), 1) & kHighs;
}

uint64_t Eight(const char* at) {
  uint64_t eight;
  std::memcpy(&eight, at, sizeof eight);
  return eight;
}

// Whether all of eight are what names mostly consist of; false says nothing.
bool AreUsualInNames(uint64_t eight) {
  if ((eight & kHighs) != 0) return false;
  const uint64_t letter = AtLeast(eight, 'a') & ~AtLeast(eight, 'z' + 1);
  return (letter | Is(eight, '-')) == kHighs;
}

// Whether all of eight are printed and neither space nor "#"; false says nothing.
bool AreUsualInPaths(uint64_t eight) {
  if ((eight & kHighs) != 0) return false;
  return (AtLeast(eight, '!') & ~Is(eight, 0x7f) & ~Is(eight, '#')) == kHighs;
}

// Whether none of eight is a control; false says nothing.
bool AreUsualInValues(uint64_t eight) {
  const uint64_t low = eight & ~kHighs;
  return ((AtLeast(low, ' ') & ~Is(low, 0x7f)) | (eight & kHighs)) == kHighs;
}

// Whether all bytes are of the class, which eight are that are `usual`.
template <bool (*usual)(uint64_t)>
bool AllAre(CharClass wanted, std::string_view text) {
  constexpr size_t kEight = sizeof(uint64_t);
  if (text.size() < kEight) return AllAre(wanted, text);
  const char* at = text.data();
  const char* const last = at + text.size() - kEight;  // may overlap those before
  while (at < last && usual(Eight(at))) at += kEight;
  return (at >= last && usual(Eight(last))) || AllAre(wanted, text);
}

bool IsName(std::string_view name) {
  return !name.empty() && AllAre<AreUsualInNames>(kInName, name);
}

bool IsValue(std::string_view value) { return AllAre<AreUsualInValues>(kInValue, value); }

// For te, the one value it may have (section 8.2.2).
bool IsTrailers(std::string_view value) {
  constexpr std::string_view kTrailers = "trailers";
  return std::ranges::equal(value, kTrailers, {}, [](char c) { return static_cast<char>(c | 32); });
}

bool IsAuthority(std::string_view value) { return !value.empty() && AllAre(kInAuthority, value); }

}  // namespace

bool FieldCheck::sound() const {
  if (broken_) return false;
  switch (section_) {
    case Section::kRequest:
      return SoundRequest();
    case Section::kResponse:
      return seen(kStatus);
    case Section::kTrailers:
      break;
  }
  return true;
}

bool FieldCheck::SoundRequest() const {
  if (seen(kConnect)) return seen(kAuthority) && !seen(kScheme) && !seen(kPath);  // section 8.5
  if (seen(kStarPath) && !seen(kOptions)) return false;
  return seen(kMethod | kScheme | kPath) && (seen(kAuthority) || seen(kHost));
}

bool FieldCheck::Once(Seen what) {
  if (seen(what)) return false;
  seen_ |= what;
  return true;
}

bool FieldCheck::AddPseudo(std::string_view name, std::string_view value) {
  if (seen(kRegular)) return false;
  if (section_ == Section::kResponse) return name == ":status" && Once(kStatus) && AddStatus(value);
  if (section_ != Section::kRequest) return false;
  if (name == ":path") return Once(kPath) && AddPath(value);
  if (name == ":method") return Once(kMethod) && AddMethod(value);
  if (name == ":scheme") return Once(kScheme) && !value.empty() && AllAre(kInScheme, value);
  return name == ":authority" && Once(kAuthority) && IsAuthority(value);
}

bool FieldCheck::AddMethod(std::string_view method) {
  if (method == "CONNECT") seen_ |= kConnect;
  if (method == "OPTIONS") seen_ |= kOptions;
  return !method.empty() && AllAre(kInToken, method);
}

bool FieldCheck::AddPath(std::string_view path) {
  if (path == "*") return Once(kStarPath);
  return path.starts_with('/') && AllAre<AreUsualInPaths>(kInPath, path);
}

bool FieldCheck::AddStatus(std::string_view status) {
  constexpr int kSwitchingProtocols = 101;  // not in HTTP/2 (section 8.6)
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), status_);
  return status.size() == 3 && error == std::errc() && end == status.data() + status.size() &&
         status_ >= 100 && status_ != kSwitchingProtocols;
}

bool FieldCheck::AddRegular(std::string_view name, std::string_view value) {
  seen_ |= kRegular;
  if (!IsName(name) || !IsValue(value)) return false;
  if (name.ends_with("-bin")) doubtful_ = true;
  switch (name.size()) {
    case 2:
      return name != "te" || IsTrailers(value);
    case 4:
      return name != "host" || (Once(kHost) && IsAuthority(value));
    case 7:
      return name != "upgrade";
    case 10:
      return name != "connection" && name != "keep-alive";
    case 11:
      if (name == "grpc-status") NoteSingle(kGrpcStatus);
      return true;
    case 12:
      if (name == "content-type") NoteSingle(kContentType);
      if (name == "grpc-timeout") NoteSingle(kGrpcTimeout);
      if (name == kHopsField) doubtful_ = true;
      return true;
    case 13:
      if (name == "grpc-encoding") NoteSingle(kGrpcEncoding);
      return true;
    case 14:
      if (name == "http2-settings") return false;  // of the connection (RFC 7540, section 3.2.1)
      return name != "content-length" || AddContentLength(value);
    case 16:
      return name != "proxy-connection";
    case 17:
      return name != "transfer-encoding";
    case kForwardedCertificate.size():
      if (name == kForwardedCertificate) doubtful_ = true;
      return true;
    default:
      return true;
  }
}

bool FieldCheck::AddContentLength(std::string_view value) {
  if (section_ == Section::kTrailers) return true;
  if (content_length_ >= 0) return false;
  const auto [end, error] =
      std::from_chars(value.data(), value.data() + value.size(), content_length_);
  return error == std::errc() && end == value.data() + value.size() && value[0] != '-';
}

}  // namespace evenkeel::http2
