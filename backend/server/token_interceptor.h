// TokenInterceptor: decides, before a call's handler sees it, whether its bearer token lets it in.
//
// Not a grpc::experimental::Interceptor: those can watch and change a server's call, but not end it
// with a status before its handler runs. One thread.
#pragma once

#include <grpcpp/support/status.h>
#include <grpcpp/support/string_ref.h>

#include <map>
#include <string>

namespace evenkeel::backend {

class TokenInterceptor {
 public:
  using Metadata = std::multimap<grpc::string_ref, grpc::string_ref>;

  /// An empty token lets everyone in.
  explicit TokenInterceptor(std::string token) : token_(std::move(token)) {}

  /// OK; UNAUTHENTICATED without `authorization: Bearer …` (RFC 6750, section 2.1);
  /// PERMISSION_DENIED when the token is wrong, or when there are several.
  grpc::Status Intercept(const Metadata& metadata) const;

 private:
  const std::string token_;
};

}  // namespace evenkeel::backend
