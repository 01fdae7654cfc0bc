#include "lib/rpc/status.h"

#include <algorithm>
#include <array>

#include "lib/base/check.h"
#include "lib/base/status_names.h"

namespace evenkeel::rpc {
namespace {

static_assert(base::kStatusNames.size() == kStatusCodeCount);

// Indexed by StatusCode.
constexpr std::array<std::string_view, kStatusCodeCount> kNumbers = {
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16"};

// `texts` are indexed by StatusCode.
std::string_view TextOf(StatusCode code,
                        const std::array<std::string_view, kStatusCodeCount>& texts) {
  const auto index = static_cast<size_t>(code);
  CHECK(index < texts.size());
  return texts[index];
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// What a `grpc-message` may carry as it is (doc/PROTOCOL-HTTP2.md, "Percent-Encoded").
bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '%'; }

}  // namespace

std::string_view StatusName(StatusCode code) { return TextOf(code, base::kStatusNames); }

std::optional<StatusCode> StatusNamed(std::string_view name) {
  const auto found = std::ranges::find(base::kStatusNames, name);
  if (found == base::kStatusNames.end()) return std::nullopt;
  return static_cast<StatusCode>(found - base::kStatusNames.begin());
}

std::string_view StatusNumber(StatusCode code) { return TextOf(code, kNumbers); }

std::optional<StatusCode> ParseStatus(std::string_view value) {
  if (value.empty() || !std::ranges::all_of(value, IsDigit)) return std::nullopt;
  int number = 0;
  for (const char digit : value) {
    number = number * 10 + (digit - '0');
    // Stops here, so that no length of digits can overflow.
    if (number >= kStatusCodeCount) return StatusCode::kUnknown;
  }
  return static_cast<StatusCode>(number);
}

StatusCode StatusFromHttp(int http_status) {
  switch (http_status) {
    case 400:
    case 431:
      return StatusCode::kInternal;
    case 401:
      return StatusCode::kUnauthenticated;
    case 403:
      return StatusCode::kPermissionDenied;
    case 404:
      return StatusCode::kUnimplemented;
    case 429:
    case 502:
    case 503:
    case 504:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kUnknown;
  }
}

StatusCode StatusFromReset(uint32_t http2_error_code) {
  switch (http2_error_code) {
    case 0x0:  // NO_ERROR
    case 0x1:  // PROTOCOL_ERROR
    case 0x2:  // INTERNAL_ERROR
    case 0x3:  // FLOW_CONTROL_ERROR
    case 0x4:  // SETTINGS_TIMEOUT
    case 0x6:  // FRAME_SIZE_ERROR
    case 0x9:  // COMPRESSION_ERROR
    case 0xa:  // CONNECT_ERROR
      return StatusCode::kInternal;
    case 0x7:  // REFUSED_STREAM
      return StatusCode::kUnavailable;
    case 0x8:  // CANCEL
      return StatusCode::kCancelled;
    case 0xb:  // ENHANCE_YOUR_CALM
      return StatusCode::kResourceExhausted;
    case 0xc:  // INADEQUATE_SECURITY
      return StatusCode::kPermissionDenied;
    default:  // gRPC maps neither STREAM_CLOSED, HTTP_1_1_REQUIRED nor unassigned codes
      return StatusCode::kUnknown;
  }
}

std::string EncodeMessage(std::string_view message) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(message.size());
  for (size_t i = 0; i < message.size(); ++i) {
    const char c = message[i];
    // HTTP/2 has no values that begin or end with a space.
    const bool at_an_end = i == 0 || i + 1 == message.size();
    if (IsPlain(c) && !(c == ' ' && at_an_end)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return encoded;
}

}  // namespace evenkeel::rpc
