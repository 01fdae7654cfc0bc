#include "lib/rpc/message.h"

#include <algorithm>
#include <cctype>

namespace evenkeel::rpc {
namespace {

constexpr std::string_view kGrpc = "application/grpc";

// Compared byte for byte first: nearly everybody writes it in lower case.
bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  if (a == b) return true;
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

void AddStatus(http2::HeaderList& headers, const Status& status) {
  headers.Add("grpc-status", StatusNumber(status.code));
  if (!status.message.empty()) headers.Add("grpc-message", EncodeMessage(status.message));
}

}  // namespace

std::optional<MethodPath> ParsePath(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  const size_t slash = path.rfind('/');
  const MethodPath result{path.substr(1, slash > 0 ? slash - 1 : 0), path.substr(slash + 1)};
  if (result.service.empty() || result.method.empty()) return std::nullopt;
  return result;
}

bool IsGrpcContentType(std::string_view content_type) {
  if (!EqualsIgnoringCase(content_type.substr(0, kGrpc.size()), kGrpc)) return false;
  const std::string_view rest = content_type.substr(kGrpc.size());
  return rest.empty() || rest.front() == '+' || rest.front() == ';';
}

bool IsGrpcAnswer(const http2::HeaderList& headers) {
  return headers.Find(":status").value_or("") == "200" &&
         IsGrpcContentType(headers.Find("content-type").value_or(""));
}

http2::HeaderList AnswerHeaders() {
  http2::HeaderList headers;
  headers.Add(":status", "200");
  headers.Add("content-type", kGrpc);
  return headers;
}

http2::HeaderList TrailersOnly(const Status& status) {
  http2::HeaderList headers = AnswerHeaders();
  AddStatus(headers, status);
  return headers;
}

http2::HeaderList Trailers(const Status& status) {
  http2::HeaderList headers;
  AddStatus(headers, status);
  return headers;
}

http2::HeaderList HttpAnswer(std::string_view http_status) {
  http2::HeaderList headers;
  headers.Add(":status", http_status);
  headers.Add("content-type", "text/plain; charset=utf-8");
  return headers;
}

}  // namespace evenkeel::rpc
