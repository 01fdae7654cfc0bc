#include "lib/rpc/fit_answer.h"

#include <string>
#include <utility>

namespace evenkeel::rpc {
namespace {

constexpr std::string_view kTooLarge =
    "the answer's metadata is larger than the client takes (its MAX_HEADER_LIST_SIZE)";

bool IsNeeded(std::string_view name) {
  return name.starts_with(':') || name == "content-type" || name == "grpc-status" ||
         name == "grpc-retry-pushback-ms";
}

// No part of a percent-encoded byte stays.
std::string_view Cut(std::string_view encoded, size_t size) {
  if (encoded.size() <= size) return encoded;
  encoded = encoded.substr(0, size);
  const size_t percent = encoded.rfind('%');
  const bool is_cut = percent != encoded.npos && percent + 3 > size;
  return is_cut ? encoded.substr(0, percent) : encoded;
}

void AddMessage(http2::HeaderList& fields, std::string_view encoded, size_t limit) {
  constexpr std::string_view kName = "grpc-message";
  http2::HeaderList alone;
  alone.Add(kName, "");
  const size_t taken = fields.list_size() + alone.list_size();
  if (taken < limit) fields.Add(kName, Cut(encoded, limit - taken));
}

}  // namespace

StatusCode FitAnswer(http2::HeaderList& fields, size_t limit, StatusCode status) {
  if (fields.list_size() <= limit) [[likely]]
    return status;
  const bool is_ok = status == StatusCode::kOk;
  const std::string message(is_ok ? kTooLarge : fields.Find("grpc-message").value_or(""));
  http2::HeaderList fitting;
  for (const http2::HeaderField field : fields) {
    if (IsNeeded(field.name)) fitting.Add(field.name, field.value, field.indexing);
  }
  if (is_ok) {
    status = StatusCode::kResourceExhausted;
    fitting.Set("grpc-status", StatusNumber(status));
  }
  AddMessage(fitting, message, limit);
  fields = std::move(fitting);
  return status;
}

}  // namespace evenkeel::rpc
