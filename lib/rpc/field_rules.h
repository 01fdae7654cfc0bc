// FieldRules: what gRPC's wire text (PROTOCOL-HTTP2) asks of a list of fields beyond HTTP.
//
// What two readers could read in two ways must not go on to a connection that others share: some of
// gRPC's own servers and clients end it over a value that is no base64 (CVE-2023-32732).
#pragma once

#include <string>

#include "lib/base/result.h"
#include "lib/http/header_list.h"

namespace evenkeel::rpc {

/// Values of names that end in -bin must be base64, padded or not, in one or more joined by commas;
/// content-type, grpc-timeout, grpc-status and grpc-encoding may stand there once. Joined values
/// get a field each: they mean the same, and each reader takes them. The error is what is wrong, in
/// words that go on a sentence with "has": "a value of x-bin that is not base64".
base::Result<void, std::string> ApplyFieldRules(http2::HeaderList& fields);

}  // namespace evenkeel::rpc
