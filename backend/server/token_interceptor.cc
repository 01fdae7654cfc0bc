#include "backend/server/token_interceptor.h"

#include <strings.h>

#include <string_view>

namespace evenkeel::backend {
namespace {

constexpr std::string_view kScheme = "Bearer ";

// Takes equally long wherever the first difference is.
bool Equal(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace

grpc::Status TokenInterceptor::Intercept(const Metadata& metadata) const {
  if (token_.empty()) return grpc::Status::OK;
  const auto [first, last] = metadata.equal_range("authorization");
  if (first == last) {
    return {grpc::StatusCode::UNAUTHENTICATED, "metadata \"authorization\" is missing"};
  }
  const std::string_view value(first->second.data(), first->second.size());
  if (value.size() < kScheme.size() ||
      strncasecmp(value.data(), kScheme.data(), kScheme.size()) != 0) {
    return {grpc::StatusCode::UNAUTHENTICATED, "metadata \"authorization\" is not \"Bearer …\""};
  }
  if (std::next(first) != last || !Equal(value.substr(kScheme.size()), token_)) {
    return {grpc::StatusCode::PERMISSION_DENIED, "this bearer token is not accepted"};
  }
  return grpc::Status::OK;
}

}  // namespace evenkeel::backend
