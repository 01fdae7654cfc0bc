// What an endpoint's answer is worth that is no gRPC answer (grpc/grpc
// doc/http-grpc-status-mapping.md).
#pragma once

#include <string>

#include "lib/http/header_list.h"
#include "lib/rpc/status.h"

namespace evenkeel::proxy {

/// The status of other headers: a present grpc-status wins, else the HTTP status decides.
rpc::Status StatusOfForeign(const http2::HeaderList& headers, const std::string& address);

}  // namespace evenkeel::proxy
